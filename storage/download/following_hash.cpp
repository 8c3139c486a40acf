#include "storage/download/following_hash.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "storage/download/disk_error.h"

namespace sidewinder::download {

namespace {
constexpr std::int64_t kReadBytes = std::int64_t{1} << 18;  // stays in the cache between copy and hash
}

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

void FollowingHash::advance(std::int64_t front) {
    {
        const std::lock_guard lock(mutex_);
        if (front <= front_) return;
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
    std::vector<std::byte> buffer(
        static_cast<std::size_t>(std::min(kReadBytes, std::max<std::int64_t>(size_, 1))));
    std::int64_t at = 0;
    while (at < size_) {
        std::int64_t front = 0;
        {
            std::unique_lock lock(mutex_);
            hashed_ = at;
            if (!changed_.wait(lock, stop, [&] { return front_ > at; })) return;
            front = front_;
        }
        while (at < front && !stop.stop_requested()) {
            const auto want =
                static_cast<std::size_t>(std::min<std::int64_t>(front - at, std::ssize(buffer)));
            const ssize_t got = ::pread(fd_, buffer.data(), want, at);
            if (got < 0 && errno == EINTR) continue;
            if (got < 0) throw disk_error(errno, "read back the download", "(part)");
            if (got == 0)
                throw Error(Fault::Disk, "The part file became shorter while it was read. Start again.");
            digest_.add(std::span(buffer.data(), static_cast<std::size_t>(got)));
            at += got;
            const std::lock_guard lock(mutex_);
            hashed_ = at;
        }
        if (stop.stop_requested()) return;
    }
    FileHashes hashes = digest_.finish();
    const std::lock_guard lock(mutex_);
    hashed_ = at;
    result_ = std::move(hashes);
}

}  // namespace sidewinder::download
