#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>

#include "storage/atomic_file.h"

namespace sidewinder::storage {

/// How far a long operation on files is.
struct ByteProgress {
    std::string file;
    std::uint64_t done = 0, total = 0;  ///< bytes of all files
};
using OnBytes = std::function<void(const ByteProgress&)>;

/// A folder with a model's files, held open: they are opened by plain names, beneath it, as regular files. A
/// symbolic link may point to another plain name in the folder or, where the folder is a snapshot of a
/// Hugging Face cache, to ../../blobs/<name>; any other link is refused (the rule of inference::Folder).
class ModelSource {
  public:
    struct File {
        FileDescriptor fd;
        std::uint64_t size = 0;
        std::int64_t mtime_ns = 0;
        std::string blob;  ///< the name that a cache keeps the content under, else empty

        /// Throws Error(Io) if size or time of change are not what they were any more.
        void check_unchanged(const std::filesystem::path& shown) const;
    };

    explicit ModelSource(const std::filesystem::path& folder);  ///< throws Error

    const std::filesystem::path& path() const { return path_; }
    bool has(const std::string& name) const;
    /// Throws Error: NotFound, Denied, Damaged (a link that leaves the folder, no regular file), Io.
    File open(const std::string& name) const;
    /// The whole file; throws Error(Damaged) when it has more than `most` bytes.
    std::string read_text(const std::string& name, std::size_t most) const;

  private:
    std::filesystem::path path_;
    FileDescriptor folder_;
};

/// Reads a whole file in order and gives every block to `sink`. Throws Error(Io), and Stopped on `stop`.
void read_blocks(const ModelSource::File& file, const std::filesystem::path& shown,
                 const std::function<void(std::span<const std::byte>)>& sink, const std::stop_token& stop);

/// Bytes that may still be written beneath `folder`, which need not be there yet.
std::uint64_t free_bytes(const std::filesystem::path& folder);
/// Throws Error(NoSpace) naming both numbers unless `needed` bytes and kSpareBytes fit at `folder`.
void require_space(const std::filesystem::path& folder, std::uint64_t needed, const std::string& what);
inline constexpr std::uint64_t kSpareBytes = std::uint64_t{256} << 20;

std::string gigabytes(std::uint64_t bytes);  ///< "14.57 GB", "14.9 MB", "588 kB", "234 bytes"

}  // namespace sidewinder::storage
