#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <map>
#include <new>
#include <string>
#include <vector>

#include "app/fetch/command_reader.h"
#include "app/fetch/event_writer.h"
#include "app/fetch/proxy_command.h"
#include "app/fetch/token_choice.h"
#include "app/fetch/token_command.h"
#include "storage/download/repository_download.h"
#include "storage/hub_cache.h"

namespace {

using namespace sidewinder;
using download::Fault;

struct Arguments {
    std::string endpoint, repository, revision = "main", into, ca_file, proxy, token_file;
    std::vector<std::string> files;
    int token_fd = -1;
    bool no_token = false, secrets = false;
    download::HttpVersion http = download::HttpVersion::Measured;
    download::Limits limits;
    std::int64_t backoff_ms = 1000, patience_seconds = 24 * 3600;
    std::int64_t stall_seconds = 30, connect_seconds = 15;
};

void add_limits(CLI::App& app, Arguments& a) {
    const auto group = "Limits";
    app.add_option("--connections", a.limits.connections, "Requests at once for a large file")
        ->check(CLI::Range(1, 16))
        ->group(group);
    app.add_option("--piece-bytes", a.limits.piece_bytes, "Bytes of one request")
        ->check(CLI::Range(std::int64_t{1} << 10, std::int64_t{1} << 40))
        ->group(group);
    app.add_option("--save-bytes", a.limits.save_bytes, "Progress is saved each time this much has arrived")
        ->check(CLI::Range(std::int64_t{1} << 15, std::int64_t{1} << 30))
        ->group(group);
    app.add_option("--spare-bytes", a.limits.spare_bytes, "Bytes to leave free on the disk")
        ->check(CLI::NonNegativeNumber)
        ->group(group);
    app.add_option("--backoff-ms", a.backoff_ms, "The first wait after a failure")
        ->check(CLI::Range(1, 60'000))
        ->group(group);
    app.add_option("--patience", a.patience_seconds, "Seconds without any network before giving up")
        ->check(CLI::NonNegativeNumber)
        ->group(group);
    app.add_option("--stall", a.stall_seconds, "Seconds below 1 KiB/s that end a request")
        ->check(CLI::Range(1, 3600))
        ->group(group);
    app.add_option("--connect-timeout", a.connect_seconds, "Seconds to connect")
        ->check(CLI::Range(1, 600))
        ->group(group);
}

void add_options(CLI::App& app, Arguments& a) {
    app.add_option("--repo", a.repository, "OWNER/NAME at the hub")->required();
    app.add_option("--into", a.into, "The model's folder; made if missing")->required();
    app.add_option("--revision", a.revision, "Branch, tag or commit (main)");
    app.add_option("--endpoint", a.endpoint, "The hub or a mirror (HF_ENDPOINT, or https://huggingface.co)");
    app.add_option("--file", a.files, "Only these files, by name (default: what the model needs)");
    app.add_option("--ca", a.ca_file, "CA certificates in PEM instead of the system's");
    app.add_option(
        "--proxy", a.proxy,
        "http, https, socks5 or socks5h://HOST:PORT (https_proxy, all_proxy, no_proxy); a password "
        "belongs into the environment");
    app.add_option("--token-file", a.token_file, "File with the access token; only you may read it");
    app.add_option("--token-fd", a.token_fd, "Open descriptor to read the access token from");
    app.add_flag("--no-token", a.no_token, "Send no token, whatever the environment holds");
    app.add_flag("--secrets", a.secrets, "Token and proxy come on standard input (app/fetch/protocol.h)");
    const std::map<std::string, download::HttpVersion> versions{{"measured", download::HttpVersion::Measured},
                                                                {"1.1", download::HttpVersion::One},
                                                                {"2", download::HttpVersion::Two}};
    app.add_option("--http", a.http, "The version to ask for: 1.1, 2, or as was measured to be fastest")
        ->transform(CLI::Transformer(versions, CLI::ignore_case));
    add_limits(app, a);
}

void refuse_if_offline() {
    if (const std::string variable = storage::offline_variable(); !variable.empty())
        throw download::Error(Fault::Usage, variable + " forbids downloads. Unset it to download.");
}

download::Proxy proxy_of(const Arguments& a, const std::string& handed_over) {
    if (!handed_over.empty()) return download::Proxy(handed_over);
    download::Proxy proxy(a.proxy);
    if (!proxy.password().empty())
        throw download::Error(Fault::Usage,
                              "A password on a command line can be read by others. Put the proxy into "
                              "HTTPS_PROXY instead.");
    return proxy;
}

/// What no output may hold, known as soon as it is.
struct Hidden {
    download::Token token;
    download::Proxy proxy;
};

int run(Arguments& a, fetch::CommandReader& commands, Hidden& hidden) {
    refuse_if_offline();
    const fetch::Secrets secrets = a.secrets ? commands.wait_for_secrets() : fetch::Secrets();
    const auto note = [](const std::string& sentence) {
        fetch::EventWriter(STDOUT_FILENO, {}, {}).note("", sentence);
    };
    hidden.proxy = fetch::with_kept_password(proxy_of(a, secrets.proxy), note);
    const download::HubAddress address(download::endpoint_of(a.endpoint), a.repository, a.revision);
    hidden.token = fetch::choose_token({a.no_token, a.token_fd, a.token_file, secrets.token},
                                       address.origin().text(), note)
                       .token;
    a.limits.backoff = download::Milliseconds(a.backoff_ms);
    a.limits.patience = std::chrono::seconds(a.patience_seconds);
    download::HttpSession session({address.origin(), hidden.token, a.ca_file, hidden.proxy, a.http,
                                   std::chrono::seconds(a.connect_seconds),
                                   std::chrono::seconds(a.stall_seconds)});
    hidden.proxy = session.proxy();  // perhaps the environment's
    fetch::EventWriter events(STDOUT_FILENO, hidden.token, hidden.proxy);
    download::Job job(session, commands, events, a.limits);
    try {
        const storage::Manifest manifest = download::download_repository(job, address, a.into, a.files);
        events.done(manifest, std::filesystem::absolute(a.into).lexically_normal().string());
        return 0;
    } catch (const download::Error& error) {
        if (error.fault() == Fault::Cancelled && commands.remove_when_cancelled())
            download::remove_parts(a.into);
        throw;
    }
}

int fail(const Hidden& hidden, Fault fault, const std::string& sentence) {
    try {
        fetch::EventWriter(STDOUT_FILENO, hidden.token, hidden.proxy).error(fault, sentence);
    } catch (const std::exception&) {  // nobody reads any more: the exit code says it
    }
    if (::isatty(STDERR_FILENO) != 0)
        std::fprintf(stderr, "sidewinder-fetch: %s\n",
                     hidden.proxy.hidden(hidden.token.hidden(sentence)).c_str());
    return static_cast<int>(fault);
}

/// A crash of this process must not leave its memory, which holds the token, on the disk or to a debugger.
void hide_memory() {
    ::prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace

int main(int argc, char** argv) {
    hide_memory();
    for (const int signal : {SIGPIPE, SIGXFSZ})
        ::signal(signal, SIG_IGN);  // the calls fail instead, and say why
    if (argc > 1 && std::string_view(argv[1]) == "token") return fetch::run_token_command(argc - 1, argv + 1);
    if (argc > 1 && std::string_view(argv[1]) == "proxy") return fetch::run_proxy_command(argc - 1, argv + 1);
    CLI::App app(
        "Downloads one model from a model hub, verified. The only program of Sidewinder's that talks to a "
        "network. Progress is JSON lines (app/fetch/protocol.h).",
        "sidewinder-fetch");
    app.set_version_flag("--version", std::string("sidewinder-fetch ") + SIDEWINDER_VERSION);
    Arguments arguments;
    add_options(app, arguments);
    Hidden hidden;
    try {
        app.parse(argc, argv);
        fetch::CommandReader commands(STDIN_FILENO);
        return run(arguments, commands, hidden);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : static_cast<int>(Fault::Usage);
    } catch (const download::Error& error) {
        return fail(hidden, error.fault(), error.what());
    } catch (const std::bad_alloc&) {
        return fail(hidden, Fault::Internal, "There is not enough memory. Close something and try again.");
    } catch (const std::exception& error) {
        return fail(hidden, Fault::Internal, error.what());
    }
}
