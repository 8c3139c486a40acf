#include "tests/support/cuda_emulator/scheduler.h"

#include <bit>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>

#include "tests/support/cuda_emulator/crash.h"
#include "tests/support/cuda_emulator/fault.h"
#include "tests/support/cuda_emulator/shared_memory.h"

namespace sidewinder::emulator {

Current current;

namespace {

std::string text(const uint3& v) {
    return "(" + std::to_string(v.x) + ", " + std::to_string(v.y) + ", " + std::to_string(v.z) + ")";
}

/// Fibers and memory are kept from launch to launch.
struct Scheduler {
    Stacks stacks;
    DynamicSharedMemory smem;
    std::vector<Thread> threads;
    std::vector<Warp> warps;
    unsigned alive = 0;
    unsigned at_barrier = 0;
    unsigned votes = 0;
    unsigned last_votes = 0;
    bool waited_prior_grid = false;
    Order order = Order::Forward;
    const LaunchRequest* request = nullptr;
    const std::function<void()>* body = nullptr;
    Fiber launcher;
    std::string sentence;  ///< of the fault that ended the launch

    Scheduler() {
        const char* wanted = std::getenv("SIDEWINDER_CUDA_ORDER");
        if (wanted && std::strcmp(wanted, "reversed") == 0) order = Order::Reversed;
    }

    unsigned pick(std::uint32_t lanes) const {
        return static_cast<unsigned>(order == Order::Forward ? std::countr_zero(lanes)
                                                             : 31 - std::countl_zero(lanes));
    }
    /// The next thread that may run: of this warp if there is one, else of the others in turn; null if none.
    Thread* next(const Warp& from) {
        if (from.ready) return from.threads + pick(from.ready);
        const unsigned count = static_cast<unsigned>(warps.size());
        for (unsigned step = 1; step < count; ++step) {
            const unsigned ahead = order == Order::Forward ? step : count - step;
            Warp& warp = warps[(from.number + ahead) % count];
            if (warp.ready) return warp.threads + pick(warp.ready);
        }
        return nullptr;
    }
    /// Gives the processor away. The running thread has been taken out of its warp's `ready`, or not.
    void yield();
    void to_launcher() {
        Thread* from = current.thread;
        current.thread = nullptr;
        switch_fiber(from->fiber, launcher);
    }
    void release_barrier();
    void complete(Warp& warp, std::uint32_t lanes);
    void try_complete(Warp& warp);
    void exit_thread();
    void start_block();
    void run_block();
    std::string stuck() const;
};

Scheduler& scheduler() {
    static Scheduler instance;
    return instance;
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
    Thread* to = next(*from->warp);
    if (!to) fault("The block can never go on: " + stuck());
    if (to == from) return;
    current.thread = to;
    switch_fiber(from->fiber, to->fiber);
}

std::string Scheduler::stuck() const {
    std::string list;
    unsigned listed = 0;
    for (const Warp& warp : warps) {
        for (unsigned lane = 0; lane < 32; ++lane) {
            const std::uint32_t bit = 1u << lane;
            if (!(warp.alive & bit)) continue;
            if (++listed > 8) continue;
            list += (list.empty() ? "thread " : ", thread ") + text(warp.threads[lane].index) + " waits in " +
                    (warp.at_barrier & bit ? "__syncthreads" : warp.collectives[lane]->name);
            if (warp.arrived & bit) {
                char mask[16];
                std::snprintf(mask, sizeof mask, "%08x", warp.masks[lane]);
                list += std::string(" with mask ") + mask;
            }
        }
    }
    if (listed > 8) list += " and " + std::to_string(listed - 8) + " more wait";
    return list + ".";
}

void Scheduler::release_barrier() {
    for (Warp& warp : warps) {
        warp.ready |= warp.at_barrier;
        warp.at_barrier = 0;
    }
    last_votes = votes;
    votes = 0;
    at_barrier = 0;
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
    --alive;
    try_complete(warp);
    if (alive == 0) to_launcher();
    if (at_barrier == alive) release_barrier();
    yield();
}

void Scheduler::start_block() {
    const uint3& size = current.block_size;
    const unsigned count = size.x * size.y * size.z;
    stacks.reserve(count);
    threads.resize(count);
    warps.assign((count + 31) / 32, Warp{});
    alive = count;
    at_barrier = 0;
    votes = 0;
    waited_prior_grid = false;
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

void Scheduler::run_block() {
    current.dynamic_smem = smem.prepare(request->smem);
    current.dynamic_smem_bytes = request->smem;
    poison_static_shared();
    start_block();
    Warp& first = order == Order::Forward ? warps.front() : warps.back();
    current.thread = first.threads + pick(first.ready);
    switch_fiber(launcher, current.thread->fiber);
    if (!sentence.empty()) return;
    for (const Thread& thread : threads) waited_prior_grid |= thread.waited_prior_grid;
    if (!smem.intact()) {
        sentence = "Something was written behind the end of the dynamic shared memory. In kernel " +
                   request->name + ", block " + text(current.block_index) + ".";
    } else if (request->overlap && !waited_prior_grid) {
        sentence = "The launch asks for overlap, but no thread called wait_prior_grid. In kernel " +
                   request->name + ", block " + text(current.block_index) + ".";
    }
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
    const std::uint64_t plane = std::uint64_t{request.grid.x} * request.grid.y;
    const std::uint64_t count = plane * request.grid.z;
    for (std::uint64_t i = 0; i < count && s.sentence.empty(); ++i) {
        const std::uint64_t block = s.order == Order::Forward ? i : count - 1 - i;
        current.block_index = {static_cast<unsigned>(block % request.grid.x),
                               static_cast<unsigned>(block % plane / request.grid.x),
                               static_cast<unsigned>(block / plane)};
        s.run_block();
    }
    if (!s.sentence.empty()) {
        const std::string sentence = s.sentence;
        detail::raise_fault(sentence);
    }
}

void set_order(Order order) {
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

unsigned block_barrier(bool predicate) {
    Scheduler& s = scheduler();
    Thread& self = *current.thread;
    s.votes += predicate;
    if (++s.at_barrier == s.alive) {
        s.release_barrier();
        return s.last_votes;
    }
    self.warp->ready &= ~(1u << self.lane);
    self.warp->at_barrier |= 1u << self.lane;
    s.yield();
    return s.last_votes;
}

std::string where() {
    if (!current.thread) return {};
    const LaunchRequest& request = *scheduler().request;
    return " In kernel " + request.name + "<<<" + text(request.grid) + ", " + text(request.block) +
           ">>>, block " + text(current.block_index) + ", thread " + text(current.thread->index) + ".";
}

std::string describe_kernel_memory(const void* address) {
    const Scheduler& s = scheduler();
    if (s.smem.behind_end(address)) return "it lies behind the end of the dynamic shared memory";
    if (s.stacks.overflowed(address)) return "the thread's stack is used up";
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
