#pragma once

#include <memory>
#include <stop_token>
#include <thread>

namespace sidewinder::cli {

/// Turns Ctrl-C into a stop request while it lives; a second Ctrl-C ends the program at once. Make it before
/// any other thread, so that all of them inherit the blocked signal.
class Interrupt {
  public:
    Interrupt();
    ~Interrupt();
    Interrupt(const Interrupt&) = delete;
    Interrupt& operator=(const Interrupt&) = delete;

    /// A token for one piece of work. After a Ctrl-C, `renew` gives the next piece a fresh one.
    std::stop_token token() const;
    void renew();

  private:
    struct Shared;
    std::shared_ptr<Shared> shared_;
    int signal_fd_ = -1;
    int wake_fd_ = -1;
    std::jthread thread_;
};

}  // namespace sidewinder::cli
