#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/cli/print_answer.h"
#include "app/cli/project_session.h"
#include "app/core/conversation_log.h"
#include "inference/error.h"
#include "inference/generator.h"
#include "inference/weights.h"

namespace sidewinder::cli {

namespace {

using inference::Generated;

struct AskOptions {
    ModelOptions model;
    SamplingFlags sampling;
    std::vector<std::string> words;
    std::vector<std::string> files;
    std::string project;  ///< a folder to read, or what changed in it, and to ask about; empty: none
    ProjectOptions reading;
    std::int64_t excerpts = app::kExcerptTokens;  ///< of the project, next to the request; 0: none
    bool json = false;
};

const char* name_of(Generated::End end) {
    switch (end) {
        case Generated::End::Eos:
            return "stop";
        case Generated::End::Length:
            return "length";
        case Generated::End::Stopped:
            return "interrupted";
    }
    return "";
}

// A file or a pipe with something in it. A pipe gets a moment to begin; one that stays idle was only
// inherited, and is not waited for (--file - waits to the end).
bool has_input(int descriptor) {
    struct stat status {};
    if (fstat(descriptor, &status) != 0) return false;
    if (S_ISREG(status.st_mode)) return true;
    pollfd input{.fd = descriptor, .events = POLLIN, .revents = 0};
    return (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) && poll(&input, 1, 1000) > 0;
}

// The request in words, then every file under its name, then what was piped in.
std::string compose(const AskOptions& options) {
    std::string text;
    for (const std::string& word : options.words) text += (text.empty() ? "" : " ") + word;
    for (const std::string& file : options.files) {
        text += (text.empty() ? "" : "\n\n") + file + ":\n```\n" + read_text(file) + "\n```";
    }
    if (text.empty() || has_input(STDIN_FILENO)) {
        const std::string piped = isatty(STDIN_FILENO) != 0 ? std::string() : read_text("-");
        if (!piped.empty()) text += (text.empty() ? "" : "\n\n") + piped;
    }
    if (text.empty()) {
        throw inference::Error(inference::Fault::BadRequest,
                               "There is nothing to ask. Write the request behind 'ask', or pipe it in.");
    }
    return text;
}

nlohmann::ordered_json as_json(const app::Engine& engine, const Generated& answer, std::uint64_t seed) {
    const auto& s = answer.stats;
    return {{"model", engine.model_name()},
            {"device", engine.device_name()},
            {"text", answer.text},
            {"end", name_of(answer.end)},
            {"tokens", answer.tokens},
            {"seed", seed},
            {"stats",
             {{"tokens_reused", s.plan.reused},
              {"tokens_read", s.plan.to_read},
              {"tokens_generated", s.generated},
              {"seconds_reading", s.seconds_reading},
              {"seconds_to_first_token", s.seconds_to_first_token},
              {"seconds_generating", s.seconds_generating},
              {"tokens_per_second", s.tokens_per_second()}}}};
}

nlohmann::ordered_json as_json(const project::ExcerptChoice& choice) {
    nlohmann::ordered_json shown = nlohmann::ordered_json::array();
    for (const project::Excerpt& excerpt : choice.excerpts)
        shown.push_back({{"path", project::display_name(excerpt.path)},
                         {"first_line", excerpt.first_line},
                         {"last_line", excerpt.last_line},
                         {"tokens", excerpt.tokens},
                         {"why", project::name_of(excerpt.why)}});
    return shown;
}

/// A project that was read to its end; empty where none was named.
struct ReadProject {
    std::vector<inference::TokenId> log;
    app::ProjectRead done;
    project::ExcerptChoice excerpts;
};

/// Throws Stopped when it was interrupted; what was read is kept.
ReadProject read_project(const AskOptions& options, const std::string& request, ProjectStore& store,
                         app::Engine& engine, std::stop_token stop) {
    ProjectSession session(store, options.project, options.reading);
    session.survey(engine.tokenizer(), engine.tokenizer_id(), stop);
    session.check_budget();
    const app::ProjectRead done = session.read(engine, stop);
    for (const std::string& sentence : session.left_out()) std::fprintf(stderr, "%s\n", sentence.c_str());
    if (done.stopped) throw inference::Stopped();
    ReadProject read{session.log().tokens, done, {}};
    if (options.excerpts > 0)
        read.excerpts = session.excerpts(request, options.excerpts, engine.tokenizer(), stop);
    return read;
}

int ask(const AskOptions& options) {
    const Interrupt interrupt;
    const std::string request = compose(options);
    std::optional<ProjectStore> store;  // outlives the engine
    if (!options.project.empty()) store.emplace();
    const auto engine = options.model.load(interrupt.token(), store ? &store->checkpoints() : nullptr);
    const app::Settings settings = options.sampling.applied();
    inference::GenerateOptions generate = app::generate_options(settings);
    generate.keep = false;
    ReadProject project;
    if (store) project = read_project(options, request, *store, *engine, interrupt.token());
    const app::ConversationLog log = app::build_log(
        engine->tokenizer(), settings.system_prompt,
        {{0, true, project::excerpts_text(project.excerpts.excerpts) + request, {}}}, project.log);
    inference::GenerateCallbacks on;
    if (!options.json) {
        on.token = [](inference::TokenId, std::string_view text) { print_answer(text); };
    }
    const Generated answer = inference::generate(engine->timeline(), engine->tokenizer(), log.tokens,
                                                 generate, interrupt.token(), on);
    if (options.json) {
        using nlohmann::json;
        nlohmann::ordered_json shown = as_json(*engine, answer, generate.sampling.seed);
        if (store)
            shown["project"] = {{"tokens", project.log.size()},
                                {"tokens_read", project.done.read},
                                {"seconds_reading", project.done.seconds},
                                {"excerpts", as_json(project.excerpts)}};
        std::cout << shown.dump(2, ' ', false, json::error_handler_t::replace);
    }
    std::cout << std::endl;
    if (!std::cout)
        throw inference::Error(inference::Fault::Io, "The answer could not be written to standard output.");
    if (answer.end == Generated::End::Length && !options.json) {
        std::fprintf(stderr, "(cut after %lld tokens; --max-tokens raises it)\n",
                     static_cast<long long>(generate.max_tokens));
    }
    return answer.end == Generated::End::Stopped ? exit_code::kInterrupted : exit_code::kOk;
}

}  // namespace

void add_ask(CLI::App& app, int& exit) {
    auto options = std::make_shared<AskOptions>();
    CLI::App* command =
        app.add_subcommand("ask", "One answer: the request from words, files and standard input");
    command->add_option("request", options->words, "The request");
    command->add_option("--file,-f", options->files, "A file to put behind the request (repeat for more)")
        ->allow_extra_args(false);
    CLI::Option* project = command->add_option(
        "--project", options->project,
        "Ask about this folder: what of it was not read yet is read first and kept ('projects read')");
    options->reading.add_to(*command);
    command
        ->add_option(
            "--excerpts", options->excerpts,
            "Tokens of the project's text that are put next to the request, what matters most to it; 0: none")
        ->capture_default_str()
        ->check(CLI::NonNegativeNumber);
    for (const char* name : {"--with", "--without", "--by-rules", "--budget", "--excerpts"})
        command->get_option(name)->needs(project);
    command->add_flag("--json", options->json, "One JSON object: text, token ids, how it ended, timings");
    options->model.add_to(*command);
    options->sampling.add_to(*command);
    command->callback([options, &exit] { exit = ask(*options); });
}

}  // namespace sidewinder::cli
