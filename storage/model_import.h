#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/model_files.h"

namespace sidewinder::storage {

struct ImportRequest {
    enum class Way {
        Copy,  ///< the files come into the models folder (shared blocks where the file system can)
        Link,  ///< they stay where they are; only a manifest is written
    };
    std::filesystem::path from;
    std::vector<std::string> names;  ///< of the files to take, each one that is_model_file_name
    ModelId id;
    Way way = Way::Copy;
    ManifestSource source;  ///< kind, repo, revision, commit; path and linked are filled in
    /// Is asked with the folder where the files are, before the model is published; throws to refuse it.
    std::function<void(const std::filesystem::path&)> check;
    OnBytes progress;
    std::stop_token stop;
};

/// Brings a folder of files into the models folder: every file is hashed as it is read; what SHA256SUMS or a
/// manifest.json beside the files says, and the name that a Hugging Face cache keeps a file under, must agree
/// with it; then `check`; then the manifest; then all of it appears under its name at once. Throws Error with
/// nothing changed: NoSpace before the first byte, Damaged for a wrong checksum, Io when a whole model (or an
/// unfinished download) has that name already. A broken one is replaced. Throws Stopped.
ModelEntry import_model(ModelFiles& models, const ImportRequest& request);

/// Copies a model that is Installed to `target`/<id>/, hashing every file again, with SHA256SUMS (for
/// `sha256sum -c`) and manifest.json, so that import_model takes it on another machine, where anybody may
/// read it. All of it appears at once. Throws Error: NoSpace, Io when the target is taken or its file system
/// cannot hold so large a file (FAT32: 4 GiB), Damaged when a file is not what it was. Returns the folder.
std::filesystem::path export_model(const ModelEntry& model, const std::filesystem::path& target,
                                   const OnBytes& progress = {}, const std::stop_token& stop = {});

/// The largest file that a file system with this magic number (statfs) can hold.
std::uint64_t largest_file_on(std::uint64_t magic);

}  // namespace sidewinder::storage
