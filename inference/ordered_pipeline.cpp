#include "inference/ordered_pipeline.h"

#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "inference/weights.h"

namespace sidewinder::inference {
namespace {

struct Progress {
    std::mutex mutex;
    std::condition_variable changed;
    // Guarded by mutex.
    std::size_t taken = 0;     // jobs that a worker began
    std::size_t consumed = 0;  // jobs that the caller finished
    std::vector<bool> ready;   // by slot
    bool ended = false;
    std::exception_ptr error;
};

void work(const OrderedPipeline& pipeline, Progress& progress) {
    std::unique_lock lock(progress.mutex);
    for (;;) {
        progress.changed.wait(lock, [&] {
            return progress.ended || progress.taken == pipeline.jobs ||
                   progress.taken < progress.consumed + pipeline.slots;
        });
        if (progress.ended || progress.taken == pipeline.jobs) return;
        const std::size_t job = progress.taken++;
        lock.unlock();
        std::exception_ptr error;
        try {
            pipeline.produce(job, job % pipeline.slots);
        } catch (...) {
            error = std::current_exception();
        }
        lock.lock();
        if (error && !progress.error) progress.error = error;
        progress.ready[job % pipeline.slots] = true;
        progress.changed.notify_all();
    }
}

void end(Progress& progress) {
    const std::lock_guard lock(progress.mutex);
    progress.ended = true;
    progress.changed.notify_all();
}

}  // namespace

void OrderedPipeline::run(std::stop_token stop) const {
    Progress progress;
    progress.ready.assign(slots, false);
    std::vector<std::jthread> workers;  // joined before `progress` goes
    struct AtExit {
        Progress& progress;
        ~AtExit() { end(progress); }
    };
    const AtExit at_exit{progress};
    for (std::size_t i = 0; i < threads; ++i) workers.emplace_back([&] { work(*this, progress); });
    for (std::size_t job = 0; job < jobs; ++job) {
        {
            std::unique_lock lock(progress.mutex);
            progress.changed.wait(lock, [&] { return progress.error || progress.ready[job % slots]; });
            if (progress.error) std::rethrow_exception(progress.error);
            progress.ready[job % slots] = false;
        }
        if (stop.stop_requested()) throw Stopped{};
        consume(job, job % slots);
        const std::lock_guard lock(progress.mutex);
        ++progress.consumed;
        progress.changed.notify_all();
    }
}

}  // namespace sidewinder::inference
