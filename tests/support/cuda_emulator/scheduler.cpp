#include "tests/support/cuda_emulator/scheduler.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "tests/support/cuda_emulator/block.h"
#include "tests/support/cuda_emulator/crash.h"
#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/fault.h"
#include "tests/support/cuda_emulator/shared_memory.h"

namespace sidewinder::emulator {

Current current;

namespace {

/// Fibers and memory are kept from launch to launch.
struct Scheduler {
    std::vector<std::unique_ptr<Block>> blocks;  ///< the first alone, if the launch is not cooperative
    Block* block = nullptr;                      ///< that runs
    Order order = Order::Forward;
    const LaunchRequest* request = nullptr;
    const std::function<void()>* body = nullptr;
    Fiber launcher;
    std::string sentence;  ///< of the fault that ended the launch

    Scheduler() {
        const char* wanted = std::getenv("SIDEWINDER_CUDA_ORDER");
        if (wanted && std::strcmp(wanted, "reversed") == 0) order = Order::Reversed;
    }

    /// Gives the processor away. The running thread has been taken out of its warp's `ready`, or not.
    void yield();
    void to_launcher() {
        Thread* from = current.thread;
        current.thread = nullptr;
        switch_fiber(from->fiber, launcher);
    }
    void complete(Warp& warp, std::uint32_t lanes);
    void try_complete(Warp& warp);
    void exit_thread();

    /// On the launching side:
    Block& place(std::size_t slot, std::uint64_t number);
    void run(Block& next);
    void run_one_by_one(std::uint64_t count);
    void run_together(std::size_t count);
    std::string stuck(std::size_t count) const;
    std::uint64_t in_order(std::uint64_t i, std::uint64_t count) const {
        return order == Order::Forward ? i : count - 1 - i;
    }
};

Scheduler* the_scheduler =
    nullptr;  // set by the first launch: a static object's guard would be asked at each switch

Scheduler& scheduler() {
    return *the_scheduler;
}

void make_scheduler() {
    static Scheduler instance;
    the_scheduler = &instance;
}

std::mutex& launch_mutex() {
    static std::mutex mutex;
    return mutex;
}

void thread_main(boost::context::detail::transfer_t transfer) {
    arrived(transfer);
    (*scheduler().body)();
    scheduler().exit_thread();
}

void Scheduler::yield() {
    Thread* from = current.thread;
    Thread* to = block->next(*from->warp, order);
    if (to == from) return;
    if (to) {
        current.thread = to;
        switch_fiber(from->fiber, to->fiber);
    } else if (block->at_counter > 0) {
        to_launcher();  // for the other blocks
    } else {
        fault("The block can never go on: " + block->stuck(8));
    }
}

void Scheduler::complete(Warp& warp, std::uint32_t lanes) {
    if (lanes == 0) return;
    const Collective* collective = warp.collectives[std::countr_zero(lanes) & 31];
    if (collective->whole_warp && lanes != 0xFFFFFFFFu) {
        fault(std::string(collective->name) +
              " needs all 32 lanes of the warp, and some have returned or never were.");
    }
    void* arguments[32] = {};
    for (std::uint32_t rest = lanes; rest; rest &= rest - 1) {
        const int lane = std::countr_zero(rest);
        if (warp.collectives[lane] != collective) {
            fault(std::string("Lanes of one warp meet in different operations: ") + collective->name +
                  " and " + warp.collectives[lane]->name + ".");
        }
        arguments[lane] = warp.arguments[lane];
    }
    collective->run(arguments, lanes);
    warp.arrived &= ~lanes;
    warp.ready |= lanes;
}

/// After a lane has returned: those that waited for it may be complete now.
void Scheduler::try_complete(Warp& warp) {
    for (std::uint32_t rest = warp.arrived; rest; rest &= rest - 1) {
        const int lane = std::countr_zero(rest);
        const std::uint32_t wanted = warp.masks[lane] & warp.alive;
        if (!(warp.arrived & (1u << lane)) || (wanted & ~warp.arrived)) continue;
        complete(warp, wanted);
    }
}

void Scheduler::exit_thread() {
    Thread& self = *current.thread;
    Warp& warp = *self.warp;
    warp.alive &= ~(1u << self.lane);
    warp.ready &= ~(1u << self.lane);
    --block->alive;
    try_complete(warp);
    if (block->alive == 0) to_launcher();
    if (block->at_barrier == block->alive) block->release_barrier();
    yield();
}

Block& Scheduler::place(std::size_t slot, std::uint64_t number) {
    while (blocks.size() <= slot) blocks.push_back(std::make_unique<Block>());
    const uint3& grid = request->grid;
    const std::uint64_t plane = std::uint64_t{grid.x} * grid.y;
    const uint3 index{static_cast<unsigned>(number % grid.x), static_cast<unsigned>(number % plane / grid.x),
                      static_cast<unsigned>(number / plane)};
    blocks[slot]->start(*request, index, thread_main);
    poison_static_shared();
    return *blocks[slot];
}

/// Until all its threads have returned or wait for other blocks, or one lets these go on or made a fault.
void Scheduler::run(Block& next) {
    block = &next;
    current.block_index = next.index;
    current.dynamic_smem = next.smem.begin();
    current.dynamic_smem_bytes = request->smem;
    current.thread = next.first(order);
    switch_fiber(launcher, current.thread->fiber);
    if (sentence.empty() && next.alive == 0) sentence = next.damage(*request);
}

void Scheduler::run_one_by_one(std::uint64_t count) {
    for (std::uint64_t i = 0; i < count && sentence.empty(); ++i) run(place(0, in_order(i, count)));
}

void Scheduler::run_together(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) save_static_shared(place(i, i).static_shared);
    std::size_t living = count;
    std::size_t waiting = 0;  // one after the other
    for (std::size_t i = 0; living > 0 && sentence.empty(); i = (i + 1) % count) {
        Block& next = *blocks[in_order(i, count)];
        if (next.alive > 0) next.wake();
        if (next.alive == 0 || !next.first(order)) {
            if (++waiting == count) sentence = stuck(count);
            continue;
        }
        waiting = 0;
        restore_static_shared(next.static_shared);
        run(next);
        save_static_shared(next.static_shared);
        if (next.alive == 0) --living;
    }
}

std::string Scheduler::stuck(std::size_t count) const {
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(count, 8); ++i) {
        const Block& b = *blocks[i];
        list += " Block " + text(b.index) + (b.alive ? ": " + b.stuck(2) : " has returned.");
    }
    if (count > 8) list += " And " + std::to_string(count - 8) + " more blocks.";
    return "The blocks can never go on." + list + " In kernel " + request->name + "<<<" +
           text(request->grid) + ", " + text(request->block) + ">>>.";
}

