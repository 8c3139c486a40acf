#include "app/fetch/proxy_command.h"

#include <unistd.h>

#include "app/fetch/command_reader.h"
#include "app/fetch/secret_command.h"
#include "app/fetch/secret_store.h"

namespace sidewinder::fetch {

using download::Fault;
using download::Proxy;

namespace {

Keep place_of(const Proxy& proxy, bool in_file) {
    return {proxy.place(), in_file, std::chrono::seconds(60),
            "Keep the password in a file that only you may read, or put the proxy into HTTPS_PROXY."};
}

Proxy handed_over() {
    CommandReader commands(STDIN_FILENO);
    Proxy proxy(commands.wait_for_secrets().proxy);
    if (proxy.name().empty())
        throw download::Error(
            Fault::Usage,
            "The proxy's address has no name to keep a password for. Put NAME@ before its host.");
    return proxy;
}

void set(bool in_file, EventWriter& events) {
    const Proxy proxy = handed_over();
    if (proxy.password().empty())
        throw download::Error(Fault::Usage, "The proxy's password is empty. Type it.");
    keep(place_of(proxy, in_file), download::Token(proxy.encoded_password()));
    if (!in_file)
        return events.token("keyring", "The password for " + proxy.address() + " is in the keyring.");
    events.token("file", "The password for " + proxy.address() + " is in " +
                             our_token_file().path().string() +
                             ", which only you may read; it is not encrypted.");
}

void remove(EventWriter& events) {
    const Proxy proxy = handed_over();
    std::string trouble;
    const bool removed = forget(place_of(proxy, false), trouble);
    events.token("", removed ? "The password for " + proxy.address() + " is removed." + trouble
                             : "No password was kept for " + proxy.address() + ".");
}

}  // namespace

Proxy with_kept_password(Proxy proxy, const std::function<void(const std::string&)>& note) {
    if (proxy.name().empty() || !proxy.password().empty()) return proxy;
    download::Token kept = find_in_keyring(proxy.place(), note);
    if (!kept) kept = our_token_file().find(proxy.place());
    return kept ? proxy.with_password(kept.text()) : proxy;
}

int run_proxy_command(int argc, char** argv) {
    CLI::App app("Passwords of proxies, in the keyring or a file of ours", "sidewinder-fetch proxy");
    app.require_subcommand(1);
    bool in_file = false;
    CLI::App* set_command =
        app.add_subcommand("set", "Keep the password of the proxy that standard input gives");
    set_command->add_flag("--in-file", in_file, "In a file that only you may read, not the keyring");
    app.add_subcommand("remove", "Remove it from the keyring and our file");
    EventWriter events(STDOUT_FILENO, {}, {});
    return run_secret_command(app, argc, argv, events, [&] {
        if (*set_command)
            set(in_file, events);
        else
            remove(events);
    });
}

}  // namespace sidewinder::fetch
