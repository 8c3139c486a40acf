#include "storage/download/following_hash.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/download/disk_error.h"

namespace sidewinder::download {

namespace {
constexpr std::int64_t kReadBytes = std::int64_t{1} << 18;    // stays in the cache between copy and hash
constexpr std::int64_t kWorthWaking = std::int64_t{1} << 20;  // TLS brings 16 KiB at a time
}  // namespace

FollowingHash::FollowingHash(int fd, std::int64_t size, bool with_git_sha1, std::function<void()> wake)
    : fd_(fd),
      size_(size),
      digest_(size, with_git_sha1),
      wake_(std::move(wake)),
      thread_([this](const std::stop_token& stop) { run(stop); }) {}

FollowingHash::~FollowingHash() {
    thread_.request_stop();
    changed_.notify_all();
}

void FollowingHash::take(std::int64_t offset, std::span<const std::byte> bytes) {
    {
        const std::lock_guard lock(mutex_);
        if (busy_ || offset != hashed_) return;
        digest_.add(bytes);
        hashed_ += std::ssize(bytes);
        if (hashed_ < size_) return;
    }
    changed_.notify_all();
}

void FollowingHash::advance(std::int64_t front) {
    {
        const std::lock_guard lock(mutex_);
        const std::int64_t known = std::max(front_, hashed_);
        if (front <= known || (front < size_ && front - known < kWorthWaking)) return;
        front_ = front;
    }
    changed_.notify_all();
}

std::int64_t FollowingHash::hashed() const {
    const std::lock_guard lock(mutex_);
    return hashed_;
}

std::optional<FileHashes> FollowingHash::result() {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return result_;
}

void FollowingHash::run(const std::stop_token& stop) {
    try {
        follow(stop);
    } catch (...) {
        const std::lock_guard lock(mutex_);
        failure_ = std::current_exception();
    }
    wake_();
}

void FollowingHash::follow(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (hashed_ < size_) {
        if (!changed_.wait(lock, stop, [&] { return front_ > hashed_ || hashed_ == size_; })) return;
        if (hashed_ == size_) break;
        busy_ = true;
        const std::int64_t front = front_;
        lock.unlock();
        read_back(front, stop);
        lock.lock();
        busy_ = false;
        if (stop.stop_requested()) return;
    }
    result_ = digest_.finish();
}

void FollowingHash::read_back(std::int64_t front, const std::stop_token& stop) {
    if (buffer_.empty()) buffer_.resize(static_cast<std::size_t>(std::min(kReadBytes, size_)));
    std::int64_t at = hashed();
    while (at < front && !stop.stop_requested()) {
        const auto want = static_cast<std::size_t>(std::min<std::int64_t>(front - at, std::ssize(buffer_)));
        const ssize_t got = ::pread(fd_, buffer_.data(), want, at);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw disk_error(errno, "read back the download", "(part)");
        if (got == 0)
            throw Error(Fault::Disk, "The part file became shorter while it was read. Start again.");
        digest_.add(std::span(buffer_.data(), static_cast<std::size_t>(got)));
        at += got;
        const std::lock_guard lock(mutex_);
        hashed_ = at;
    }
}

}  // namespace sidewinder::download
