#include "kernels/cpu/thread_pool.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>

namespace sidewinder::kernels::cpu {
namespace {

constexpr std::uint32_t kInside = 0x3FFFu;
constexpr std::uint32_t kStop = 0x4000u;
constexpr std::uint32_t kOpen = 0x8000u;
constexpr std::uint32_t kNumber = 0xFFFF0000u;
constexpr int kSpins = 2000;  // with the pause below about 30-60 us

void pause() noexcept {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

/// The first hardware thread of the core that `cpu` belongs to, or `cpu` itself if the system does not say.
std::string core_of(int cpu) {
    std::ifstream in("/sys/devices/system/cpu/cpu" + std::to_string(cpu) + "/topology/thread_siblings_list");
    std::string siblings;
    if (!std::getline(in, siblings) || siblings.empty()) return std::to_string(cpu);
    return siblings;
}

}  // namespace

int ThreadPool::physical_cores() {
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) != 0) {
        return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
    }
    std::set<std::string> cores;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
        if (CPU_ISSET(cpu, &set)) cores.insert(core_of(cpu));
    }
    return std::max(1, static_cast<int>(cores.size()));
}

ThreadPool::ThreadPool(int threads) {
    for (int worker = 1; worker < threads; ++worker) workers_.emplace_back([this, worker] { work(worker); });
}

ThreadPool::~ThreadPool() {
    state_.fetch_or(kStop, std::memory_order_release);
    state_.notify_all();
    for (std::thread& worker : workers_) worker.join();
}

void ThreadPool::run_job(std::int64_t tasks, Job job, void* context) {
    if (workers_.empty() || tasks <= 1) {
        for (std::int64_t task = 0; task < tasks; ++task) job(context, task, 0);
        return;
    }
    job_ = job;
    context_ = context;
    tasks_ = tasks;
    next_.store(0, std::memory_order_relaxed);
    // Closed and empty here, so a plain step to the next number opens the job.
    const std::uint32_t number = (state_.load(std::memory_order_relaxed) & kNumber) + 0x10000u;
    state_.store(number | kOpen, std::memory_order_release);
    state_.notify_all();
    take_tasks(0);
    state_.fetch_and(~kOpen, std::memory_order_acq_rel);
    while (state_.load(std::memory_order_acquire) & kInside) pause();
}

void ThreadPool::take_tasks(int worker) noexcept {
    for (std::int64_t task = next_.fetch_add(1, std::memory_order_relaxed); task < tasks_;
         task = next_.fetch_add(1, std::memory_order_relaxed)) {
        job_(context_, task, worker);
    }
}

void ThreadPool::work(int worker) noexcept {
    std::uint32_t seen = 0;  // the job taken part in last
    for (;;) {
        std::uint32_t state = wait_for_change(seen);
        if (state & kStop) return;
        if (!state_.compare_exchange_weak(state, state + 1, std::memory_order_acquire,
                                          std::memory_order_relaxed)) {
            continue;
        }
        seen = state & kNumber;
        take_tasks(worker);
        state_.fetch_sub(1, std::memory_order_release);
    }
}

/// Returns a state that stops or has an open job other than `seen`.
std::uint32_t ThreadPool::wait_for_change(std::uint32_t seen) const noexcept {
    for (int spin = 0;; ++spin) {
        const std::uint32_t state = state_.load(std::memory_order_acquire);
        if ((state & kStop) || ((state & kOpen) && (state & kNumber) != seen)) return state;
        if (spin < kSpins) {
            pause();
        } else {
            state_.wait(state, std::memory_order_acquire);
        }
    }
}

}  // namespace sidewinder::kernels::cpu
