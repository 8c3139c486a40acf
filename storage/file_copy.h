#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "storage/model_source.h"

namespace sidewinder::storage {

/// SHA-256 and, when asked for, git's hash of a file's content.
struct ContentHashes {
    std::string sha256, git_sha1;
};

/// Reads the file once. `on_block` gets the bytes of each block. Throws Error, Stopped.
ContentHashes hash_file(const ModelSource::File& file, const std::filesystem::path& shown, bool with_git_sha1,
                        const std::function<void(std::uint64_t)>& on_block, const std::stop_token& stop);

/// Makes `target` (which must not be there) a copy and hashes what it is made of: blocks shared with the
/// original where the file system can, else read and written once. Synced. Throws Error, Stopped; a target
/// that was begun is left to the caller.
ContentHashes copy_file(const ModelSource::File& file, const std::filesystem::path& shown,
                        const std::filesystem::path& target, bool with_git_sha1,
                        const std::function<void(std::uint64_t)>& on_block, const std::stop_token& stop);

/// Would copies of files in `from` to `to` share their blocks, so that they take no space?
bool shares_blocks(const ModelSource::File& file, const std::filesystem::path& to);

}  // namespace sidewinder::storage
