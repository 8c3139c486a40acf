#pragma once

#include <filesystem>

#include "storage/atomic_file.h"

namespace sidewinder::storage {

/// The right to use a store, as an flock on `<file>.lock` that ends with the process, however it ends. The
/// file also says whether the store was closed: one that was left open must have its write-ahead log beside
/// it. Move-only.
class StoreLock {
  public:
    StoreLock() = default;
    /// Waits up to `wait_ms`. Throws Error(Busy) if another process holds it, Denied or Io.
    StoreLock(const std::filesystem::path& file, int wait_ms);

    bool was_left_open() const { return was_left_open_; }
    void mark_open();    ///< once there is a log; best effort
    void mark_closed();  ///< once the log is gone; synced, best effort; does nothing if not marked open

  private:
    void write_mark(char mark);

    FileDescriptor file_;
    bool was_left_open_ = false;
    bool marked_open_ = false;
};

}  // namespace sidewinder::storage
