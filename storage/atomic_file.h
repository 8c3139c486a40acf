#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "storage/error.h"

namespace sidewinder::storage {

/// Owner of a file descriptor. Move-only.
class FileDescriptor {
  public:
    FileDescriptor() = default;
    explicit FileDescriptor(int fd) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor() { close(); }

    int get() const { return fd_; }
    explicit operator bool() const { return fd_ >= 0; }
    void close();

  private:
    int fd_ = -1;
};

/// The Error for an errno value: ENOSPC and EDQUOT are NoSpace, EACCES, EPERM and EROFS Denied, ENOENT
/// NotFound. `action` continues "Could not ", e.g. "write the checkpoint".
Error system_error(int code, std::string_view action, const std::filesystem::path& path);

/// Replaces `target` at once or not at all: bytes go to a temporary file beside it (mode 0600, locked with
/// flock while it is written), commit() syncs, renames and syncs the directory. Destroyed without commit(),
/// it leaves no trace. A killed process leaves `<name>.<random>.tmp`; remove_stale_temporaries() clears
/// those. Not for user projects: the directory is trusted. Every function throws Error(NoSpace, Denied or
/// Io). One thread.
class AtomicFile {
  public:
    static constexpr std::string_view kTemporarySuffix = ".tmp";

    /// `reserve`: bytes to set aside on the disk first, so that a full disk is noticed before anything is
    /// written.
    explicit AtomicFile(std::filesystem::path target, std::size_t reserve = 0);
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;
    ~AtomicFile();

    void write(std::span<const std::byte> bytes);
    void commit();
    const std::filesystem::path& temporary() const { return temporary_; }

  private:
    std::filesystem::path target_;
    std::filesystem::path temporary_;
    FileDescriptor file_;
};

/// One AtomicFile with all of `bytes`.
void write_atomically(const std::filesystem::path& target, std::string_view bytes);

/// Makes a rename or unlink in `directory` durable.
void sync_directory(const std::filesystem::path& directory);

/// Removes what killed writers left in `directory`: names ending in ".tmp" that no live process holds locked,
/// and SQLite's journals of such.
void remove_stale_temporaries(const std::filesystem::path& directory);

}  // namespace sidewinder::storage
