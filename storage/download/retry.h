#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>

namespace sidewinder::download {

using Milliseconds = std::chrono::milliseconds;

inline constexpr Milliseconds kLongestAskedWait = std::chrono::minutes(15);

/// What a server asks us to wait, from its headers as they stand (empty = absent): Retry-After in seconds or
/// as an HTTP date (measured against the answer's own Date if it has one, so that a wrong clock here does no
/// harm, else against `now`), or `t` of "ratelimit: "api";r=0;t=55". Garbage and negative values are nothing;
/// at most kLongestAskedWait.
std::optional<Milliseconds> asked_wait(std::string_view retry_after, std::string_view date,
                                       std::string_view ratelimit, std::chrono::system_clock::time_point now);

/// 1, 2, 4 … 60 times the base, plus up to a quarter of jitter. Counts the tries since the last progress.
class Backoff {
  public:
    /// `random` gives numbers in [0, 1).
    Backoff(Milliseconds base, std::function<double()> random) : base_(base), random_(std::move(random)) {}

    /// The wait before the next try. What the server asked for is kept to, with a jitter on top.
    Milliseconds failed(std::optional<Milliseconds> asked);
    void progressed() { tries_ = 0; }
    int tries() const { return tries_; }

  private:
    Milliseconds base_;
    std::function<double()> random_;
    int tries_ = 0;
};

}  // namespace sidewinder::download
