#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::download {

/// What a hub's list says of one file. Nothing of it is trusted: names are checked before they are used,
/// sizes and hashes against what arrives.
struct RemoteFile {
    std::string name;
    std::int64_t size = 0;
    std::string sha256;    ///< of a large file, else empty
    std::string git_sha1;  ///< of a small file (git's blob hash), else empty
};

inline constexpr std::size_t kMostListBytes = std::size_t{32} << 20;
inline constexpr std::size_t kMostListEntries = 100'000;
inline constexpr std::int64_t kLargestFile = std::int64_t{1} << 45;  ///< 32 TiB: more is a lie

/// The files of one page of /api/models/{repo}/tree/{rev}; folders are left out. Throws Error(BadAnswer) for
/// anything but an array of objects: not JSON, deeper than 32, a key twice, a size below 0 or over
/// kLargestFile, a hash that is not one, more than kMostListEntries or kMostListBytes.
std::vector<RemoteFile> parse_tree(std::string_view json);

/// "sha" of /api/models/{repo}/revision/{rev}: 40 hex digits. Throws Error(BadAnswer).
std::string parse_revision(std::string_view json);

/// The address after `rel="next"` in a Link header (RFC 8288), or nothing.
std::optional<std::string> next_page(std::string_view link);

/// An ETag without W/ and quotes. What it is a hash of shows in its length (model-format.md 5.2).
std::string bare_etag(std::string_view etag);

struct ContentRange {
    std::int64_t first = 0;
    std::int64_t last = 0;              ///< inclusive
    std::optional<std::int64_t> total;  ///< nothing for "*"
    bool operator==(const ContentRange&) const = default;
};

/// "bytes 0-99/1234" (RFC 9110 14.4); nothing for anything else, e.g. the unsatisfied form.
std::optional<ContentRange> parse_content_range(std::string_view value);

/// 1234 of "bytes */1234".
std::optional<std::int64_t> parse_unsatisfied_range(std::string_view value);

/// Decimal digits only, no sign, no overflow.
std::optional<std::int64_t> parse_count(std::string_view text);

}  // namespace sidewinder::download
