#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

namespace sidewinder::inference {

/// Runs produce(job, slot) for every job in [0, jobs) on worker threads and consume(job, slot) on the
/// caller's thread, in order. A slot belongs to one job from its production until its consumption, so that
/// memory stays bounded. The first exception of either ends the run and is thrown here; a stop throws
/// Stopped. No thread outlives the call.
struct OrderedPipeline {
    std::size_t jobs = 0;
    std::size_t slots = 1;
    std::size_t threads = 1;
    std::function<void(std::size_t job, std::size_t slot)> produce;
    std::function<void(std::size_t job, std::size_t slot)> consume;

    void run(std::stop_token stop) const;
};

}  // namespace sidewinder::inference