void check_shape(const LaunchRequest& request) {
    const auto refuse = [&](const std::string& why) { fault("Kernel " + request.name + ": " + why); };
    const uint3& block = request.block;
    const uint3& grid = request.grid;
    const std::uint64_t threads = std::uint64_t{block.x} * block.y * block.z;
    if (threads == 0 || threads > 1024 || block.z > 64) {
        refuse("a block of " + text(block) + " threads; 1 to 1024 are possible.");
    }
    if (grid.x == 0 || grid.y == 0 || grid.z == 0 || grid.x > 0x7FFFFFFFu || grid.y > 65535 ||
        grid.z > 65535) {
        refuse("a grid of " + text(grid) + " blocks; 1 to (2147483647, 65535, 65535) are possible.");
    }
    if (request.smem > kSharedPerBlock) {
        refuse(std::to_string(request.smem) + " bytes of dynamic shared memory; a block may have " +
               std::to_string(kSharedPerBlock) + ".");
    }
}

}  // namespace

void run_grid(const LaunchRequest& request, const std::function<void()>& body) {
    make_scheduler();
    watch_for_crashes();
    check_shape(request);
    if (current.thread) fault("A kernel starts a kernel.");
    const std::lock_guard lock(launch_mutex());
    Scheduler& s = scheduler();
    s.request = &request;
    s.body = &body;
    s.sentence.clear();
    current.block_size = request.block;
    current.grid_size = request.grid;
    const std::uint64_t count = std::uint64_t{request.grid.x} * request.grid.y * request.grid.z;
    if (request.cooperative) {
        s.run_together(count);
    } else {
        s.run_one_by_one(count);
    }
    if (!s.sentence.empty()) {
        const std::string sentence = s.sentence;
        detail::raise_fault(sentence);
    }
}

void set_order(Order order) {
    make_scheduler();
    scheduler().order = order;
}

