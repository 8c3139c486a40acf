#pragma once

#include <chrono>

namespace sidewinder::download {

/// How many requests for a large file are worth having under way. It starts with one, whose bytes come in
/// order and are hashed as they arrive, and goes one up after each stretch of time that went by mostly with
/// waiting for the network: several are faster there, and only cost where this machine itself is the bound.
class RequestRamp {
  public:
    using Time = std::chrono::steady_clock::time_point;

    /// `most`: of requests, at least 1.
    explicit RequestRamp(int most);
    /// Of the time up to `now`, `time` more was spent waiting.
    void waited(std::chrono::nanoseconds time, Time now);
    int requests() const { return requests_; }

  private:
    int most_;
    int requests_ = 1;
    Time begin_{};  // of the stretch
    std::chrono::nanoseconds waited_{0};
};

}  // namespace sidewinder::download
