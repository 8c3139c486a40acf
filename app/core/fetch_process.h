#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "app/core/process_starter.h"
#include "storage/atomic_file.h"

namespace sidewinder::app {

/// One line of sidewinder-fetch (app/fetch/protocol.h). Fields that an event does not have keep their
/// defaults.
struct FetchEvent {
    enum class Kind { Other, State, Files, Progress, Retry, Note, Verified, Done, Error, Token };
    struct File {
        std::string name;
        std::uint64_t size = 0;
    };
    Kind kind = Kind::Other;
    std::string file, state;  ///< state: "listing", "downloading", "paused", "verifying", "publishing"
    std::string message;      ///< a sentence: of Retry, Note, Error, Token
    std::string where;        ///< of Token: "keyring", "file", a variable's name, a path, or ""
    std::string fault;        ///< of Error, "no_space"
    std::string commit, sha256;
    std::vector<File> files;  ///< of Files
    std::uint64_t bytes = 0, size = 0, total_bytes = 0, total_size = 0;
    double rate = 0;  ///< bytes per second
    std::optional<std::uint64_t> seconds_left;
    std::uint64_t wait_ms = 0;  ///< of Retry
    bool resumable = false;     ///< of Error
};

/// None for a line that is no event: no JSON object, or longer than 4 MiB. Unknown events are Other.
std::optional<FetchEvent> parse_fetch_line(std::string_view line);

struct FetchOptions {
    /// The tasks on tokens need no more than endpoint, token and token_in_file, those on passwords the proxy;
    /// they end with Kind::Token.
    enum class Task { Download, SetToken, ShowToken, RemoveToken, SetProxyPassword, RemoveProxyPassword };
    Task task = Task::Download;
    std::string repo;  ///< "owner/name"
    std::string revision = "main";
    std::filesystem::path into;
    std::string endpoint;            ///< empty: HF_ENDPOINT, else the Hub
    std::vector<std::string> files;  ///< empty: those that a model needs
    std::string ca_file, token_file;
    /// Handed over on its standard input, as protocol.h says, and no other way: never seen in a list of
    /// processes. The proxy may hold NAME:PASSWORD@; with NAME@ only, a password that was kept for
    /// it is used; empty: that of the environment.
    std::string token, proxy;
    bool no_token = false;
    bool token_in_file = false;     ///< SetToken, SetProxyPassword: not into the keyring
    std::vector<std::string> more;  ///< further arguments, passed on as they are
};

/// The hub that is meant when `given` is, as sidewinder-fetch sees it: itself, HF_ENDPOINT, or the Hub.
std::string endpoint_of(const std::string& given);

/// What to call an address, or a proxy: "host:port" of it, and nothing that could be a secret.
std::string host_of(const std::string& address);

/// sidewinder-fetch beside the running program or in ../libexec/sidewinder; empty when the installation has
/// none.
std::filesystem::path find_fetch_program();

/// A download in a process of its own, the only program of ours with a network. One thread. Destroyed, it
/// lets the process stop, which keeps what has come.
class FetchProcess {
  public:
    enum class Command { Pause, Resume, Cancel };

    /// Starts `program`; throws storage::Error when it cannot. It has a process group of its own: a Ctrl-C in
    /// the terminal is the caller's to pass on.
    FetchProcess(const std::filesystem::path& program, const FetchOptions& options);
    /// Through `starter`, whose program is sidewinder-fetch: the window's launcher (app/core/launcher.h).
    FetchProcess(const ProcessStarter& starter, const FetchOptions& options);
    ~FetchProcess();
    FetchProcess(const FetchProcess&) = delete;
    FetchProcess& operator=(const FetchProcess&) = delete;

    int output() const { return output_.get(); }  ///< to wait on: readable when there are events, or the end
    /// What has come, without waiting; none once the process has closed its output and all was taken.
    std::optional<std::vector<FetchEvent>> events();
    /// Waits for at most `most`.
    bool wait_for_output(std::chrono::milliseconds most) const;

    void send(Command command);
    /// Ends it kindly: it saves what has come and says so.
    void stop() { input_.close(); }
    /// Once it was stopped or has closed its output: waits for its end, three seconds for it to save what has
    /// come, one more after SIGTERM, then SIGKILL, after which what was saved last is still there. Its exit
    /// code, or 128 + the signal that ended it.
    int wait();

  private:
    void hand_over(const FetchOptions& options);

    std::unique_ptr<StartedProcess> process_;
    storage::FileDescriptor input_, output_;
    std::string buffer_;
};

}  // namespace sidewinder::app
