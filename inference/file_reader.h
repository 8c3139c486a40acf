#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

namespace sidewinder::inference {

/// Move-only owner of a file descriptor.
class FileDescriptor {
  public:
    explicit FileDescriptor(int fd = -1) : fd_(fd) {}
    FileDescriptor(FileDescriptor&& other) noexcept : fd_(other.release()) {}
    FileDescriptor& operator=(FileDescriptor&& other) noexcept;
    ~FileDescriptor();
    int get() const { return fd_; }
    int release();
    explicit operator bool() const { return fd_ >= 0; }

  private:
    int fd_;
};

/// A regular file open for reading by position. Never memory-mapped: a file that shrinks under a mapping
/// kills the process. `read` may be called from several threads.
class ReadFile {
  public:
    /// For a file that the person named: links in `path` are followed. Throws Error (Io, MissingFile).
    static ReadFile open(const std::filesystem::path& path);

    const std::string& name() const { return name_; }  ///< as messages call it
    std::uint64_t size() const { return size_; }       ///< when it was opened

    /// Fills `into` from `offset`. Throws Error: Changed when the file has become too short, Io when it
    /// cannot be read.
    void read(std::uint64_t offset, std::span<std::byte> into) const;
    /// The whole file; throws Error (`too_large`) before reading when it has more than `limit` bytes.
    std::string read_all(std::uint64_t limit) const;
    /// Throws Error (Changed) if size or time of change differ from when it was opened, or the file was
    /// deleted.
    void check_unchanged() const;

  private:
    friend class Folder;
    ReadFile(FileDescriptor fd, std::string name);

    FileDescriptor fd_;
    std::string name_;
    std::uint64_t size_ = 0;
    std::int64_t changed_ns_ = 0;
};

/// An open directory. Its files are opened by single names, beneath it: a symbolic link may point inside the
/// folder or, where the folder is a snapshot of a Hugging Face cache, to ../../blobs/<name>; any other link
/// is refused.
class Folder {
  public:
    static Folder open(const std::filesystem::path& path);

    const std::filesystem::path& path() const { return path_; }
    bool has(const std::string& name) const;
    /// Throws Error: MissingFile, BadName (a link that leaves the folder), Io (not a regular file, not
    /// readable).
    ReadFile open_file(const std::string& name) const;

  private:
    Folder(FileDescriptor fd, std::filesystem::path path) : fd_(std::move(fd)), path_(std::move(path)) {}
    FileDescriptor open_link(const std::string& name) const;

    FileDescriptor fd_;
    std::filesystem::path path_;
};

/// What the first bytes of a file show it to be ("a ZIP archive", …), or empty. For files that are not what
/// was expected.
std::string_view sniff_kind(std::string_view first_bytes);

}  // namespace sidewinder::inference