void warp_collective(std::uint32_t mask, const Collective& collective, void* argument) {
    Thread& self = *current.thread;
    Warp& warp = *self.warp;
    const std::uint32_t bit = 1u << self.lane;
    if (!(mask & bit))
        fault(std::string(collective.name) + " is called by a lane that its mask does not name.");
    warp.masks[self.lane] = mask;
    warp.collectives[self.lane] = &collective;
    warp.arguments[self.lane] = argument;
    warp.arrived |= bit;
    const std::uint32_t wanted = mask & warp.alive;
    if ((wanted & ~warp.arrived) == 0) {
        for (std::uint32_t rest = wanted; rest; rest &= rest - 1) {
            if (warp.masks[std::countr_zero(rest)] != mask) {
                fault(std::string("Lanes of one warp meet in ") + collective.name + " with different masks.");
            }
        }
        scheduler().complete(warp, wanted);
        return;
    }
    warp.ready &= ~bit;
    scheduler().yield();
}

unsigned sync_threads(bool predicate) {
    Scheduler& s = scheduler();
    Block& block = *s.block;
    Thread& self = *current.thread;
    block.votes += predicate;
    if (++block.at_barrier == block.alive) {
        block.release_barrier();
        return block.last_votes;
    }
    self.warp->ready &= ~(1u << self.lane);
    self.warp->at_barrier |= 1u << self.lane;
    s.yield();
    return block.last_votes;
}

void team_barrier(unsigned threads) {
    Scheduler& s = scheduler();
    Block& block = *s.block;
    Thread& self = *current.thread;
    if (block.at_team > 0 && block.team != threads) {
        fault("block_barrier is called for " + std::to_string(threads) + " threads while others wait for " +
              std::to_string(block.team) + ".");
    }
    block.team = threads;
    if (++block.at_team == threads) return block.release_team();
    self.warp->ready &= ~(1u << self.lane);
    self.warp->at_team |= 1u << self.lane;
    s.yield();
}

void sleep_at_mbarrier(const void* barrier) {
    Thread& self = *current.thread;
    self.mbarrier = barrier;
    self.warp->ready &= ~(1u << self.lane);
    self.warp->at_mbarrier |= 1u << self.lane;
    scheduler().yield();
}

void wake_from_mbarrier(const void* barrier) {
    for (Warp& warp : scheduler().block->warps) {
        for (std::uint32_t rest = warp.at_mbarrier; rest; rest &= rest - 1) {
            const int lane = std::countr_zero(rest);
            if (warp.threads[lane].mbarrier != barrier) continue;
            warp.at_mbarrier &= ~(1u << lane);
            warp.ready |= 1u << lane;
        }
    }
}

Mbarrier* find_mbarrier(const void* barrier) {
    auto& all = scheduler().block->mbarriers;
    const auto found = all.find(barrier);
    return found == all.end() ? nullptr : &found->second;
}

Mbarrier& make_mbarrier(const void* barrier) {
    return scheduler().block->mbarriers[barrier];
}

namespace {
void wait_for_others(const unsigned* word, unsigned target, bool is_sign) {
    Scheduler& s = scheduler();
    Thread& self = *current.thread;
    self.counter = word;
    self.target = target;
    self.is_sign = is_sign;
    if (reached(self)) return;
    self.warp->ready &= ~(1u << self.lane);
    self.warp->at_counter |= 1u << self.lane;
    ++s.block->at_counter;
    s.yield();
}
}  // namespace

void wait_for_counter(const unsigned* counter, unsigned target) {
    wait_for_others(counter, target, false);
}

void wait_for_sign(const unsigned* word, unsigned sign) {
    wait_for_others(word, sign, true);
}

void let_blocks_go_on() {
    if (current.block_index.x % 2 == 0) return;  // these run ahead, which shows a missing wait
    scheduler().to_launcher();                   // and these fall behind, which shows a missing __syncthreads
}

bool launched_cooperatively() {
    return scheduler().request->cooperative;
}

std::string where() {
    if (!current.thread) return {};
    const LaunchRequest& request = *scheduler().request;
    return " In kernel " + request.name + "<<<" + text(request.grid) + ", " + text(request.block) +
           ">>>, block " + text(current.block_index) + ", thread " + text(current.thread->index) + ".";
}

std::string describe_kernel_memory(const void* address) {
    if (!current.thread) return {};
    const Scheduler& s = scheduler();
    if (s.block->smem.behind_end(address)) return "it lies behind the end of the dynamic shared memory";
    if (s.block->stacks.overflowed(address)) return "the thread's stack is used up";
    return {};
}

void fault(const std::string& sentence) {
    if (!current.thread) detail::raise_fault(sentence);
    Scheduler& s = scheduler();
    s.sentence = sentence + where();
    s.to_launcher();
    std::abort();  // an abandoned thread is never resumed
}

}  // namespace sidewinder::emulator
