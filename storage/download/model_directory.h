#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "storage/atomic_file.h"

namespace sidewinder::download {

/// The folder that a model comes into, held open. What is on the way lies in FOLDER/.partial/ (mode 0700):
///   NAME.part      the bytes, as long as the whole file
///   NAME.pieces    which of them are there (piece_map.h)
///   NAME.verified  a whole file with the right hash, until all of them are published
///   NAME.wrong     a file with the wrong hash, kept apart for the person, never used
///   lock           who is at work (folder_lock.h)
/// Names must have passed refusal_of_name(). Every file is opened beneath the folder without following a link
/// (openat2); a kernel without openat2 is refused. Throws Error(NoSpace, Denied, Disk or UnsafeName).
class ModelDirectory {
  public:
    static constexpr std::string_view kPartial = ".partial";

    /// Makes the folder and .partial where they are missing.
    explicit ModelDirectory(const std::filesystem::path& folder);

    const std::filesystem::path& path() const { return path_; }
    std::filesystem::path partial_path(const std::string& name) const { return path_ / kPartial / name; }

    enum class There { Nothing, File, Other };
    struct Entry {
        There there = There::Nothing;
        std::int64_t size = 0;
        std::int64_t on_disk = 0;  ///< bytes of blocks
    };
    Entry entry(const std::string& name) const;
    Entry partial_entry(const std::string& name) const;

    storage::FileDescriptor open(const std::string& name, int flags) const;
    storage::FileDescriptor open_partial(const std::string& name,
                                         int flags) const;  ///< O_CREAT makes mode 0600

    void rename_partial(const std::string& from, const std::string& to) const;
    void remove_partial(const std::string& name) const;  ///< no error when it is not there
    void remove(const std::string& name) const;
    void publish(const std::string& partial, const std::string& name) const;  ///< rename; no sync
    void sync() const;                                                        ///< both folders
    /// Removes .partial once nothing but the lock is in it.
    void remove_empty_partial() const;

    std::int64_t free_bytes() const;
    bool is_on_network() const;  ///< NFS, SMB, Lustre and such, where locks may lie

  private:
    std::filesystem::path path_;
    storage::FileDescriptor folder_;
    storage::FileDescriptor partial_;
};

}  // namespace sidewinder::download
