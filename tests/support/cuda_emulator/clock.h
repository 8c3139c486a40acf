#pragma once

#include <chrono>

namespace sidewinder::emulator {

/// The steady clock, in which a minute goes by each time that a hanging device is asked whether it is done.
struct Clock {
    using duration = std::chrono::steady_clock::duration;
    using rep = duration::rep;
    using period = duration::period;
    using time_point = std::chrono::steady_clock::time_point;
    static constexpr bool is_steady = true;
    static time_point now();
};

}  // namespace sidewinder::emulator
