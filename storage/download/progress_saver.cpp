#include "storage/download/progress_saver.h"

#include "storage/atomic_file.h"
#include "storage/download/disk_error.h"

namespace sidewinder::download {

ProgressSaver::ProgressSaver(PartFile& part, std::filesystem::path map_file, std::function<void()> wake)
    : part_(part),
      map_file_(std::move(map_file)),
      wake_(std::move(wake)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

ProgressSaver::~ProgressSaver() {
    thread_.request_stop();
    changed_.notify_all();
}

bool ProgressSaver::is_idle() {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return !busy_;
}

void ProgressSaver::save(PieceMap map) {
    {
        const std::lock_guard lock(mutex_);
        job_ = std::move(map);
        busy_ = true;
    }
    changed_.notify_all();
}

void ProgressSaver::wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_; });
    if (failure_) std::rethrow_exception(failure_);
}

std::int64_t ProgressSaver::saved_bytes() {
    const std::lock_guard lock(mutex_);
    return saved_bytes_;
}

void ProgressSaver::run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (changed_.wait(lock, stop, [this] { return job_.has_value(); })) {
        const PieceMap map = std::move(*job_);
        job_.reset();
        lock.unlock();
        std::exception_ptr failure;
        try {
            save_one(map);
        } catch (...) {
            failure = std::current_exception();
        }
        lock.lock();
        failure_ = failure;
        if (!failure) saved_bytes_ = map.have.bytes();
        busy_ = false;
        changed_.notify_all();
        wake_();
    }
}

void ProgressSaver::save_one(const PieceMap& map) {
    part_.sync();
    try {
        storage::write_atomically(map_file_, piece_map_text(map));
    } catch (const storage::Error& error) {
        throw from_storage(error);
    }
}

}  // namespace sidewinder::download
