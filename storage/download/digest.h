#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "storage/file_hash.h"

namespace sidewinder::download {

/// What a file is known by: SHA-256, and git's blob hash.
struct FileHashes {
    std::string sha256;
    std::string git_sha1;
};

/// Both at once over a file of `size` bytes; the second only when it is asked for. Throws storage::Error if
/// OpenSSL refuses, e.g. SHA-1 under a policy.
class FileDigest {
  public:
    FileDigest(std::int64_t size, bool with_git_sha1);
    void add(std::span<const std::byte> bytes);
    FileHashes finish();

  private:
    storage::FileHash sha256_ = storage::FileHash::sha256();
    std::optional<storage::FileHash> git_sha1_;
};

}  // namespace sidewinder::download
