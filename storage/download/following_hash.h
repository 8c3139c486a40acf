#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "storage/download/digest.h"

namespace sidewinder::download {

/// Hashes a file in order while it grows. What arrives next in order is hashed as it arrives, which saves
/// reading it back; what came earlier than its turn, or in an earlier run, a thread reads back once it lies
/// before the front. So the pieces may arrive in any order, and a restart is nothing but a front that starts
/// further on.
class FollowingHash {
  public:
    /// Reads `fd` (which must outlive this) with pread. `wake` is called on the hash's thread once it is
    /// done.
    FollowingHash(int fd, std::int64_t size, bool with_git_sha1, std::function<void()> wake);
    FollowingHash(const FollowingHash&) = delete;
    FollowingHash& operator=(const FollowingHash&) = delete;
    ~FollowingHash();

    /// `bytes` have just been written at `offset` and will not change. Hashes them if it is their turn and
    /// the thread rests.
    void take(std::int64_t offset, std::span<const std::byte> bytes);
    /// Bytes [0, front) are there and will not change. Never goes back. The thread is woken for a stretch
    /// that is worth it, and for the end.
    void advance(std::int64_t front);
    std::int64_t hashed() const;
    /// The hashes once all is read. Throws Error(Disk) if reading failed.
    std::optional<FileHashes> result();

  private:
    void run(const std::stop_token& stop);
    void follow(const std::stop_token& stop);
    void read_back(std::int64_t front, const std::stop_token& stop);

    const int fd_;
    const std::int64_t size_;
    FileDigest digest_;              // the thread's while busy_, else whoever holds mutex_
    std::vector<std::byte> buffer_;  // the thread's
    std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::int64_t front_ = 0;  // guarded by mutex_, like the four below
    bool busy_ = false;       // the thread reads back
    std::int64_t hashed_ = 0;
    std::optional<FileHashes> result_;
    std::exception_ptr failure_;
    std::jthread thread_;  // last: it starts when all else is there
};

}  // namespace sidewinder::download
