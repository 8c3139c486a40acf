#include <cstdio>
#include <memory>
#include <optional>

#include "app/cli/command.h"
#include "app/cli/models.h"
#include "app/cli/secret_input.h"
#include "app/core/fetch_process.h"

namespace sidewinder::cli {

namespace {

using app::FetchEvent;
using Task = app::FetchOptions::Task;

struct TokenOptions {
    app::FetchOptions fetch;
    bool json = false;
};

/// The last event: of kind Token or Error, or none.
std::optional<FetchEvent> last_event(app::FetchProcess& process) {
    std::optional<FetchEvent> last;
    while (auto events = process.events()) {
        for (FetchEvent& event : *events)
            if (event.kind == FetchEvent::Kind::Token || event.kind == FetchEvent::Kind::Error)
                last = std::move(event);
        if (events->empty()) process.wait_for_output(std::chrono::milliseconds(1000));
    }
    return last;
}

int run(const TokenOptions& options) {
    app::FetchProcess process(fetch_program(), options.fetch);
    const std::optional<FetchEvent> last = last_event(process);
    const int code = process.wait();
    if (code != 0 || !last || last->kind == FetchEvent::Kind::Error) {
        const std::string sentence =
            last ? last->message
                 : "sidewinder-fetch ended without an answer (code " + std::to_string(code) + ").";
        std::fprintf(stderr, "sidewinder-cli: %s\n", printable(sentence).c_str());
        return exit_code::kDownload;
    }
    if (options.json)
        print_json({{"where", last->where}, {"message", last->message}});
    else
        std::printf("%s\n", printable(last->message).c_str());
    return exit_code::kOk;
}

int set(TokenOptions& options) {
    options.fetch.token =
        read_secret("Access token for " + app::host_of(app::endpoint_of(options.fetch.endpoint)) +
                    " (it is not shown): ");
    if (options.fetch.token.empty())
        throw storage::Error(storage::Error::Kind::NotFound, "No token was given; nothing was changed.");
    const int code = run(options);
    wipe(options.fetch.token);
    return code;
}

}  // namespace

void add_models_token(CLI::App& models, int& exit) {
    CLI::App* token = models.add_subcommand(
        "token", "The access token for gated models, in the desktop's keyring; used only for a download");
    token->require_subcommand(1);
    auto options = std::make_shared<TokenOptions>();
    const auto add = [&](const char* name, const char* does, Task task) {
        CLI::App* command = token->add_subcommand(name, does);
        command->add_option("--endpoint", options->fetch.endpoint,
                            "The hub that it is for; default: HF_ENDPOINT, else huggingface.co");
        command->add_flag("--json", options->json, "One JSON object");
        command->callback([options, task, &exit] {
            options->fetch.task = task;
            exit = task == Task::SetToken ? set(*options) : run(*options);
        });
        return command;
    };
    add("set", "Keep a token, typed without echo or given on standard input", Task::SetToken)
        ->add_flag("--in-file", options->fetch.token_in_file,
                   "In a file that only you may read, unencrypted, not in the keyring");
    add("show-where", "Which token a download would send, by its place", Task::ShowToken);
    add("remove", "Remove the token from the keyring and the file", Task::RemoveToken);
}

}  // namespace sidewinder::cli
