#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>

#include "storage/download/digest.h"

namespace sidewinder::download {

/// A thread that hashes a file in order while it grows: it reads back what lies before the front, so that the
/// pieces may arrive in any order, and a restart is nothing but a front that starts further on.
class FollowingHash {
  public:
    /// Reads `fd` (which must outlive this) with pread. `wake` is called on the hash's thread once it is
    /// done.
    FollowingHash(int fd, std::int64_t size, bool with_git_sha1, std::function<void()> wake);
    FollowingHash(const FollowingHash&) = delete;
    FollowingHash& operator=(const FollowingHash&) = delete;
    ~FollowingHash();

    /// Bytes [0, front) are there and will not change. Never goes back.
    void advance(std::int64_t front);
    std::int64_t hashed() const;
    /// The hashes once all is read. Throws Error(Disk) if reading failed.
    std::optional<FileHashes> result();

  private:
    void run(const std::stop_token& stop);
    void follow(const std::stop_token& stop);

    const int fd_;
    const std::int64_t size_;
    FileDigest digest_;  // the thread's
    std::function<void()> wake_;
    mutable std::mutex mutex_;
    std::condition_variable_any changed_;
    std::int64_t front_ = 0;  // guarded by mutex_, like the three below
    std::int64_t hashed_ = 0;
    std::optional<FileHashes> result_;
    std::exception_ptr failure_;
    std::jthread thread_;  // last: it starts when all else is there
};

}  // namespace sidewinder::download
