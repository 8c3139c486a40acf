#include "app/fetch/token_command.h"

#include <unistd.h>

#include <chrono>

#include "app/fetch/command_reader.h"
#include "app/fetch/secret_command.h"
#include "app/fetch/secret_store.h"
#include "app/fetch/token_choice.h"
#include "storage/download/hub_address.h"

namespace sidewinder::fetch {

using download::Fault;

namespace {

struct Arguments {
    std::string endpoint;
    bool in_file = false;
    std::int64_t seconds = 60;  // the person may have to unlock the keyring

    std::string hub() const { return download::hub_origin(endpoint).text(); }
    Keep keep() const {
        return {
            hub(), in_file, std::chrono::seconds(seconds),
            "Keep the token in a file with 'sidewinder-cli models token set --in-file', or set HF_TOKEN."};
    }
};

void set(const Arguments& a, EventWriter& events) {
    CommandReader commands(STDIN_FILENO);
    const Secrets secrets = commands.wait_for_secrets();
    const download::Token token(secrets.token);
    if (!token)
        throw download::Error(Fault::Usage, "The access token is empty. Copy it from the hub's settings.");
    keep(a.keep(), token);
    if (!a.in_file) return events.token("keyring", "The access token for " + a.hub() + " is in the keyring.");
    events.token("file", "The access token for " + a.hub() + " is in " + our_token_file().path().string() +
                             ", which only you may read; it is not encrypted.");
}

void show_where(const Arguments& a, EventWriter& events) {
    std::string trouble;
    const download::FoundToken found =
        choose_token({}, a.hub(), [&](const std::string& sentence) { trouble = " " + sentence; });
    if (found.token)
        return events.token(found.where, "The access token for " + a.hub() + " is the one of " +
                                             (found.where == "keyring" ? "the keyring" : found.where) + "." +
                                             trouble);
    events.token("", "There is no access token for " + a.hub() + "." + trouble);
}

void remove(const Arguments& a, EventWriter& events) {
    std::string trouble;
    const bool removed = forget(a.keep(), trouble);
    events.token("", removed ? "The access token for " + a.hub() + " is removed." + trouble
                             : "There was no access token of ours for " + a.hub() + ".");
}

}  // namespace

int run_token_command(int argc, char** argv) {
    CLI::App app("Access tokens of model hubs, in the keyring or a file of ours", "sidewinder-fetch token");
    app.require_subcommand(1);
    Arguments arguments;
    const auto add = [&](const char* name, const char* does) {
        CLI::App* command = app.add_subcommand(name, does);
        command->add_option("--endpoint", arguments.endpoint,
                            "The hub (HF_ENDPOINT, or https://huggingface.co)");
        command->add_option("--seconds", arguments.seconds, "The most that the keyring may take")
            ->check(CLI::Range(1, 600));
        return command;
    };
    CLI::App* set_command = add("set", "Keep the token that standard input gives (app/fetch/protocol.h)");
    set_command->add_flag("--in-file", arguments.in_file,
                          "In a file that only you may read, not the keyring");
    CLI::App* where_command = add("show-where", "Say which token a download would use");
    CLI::App* remove_command = add("remove", "Remove the token from the keyring and our file");
    EventWriter events(STDOUT_FILENO, {}, {});
    return run_secret_command(app, argc, argv, events, [&] {
        if (*set_command) set(arguments, events);
        if (*where_command) show_where(arguments, events);
        if (*remove_command) remove(arguments, events);
    });
}

}  // namespace sidewinder::fetch
