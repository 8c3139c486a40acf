#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::download {

/// What makes a folder an installed model: written last, once every file is in place with the right hash.
///   {"format":1,
///    "source":{"kind":"hub","endpoint":…,"repo":…,"revision":…,"commit":40 hex digits},
///    "files":[{"name":…,"size":…,"sha256":64 hex digits,"git_sha1":40 hex digits}]}
/// sha256 is always there; git_sha1 only where the hub gave it. Never a token, never a signed address.
struct Manifest {
    static constexpr std::string_view kFileName = "manifest.json";
    struct File {
        std::string name;
        std::int64_t size = 0;
        std::string sha256;
        std::string git_sha1;

        bool operator==(const File&) const = default;
    };
    std::string endpoint;
    std::string repository;
    std::string revision;
    std::string commit;
    std::vector<File> files;

    bool operator==(const Manifest&) const = default;
};

std::string manifest_text(const Manifest& manifest);

/// Nothing for anything but what manifest_text() writes for a hub (unknown keys are passed over).
std::optional<Manifest> parse_manifest(std::string_view text);

}  // namespace sidewinder::download
