#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "storage/download/http_session.h"
#include "storage/download/hub_answers.h"
#include "storage/download/retry.h"

namespace sidewinder::download {

/// What the person wants, asked again and again while the work goes on.
class Control {
  public:
    enum class Wish {
        Run,
        Pause,
        Stop,    ///< end now, keep the parts
        Cancel,  ///< end now; what becomes of the parts is for whoever started the download
    };
    virtual ~Control() = default;
    /// Reads what has come in since; does not wait.
    virtual Wish wish() = 0;
    /// Become readable when wish() may have changed.
    virtual std::span<const int> descriptors() const = 0;
};

enum class Phase { Listing, Downloading, Paused, Verifying, Publishing };

/// Hears how it goes, on the thread that downloads. Sentences are whole and may be shown.
class Listener {
  public:
    virtual ~Listener() = default;
    virtual void files(const std::vector<RemoteFile>& files, const std::string& commit) = 0;
    virtual void phase(Phase phase, const std::string& file) = 0;
    /// At most five times a second and once at the end of a phase: bytes there, or hashed while verifying.
    virtual void progress(const std::string& file, std::int64_t bytes, std::int64_t size) = 0;
    virtual void retry(const std::string& file, Milliseconds wait, int tries, const std::string& why) = 0;
    virtual void note(const std::string& file, const std::string& sentence) = 0;
    virtual void verified(const std::string& file, std::int64_t size, const std::string& sha256) = 0;
};

struct Limits {
    std::int64_t piece_bytes = std::int64_t{32} << 20;  ///< asked for in one request
    int connections = 4;                                ///< at once, for a file of more than one piece
    std::int64_t save_bytes = std::int64_t{4}
                              << 20;  ///< saved each; twice that is the most that a crash costs
    std::chrono::seconds save_interval{2};
    std::int64_t spare_bytes = std::int64_t{256} << 20;  ///< left free on the disk
    Milliseconds backoff{1000};                          ///< the first wait
    int server_tries = 10;                               ///< without progress, against a server in trouble
    int protocol_tries = 4;                              ///< against answers that make no sense
    int first_tries = 4;                                 ///< against a network that has not worked yet
    std::chrono::seconds patience = std::chrono::hours(24);  ///< without any network, once it has worked
};

/// What all steps of a download need. One thread.
class Job {
  public:
    Job(HttpSession& session, Control& control, Listener& listener, Limits limits);

    HttpSession& session;
    Control& control;
    Listener& listener;
    const Limits limits;
    std::function<double()> random;  ///< in [0, 1), for jitter
    bool network_has_worked = false;

    /// Moves the transfers on for at most `most`; how much of it went by with nothing to do. Throws
    /// Error(Stopped or Cancelled) when that is wished.
    std::chrono::nanoseconds step(Milliseconds most);
    bool is_paused();
    /// Waits until it is wished to run; says so.
    void hold_while_paused(const std::string& file);
    void wait(Milliseconds time);
};

/// The tries at one thing, and when to give up.
class Attempts {
  public:
    Attempts(Job& job, std::string file);

    /// How long to wait before the next try; the listener has been told. Throws Error when it is time to give
    /// up.
    Milliseconds failed(const Failure& failure);
    void progressed();

  private:
    Job& job_;
    std::string file_;
    Backoff backoff_;
    int protocol_failures_ = 0;  // without progress, like the next
    int server_failures_ = 0;
    std::chrono::steady_clock::time_point since_{};  // of the first failure without progress
};

}  // namespace sidewinder::download
