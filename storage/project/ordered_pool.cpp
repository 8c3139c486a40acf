#include "storage/project/ordered_pool.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "storage/error.h"

namespace sidewinder::project {

namespace {

constexpr unsigned kMostThreads = 16;
constexpr std::size_t kAheadPerThread = 4;

using Work = std::function<std::string(std::size_t)>;
using Deliver = std::function<void(std::size_t, std::string)>;

class Run {
  public:
    Run(std::size_t count, std::size_t ahead, std::stop_token stop, const Work& work, const Deliver& deliver)
        : count_(count), stop_(std::move(stop)), work_(work), deliver_(deliver), waiting_(ahead) {}

    void worker() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [&] { return over() || taken_ < delivered_ + waiting_.size(); });
            if (over()) return;
            const std::size_t job = taken_++;
            lock.unlock();
            std::string result;
            std::exception_ptr failure;
            try {
                if (stop_.stop_requested()) throw storage::Stopped();
                result = work_(job);
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            if (failure) {
                fail(failure);
                return;
            }
            waiting_[job % waiting_.size()] = std::move(result);
            hand_on(lock);
        }
    }

    void finish() const {
        if (failure_) std::rethrow_exception(failure_);
    }

  private:
    bool over() const { return failure_ || taken_ == count_; }

    void fail(const std::exception_ptr& failure) {
        if (!failure_) failure_ = failure;
        changed_.notify_all();
    }

    /// Whoever holds the next result in order delivers it and those behind it.
    void hand_on(std::unique_lock<std::mutex>& lock) {
        while (!delivering_ && !failure_ && delivered_ < taken_ && waiting_[delivered_ % waiting_.size()]) {
            auto& place = waiting_[delivered_ % waiting_.size()];
            std::string result = std::move(*place);
            place.reset();
            delivering_ = true;
            const std::size_t job = delivered_;
            lock.unlock();
            std::exception_ptr failure;
            try {
                deliver_(job, std::move(result));
            } catch (...) {
                failure = std::current_exception();
            }
            lock.lock();
            delivering_ = false;
            ++delivered_;
            if (failure) fail(failure);
            changed_.notify_all();
        }
    }

    const std::size_t count_;
    const std::stop_token stop_;
    const Work& work_;
    const Deliver& deliver_;
    std::mutex mutex_;
    std::condition_variable changed_;
    // Guarded by mutex_:
    std::vector<std::optional<std::string>> waiting_;
    std::size_t taken_ = 0, delivered_ = 0;
    bool delivering_ = false;
    std::exception_ptr failure_;
};

}  // namespace

OrderedPool::OrderedPool(unsigned threads)
    : threads_(std::clamp(threads == 0 ? std::thread::hardware_concurrency() : threads, 1u, kMostThreads)) {}

void OrderedPool::run(std::size_t count, std::stop_token stop, const Work& work,
                      const Deliver& deliver) const {
    if (stop.stop_requested()) throw storage::Stopped();
    Run run(count, threads_ * kAheadPerThread, std::move(stop), work, deliver);
    {
        std::vector<std::jthread> threads;
        for (unsigned i = 1; i < threads_ && i < count; ++i) threads.emplace_back([&] { run.worker(); });
        run.worker();
    }
    run.finish();
}

bool ProgressPace::is_due() {
    const auto now = std::chrono::steady_clock::now();
    if (now < next_) return false;
    next_ = now + std::chrono::milliseconds(100);
    return true;
}

}  // namespace sidewinder::project
