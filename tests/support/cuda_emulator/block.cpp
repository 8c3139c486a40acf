#include "tests/support/cuda_emulator/block.h"

#include <cstdio>

namespace sidewinder::emulator {

namespace {

std::string place(const Warp& warp, unsigned lane) {
    const std::uint32_t bit = 1u << lane;
    const Thread& thread = warp.threads[lane];
    std::string place = "thread " + text(thread.index) + " waits ";
    if (warp.at_barrier & bit) return place + "in __syncthreads";
    if (warp.at_team & bit) return place + "in block_barrier";
    if (warp.at_mbarrier & bit) return place + "for an mbarrier";
    if (warp.at_counter & bit) {
        if (thread.is_sign) {
            return place + "for a float of the sign " + std::to_string(thread.target) + " that others write";
        }
        return place + "for a counter to reach " + std::to_string(thread.target) + ", which is at " +
               std::to_string(*thread.counter);
    }
    char mask[16];
    std::snprintf(mask, sizeof mask, "%08x", warp.masks[lane]);
    return place + "in " + warp.collectives[lane]->name + " with mask " + mask;
}

}  // namespace

std::string text(const uint3& v) {
    return "(" + std::to_string(v.x) + ", " + std::to_string(v.y) + ", " + std::to_string(v.z) + ")";
}

void Block::start(const LaunchRequest& request, const uint3& block_index,
                  void (*thread_main)(boost::context::detail::transfer_t)) {
    const uint3& size = request.block;
    const unsigned count = size.x * size.y * size.z;
    index = block_index;
    smem.prepare(request.smem);
    stacks.reserve(count);
    threads.resize(count);
    warps.assign((count + 31) / 32, Warp{});
    alive = count;
    at_barrier = at_team = at_counter = votes = 0;
    mbarriers.clear();
    for (unsigned i = 0; i < count; ++i) {
        Thread& thread = threads[i];
        Warp& warp = warps[i / 32];
        thread.index = {i % size.x, i / size.x % size.y, i / (size.x * size.y)};
        thread.lane = i % 32;
        thread.warp = &warp;
        thread.waited_prior_grid = false;
        thread.committed_groups = 0;
        thread.copies.clear();
        prepare(thread.fiber, stacks.bottom(i), Stacks::kSize, thread_main);
        warp.number = i / 32;
        if (thread.lane == 0) warp.threads = &thread;
        warp.members |= 1u << thread.lane;
    }
    for (Warp& warp : warps) warp.alive = warp.ready = warp.members;
}

void Block::release_barrier() {
    for (Warp& warp : warps) {
        warp.ready |= warp.at_barrier;
        warp.at_barrier = 0;
    }
    last_votes = votes;
    votes = 0;
    at_barrier = 0;
}

void Block::release_team() {
    for (Warp& warp : warps) {
        warp.ready |= warp.at_team;
        warp.at_team = 0;
    }
    at_team = 0;
}

void Block::wake() {
    if (at_counter == 0) return;
    for (Warp& warp : warps) {
        for (std::uint32_t rest = warp.at_counter; rest; rest &= rest - 1) {
            const int lane = std::countr_zero(rest);
            if (!reached(warp.threads[lane])) continue;
            warp.at_counter &= ~(1u << lane);
            warp.ready |= 1u << lane;
            --at_counter;
        }
    }
}

std::string Block::stuck(unsigned most) const {
    std::string list;
    unsigned listed = 0;
    for (const Warp& warp : warps) {
        for (std::uint32_t rest = warp.alive; rest; rest &= rest - 1) {
            if (++listed > most) continue;
            list += (list.empty() ? "" : ", ") + place(warp, static_cast<unsigned>(std::countr_zero(rest)));
        }
    }
    if (listed > most) list += " and " + std::to_string(listed - most) + " more wait";
    return list + ".";
}

std::string Block::damage(const LaunchRequest& request) const {
    const std::string at = " In kernel " + request.name + ", block " + text(index) + ".";
    if (!smem.intact()) return "Something was written behind the end of the dynamic shared memory." + at;
    for (const auto& [address, barrier] : mbarriers) {
        if (!barrier.copies.empty()) return "A block ends while a bulk copy is on its way." + at;
    }
    if (!request.overlap) return {};
    for (const Thread& thread : threads) {
        if (thread.waited_prior_grid) return {};
    }
    return "The launch asks for overlap, but no thread called wait_prior_grid." + at;
}

}  // namespace sidewinder::emulator
