#pragma once

#include <bit>
#include <map>
#include <string>
#include <vector>

#include "tests/support/cuda_emulator/fiber.h"
#include "tests/support/cuda_emulator/mbarrier.h"
#include "tests/support/cuda_emulator/scheduler.h"
#include "tests/support/cuda_emulator/shared_memory.h"

namespace sidewinder::emulator {

/// "(x, y, z)".
std::string text(const uint3& v);

/// One block that is on the device: its threads and what they share. Kept and used again for later blocks.
struct Block {
    uint3 index{};
    Stacks stacks;
    DynamicSharedMemory smem;
    std::vector<char> static_shared;  ///< of a cooperative launch's block, while another has the processor
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    unsigned alive = 0;       ///< threads that have not returned
    unsigned at_barrier = 0;  ///< of these wait in __syncthreads
    unsigned at_team = 0;     ///< and in block_barrier of `team` threads
    unsigned team = 0;
    unsigned at_counter = 0;  ///< and in wait_until_reached
    std::map<const void*, Mbarrier> mbarriers;
    unsigned votes = 0;
    unsigned last_votes = 0;

    /// All threads at the begin of `thread_main`, the dynamic shared memory poisoned.
    void start(const LaunchRequest& request, const uint3& block_index,
               void (*thread_main)(boost::context::detail::transfer_t));
    /// The next thread that may run: of this warp if there is one, else of the others in turn; null if none.
    Thread* next(const Warp& from, Order order);
    Thread* first(Order order) { return next(order == Order::Forward ? warps.front() : warps.back(), order); }
    void release_barrier();
    void release_team();
    /// Those for whom what they wait for has come may run.
    void wake();
    /// Who waits where; names `most` threads.
    std::string stuck(unsigned most) const;
    /// What is wrong now that all threads have returned; empty if nothing.
    std::string damage(const LaunchRequest& request) const;
};

inline bool reached(const Thread& waits) {
    if (waits.is_sign) return (*waits.counter & 1u) == waits.target;
    return static_cast<int>(*waits.counter - waits.target) >= 0;
}

inline unsigned pick(std::uint32_t lanes, Order order) {
    return static_cast<unsigned>(order == Order::Forward ? std::countr_zero(lanes)
                                                         : 31 - std::countl_zero(lanes));
}

inline Thread* Block::next(const Warp& from, Order order) {
    if (from.ready) return from.threads + pick(from.ready, order);
    const unsigned count = static_cast<unsigned>(warps.size());
    for (unsigned step = 1; step < count; ++step) {
        const unsigned ahead = order == Order::Forward ? step : count - step;
        const Warp& warp = warps[(from.number + ahead) % count];
        if (warp.ready) return warp.threads + pick(warp.ready, order);
    }
    return nullptr;
}

}  // namespace sidewinder::emulator
