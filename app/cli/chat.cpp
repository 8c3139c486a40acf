#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <thread>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/line_reader.h"
#include "app/cli/model_options.h"
#include "app/cli/print_answer.h"
#include "app/core/conversation_log.h"
#include "inference/error.h"
#include "inference/generator.h"
#include "storage/atomic_file.h"

namespace sidewinder::cli {

namespace {

constexpr const char* kHelp =
    "/stop            end the answer that is being written (Ctrl-C does the same)\n"
    "/regenerate      answer the last request once more\n"
    "/new             start over\n"
    "/system TEXT     system prompt from the next /new on\n"
    "/save FILE       write the conversation as Markdown\n"
    "/quit            leave (Ctrl-D does the same)\n";

struct ChatOptions {
    ModelOptions model;
    SamplingFlags sampling;
    bool instruct = true;
};

/// One conversation in the terminal. Everything that was fed stays fed: each turn only appends to the log.
class Chat {
  public:
    Chat(app::Engine& engine, const ChatOptions& options, Interrupt& interrupt)
        : engine_(engine),
          settings_(options.sampling.applied()),
          instruct_(options.instruct),
          interrupt_(interrupt) {}

    int run();

  private:
    void say(const std::string& request);
    void answer();
    bool command(const std::string& line);  // false: leave
    void save(const std::string& file) const;
    std::vector<inference::TokenId> log() const;

    app::Engine& engine_;
    app::Settings settings_;
    bool instruct_;
    std::vector<app::LogPart> path_;
    Interrupt& interrupt_;
    LineReader input_;
};

std::vector<inference::TokenId> Chat::log() const {
    if (instruct_) return app::build_log(engine_.tokenizer(), settings_.system_prompt, path_).tokens;
    std::vector<inference::TokenId> tokens{inference::token::kBos};
    for (const app::LogPart& part : path_) {
        const auto ids = part.from_user ? engine_.tokenizer().encode(part.text) : part.tokens;
        tokens.insert(tokens.end(), ids.begin(), ids.end());
    }
    return tokens;
}

void Chat::say(const std::string& request) {
    app::LogPart part{0, true, request, {}};
    path_.push_back(part);
    if (instruct_) {
        // Keep the ids that were fed: they are never made anew from text.
        const auto encoded = app::build_log(engine_.tokenizer(), settings_.system_prompt, path_).encoded;
        path_.back().tokens = encoded.back().tokens;
    }
    try {
        answer();
    } catch (...) {
        path_.pop_back();
        throw;
    }
}

void Chat::answer() {
    std::stop_source stop;
    const std::stop_callback on_interrupt(interrupt_.token(), [&] { stop.request_stop(); });
    inference::GenerateCallbacks on;
    on.token = [](inference::TokenId, std::string_view text) { print_answer(text); };
    inference::Generated result;
    std::exception_ptr error;
    {
        // The answer is written on its own thread, so that a typed /stop is seen while it streams.
        std::jthread writer([&] {
            try {
                result = inference::generate(engine_.timeline(), engine_.tokenizer(), log(),
                                             app::generate_options(settings_), stop.get_token(), on);
            } catch (...) {
                error = std::current_exception();
            }
            input_.wake();
        });
        while (const auto line = input_.next_while_busy()) {
            if (*line == "/stop") {
                stop.request_stop();
            } else {
                input_.push_back(*line);
            }
        }
    }
    interrupt_.renew();
    std::cout << "\n\n" << std::flush;
    if (error) std::rethrow_exception(error);
    if (instruct_ && (result.tokens.empty() || result.tokens.back() != inference::token::kEos)) {
        result.tokens.push_back(inference::token::kEos);
    }
    path_.push_back({0, false, result.text, result.tokens});
    const auto& s = result.stats;
    const bool terminal = isatty(STDERR_FILENO) != 0;  // there in a fainter type
    std::fprintf(stderr, "%s%lld read, %lld kept, %lld written, %.1f tokens/s, first after %.2f s%s\n",
                 terminal ? "\033[2m" : "", static_cast<long long>(s.plan.to_read),
                 static_cast<long long>(s.plan.reused), static_cast<long long>(s.generated),
                 s.tokens_per_second(), s.seconds_to_first_token, terminal ? "\033[0m" : "");
}

void Chat::save(const std::string& file) const {
    std::string text;
    for (const app::LogPart& part : path_) {
        text += (part.from_user ? "## You\n\n" : "## Sidewinder\n\n") + part.text + "\n\n";
    }
    storage::write_atomically(file, text);
    std::fprintf(stderr, "Saved %zu messages to %s\n", path_.size(), file.c_str());
}

bool Chat::command(const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string name = line.substr(0, space);
    const std::string rest = space == std::string::npos ? std::string() : line.substr(space + 1);
    if (name == "/quit" || name == "/exit") return false;
    if (name == "/new") {
        path_.clear();
    } else if (name == "/system") {
        settings_.system_prompt = rest;
    } else if (name == "/save" && !rest.empty()) {
        save(rest);
    } else if (name == "/regenerate" && path_.size() >= 2) {
        const app::LogPart old = path_.back();
        path_.pop_back();
        try {
            answer();
        } catch (...) {
            path_.push_back(old);
            throw;
        }
    } else if (name != "/stop") {
        std::fputs(kHelp, stderr);
    }
    return true;
}

int Chat::run() {
    std::fprintf(stderr, "%s on %s. /help lists the commands.\n\n", engine_.model_name().c_str(),
                 engine_.device_name().c_str());
    while (true) {
        if (isatty(STDIN_FILENO) != 0) std::cout << "> " << std::flush;
        const std::optional<std::string> line = input_.next(interrupt_.token());
        if (interrupt_.token().stop_requested() || !line) break;
        if (line->find_first_not_of(" \t\r") == std::string::npos) continue;
        try {
            if (line->front() != '/') {
                say(*line);
            } else if (!command(*line)) {
                break;
            }
        } catch (const std::exception& error) {
            std::fprintf(stderr, "%s\n", error.what());  // the conversation stays
        }
    }
    return exit_code::kOk;
}

}  // namespace

void add_chat(CLI::App& app, int& exit) {
    auto options = std::make_shared<ChatOptions>();
    CLI::App* command = app.add_subcommand("chat", "A conversation in the terminal");
    command->add_flag("--instruct,!--no-instruct", options->instruct,
                      "Use the chat template (default); --no-instruct continues plain text");
    options->model.add_to(*command);
    options->sampling.add_to(*command);
    command->callback([options, &exit] {
        Interrupt interrupt;  // first, so that the engine's threads leave the signal to it
        const auto engine = options->model.load(interrupt.token());
        exit = Chat(*engine, *options, interrupt).run();
    });
}

}  // namespace sidewinder::cli
