#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <thread>
#include <type_traits>
#include <vector>

namespace sidewinder::kernels::cpu {

/// A fixed set of threads that share out numbered tasks. The calling thread works too and is worker 0, so a
/// pool of one has no threads. `run` is for one thread at a time (the backend's). Between jobs a worker spins
/// for some tens of microseconds, which covers the gaps inside a token, and then sleeps.
///
/// A worker that the system has not scheduled never holds a job up: the caller does the work itself.
class ThreadPool {
  public:
    explicit ThreadPool(int threads);
    ~ThreadPool();
    ThreadPool(const ThreadPool&) = delete;
    ThreadPool& operator=(const ThreadPool&) = delete;

    int threads() const { return static_cast<int>(workers_.size()) + 1; }

    /// Calls f(task, worker) once for each task in [0, tasks), in any order, and returns when all are done.
    /// `f` must not throw; what it writes must depend on `task` only, never on `worker`.
    template <class F>
    void run(std::int64_t tasks, F&& f) {
        using Function = std::remove_reference_t<F>;
        run_job(
            tasks,
            [](void* context, std::int64_t task, int worker) {
                (*static_cast<Function*>(context))(task, worker);
            },
            const_cast<void*>(static_cast<const void*>(&f)));
    }

    /// Cores that this process may use, each counted once however many hardware threads it has.
    static int physical_cores();

  private:
    using Job = void (*)(void* context, std::int64_t task, int worker);
    void run_job(std::int64_t tasks, Job job, void* context);
    void take_tasks(int worker) noexcept;
    void work(int worker) noexcept;
    std::uint32_t wait_for_change(std::uint32_t seen) const noexcept;

    // Written by the caller only while no worker is inside a job.
    Job job_ = nullptr;
    void* context_ = nullptr;
    std::int64_t tasks_ = 0;
    alignas(64) std::atomic<std::int64_t> next_{0};
    /// Bits 0-13: workers inside; bit 14: stopping; bit 15: a job is open; bits 16-31: number of the job.
    alignas(64) std::atomic<std::uint32_t> state_{0};
    std::vector<std::thread> workers_;
};

}  // namespace sidewinder::kernels::cpu
