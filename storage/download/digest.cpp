#include "storage/download/digest.h"

namespace sidewinder::download {

FileDigest::FileDigest(std::int64_t size, bool with_git_sha1) {
    if (with_git_sha1) git_sha1_ = storage::FileHash::git_blob(static_cast<std::uint64_t>(size));
}

void FileDigest::add(std::span<const std::byte> bytes) {
    sha256_.add(bytes);
    if (git_sha1_) git_sha1_->add(bytes);
}

FileHashes FileDigest::finish() {
    return {sha256_.hex(), git_sha1_ ? git_sha1_->hex() : std::string()};
}

}  // namespace sidewinder::download
