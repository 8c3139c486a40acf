#pragma once

#include <string>

#include "storage/download/model_directory.h"

namespace sidewinder::download {

/// The right to download into a folder: an flock on .partial/lock that ends with the process, and a record in
/// it of who holds it (host, process, its start time), since some file systems grant every lock. Move-only.
class FolderLock {
  public:
    /// Throws Error(Busy) when another process, alive, is at work; also when a record of another machine is
    /// left on a network file system, where nobody can tell.
    explicit FolderLock(const ModelDirectory& folder);
    FolderLock(FolderLock&&) = default;
    /// Says in the file that nobody holds it any more.
    ~FolderLock();

  private:
    storage::FileDescriptor file_;
};

/// "HOST PID START" of this process; START is field 22 of /proc/PID/stat.
std::string lock_record();

}  // namespace sidewinder::download
