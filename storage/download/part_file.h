#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "storage/atomic_file.h"
#include "storage/download/extent_set.h"
#include "storage/download/model_directory.h"

namespace sidewinder::download {

/// NAME.part, as long as the whole file and with all its space set aside. No byte is ever written at or past
/// `size`. Throws Error(NoSpace, Denied or Disk).
class PartFile {
  public:
    /// Opens or makes it; cuts one that is too long. Does not set anything aside yet.
    PartFile(const ModelDirectory& folder, std::string name, std::int64_t size);

    /// What of `have` can be there at all: what lies within the length that the file had when it was opened.
    ExtentSet possible(const ExtentSet& have) const;
    /// Bytes on the disk are set aside, so that a full disk is noticed now; a file system that cannot is let
    /// be.
    void reserve();
    void write(std::int64_t offset, std::span<const std::byte> bytes);
    void sync();
    int descriptor() const { return file_.get(); }
    std::int64_t size() const { return size_; }

  private:
    std::filesystem::path path_;
    storage::FileDescriptor file_;
    std::int64_t size_;
    std::int64_t length_when_opened_ = 0;
};

}  // namespace sidewinder::download
