#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/error.h"

namespace sidewinder::storage {

struct ManifestFile {
    std::string name;  ///< passed is_model_file_name
    std::uint64_t size = 0;
    std::string sha256;                    ///< 64 lower-case hexadecimal digits
    std::string git_sha1;                  ///< 40 digits, or empty
    std::optional<std::int64_t> mtime_ns;  ///< of a file that lies elsewhere: when it was last checked

    bool operator==(const ManifestFile&) const = default;
};

struct ManifestSource {
    enum class Kind { Hub, Folder, Cache };
    Kind kind = Kind::Folder;
    std::string endpoint, repo, revision, commit;  ///< empty where they are not known
    std::filesystem::path path;                    ///< absolute, of Folder and Cache
    bool linked = false;  ///< the files stay at `path`; only the manifest is in the models folder

    bool operator==(const ManifestSource&) const = default;
};

/// What makes a folder an installed model: manifest.json, written last, by sidewinder-fetch and by imports.
/// {"format":1, "source":{"kind":"hub"|"folder"|"cache", "endpoint"?, "repo"?, "revision"?, "commit"?,
///  "path"?, "linked"?}, "files":[{"name", "size", "sha256", "git_sha1"?, "mtime_ns"?}]}
struct Manifest {
    static constexpr std::string_view kFileName = "manifest.json";
    static constexpr std::size_t kMaxBytes = std::size_t{1} << 20;
    static constexpr std::size_t kMaxFiles = 512;

    ManifestSource source;
    std::vector<ManifestFile> files;

    std::uint64_t bytes() const;
    const ManifestFile* find(std::string_view name) const;  ///< null when absent
    bool operator==(const Manifest&) const = default;
};

/// Letters, digits, . _ - only, 1 to 200 of them, beginning with none of . and -; none of the names that a
/// models folder uses itself. Everything that comes from a stranger's list passes through here.
bool is_model_file_name(std::string_view name);

/// Strict: at most kMaxBytes and kMaxFiles, four levels deep, no key twice, every name and number checked;
/// keys that a later version adds are left alone. Throws Error: Newer for another format, Damaged with
/// `where` and the reason otherwise.
Manifest parse_manifest(std::string_view json, const std::filesystem::path& where);
std::string to_json(const Manifest& manifest);

/// One SHA-256 that names the weights: of the one .safetensors file, or, of several, the SHA-256 of their
/// list "<sha256>  <name>\n" in the order of names. Empty when there is none.
std::string weights_sha256(const Manifest& manifest);

}  // namespace sidewinder::storage
