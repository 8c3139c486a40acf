#include "app/fetch/token_command.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <chrono>

#include "app/fetch/command_reader.h"
#include "app/fetch/event_writer.h"
#include "app/fetch/keyring.h"
#include "app/fetch/token_choice.h"
#include "storage/download/hub_address.h"
#include "storage/error.h"

namespace sidewinder::fetch {

using download::Fault;

namespace {

struct Arguments {
    std::string endpoint;
    bool in_file = false;
    std::int64_t seconds = 60;  // the person may have to unlock the keyring

    std::string hub() const { return download::hub_origin(endpoint).text(); }
    std::chrono::seconds most() const { return std::chrono::seconds(seconds); }
};

void set(const Arguments& a, EventWriter& events) {
    CommandReader commands(STDIN_FILENO);
    const Secrets secrets = commands.wait_for_secrets();
    const download::Token token(secrets.token);
    if (!token)
        throw download::Error(Fault::Usage, "The access token is empty. Copy it from the hub's settings.");
    if (!a.in_file) {
        keyring::store(a.hub(), token, a.most());
        return events.token("keyring", "The access token for " + a.hub() + " is in the keyring.");
    }
    const download::TokenFile file = our_token_file();
    file.store(a.hub(), token);
    events.token("file", "The access token for " + a.hub() + " is in " + file.path().string() +
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

/// From wherever we may have put it.
void remove(const Arguments& a, EventWriter& events) {
    bool removed = our_token_file().remove(a.hub());
    std::string trouble;
    try {
        removed = keyring::remove(a.hub(), a.most()) || removed;
    } catch (const keyring::Missing&) {
    } catch (const download::Error& error) {
        if (!removed) throw;
        trouble = std::string(" The keyring's own was not looked for. ") + error.what();
    }
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
    try {
        app.parse(argc, argv);
        if (*set_command) set(arguments, events);
        if (*where_command) show_where(arguments, events);
        if (*remove_command) remove(arguments, events);
        return 0;
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(Fault::Usage);
    } catch (const download::Error& error) {
        events.error(error.fault(), error.what());
        return static_cast<int>(error.fault());
    } catch (const storage::Error& error) {
        events.error(Fault::Usage, error.what());
        return static_cast<int>(Fault::Usage);
    }
}

}  // namespace sidewinder::fetch
