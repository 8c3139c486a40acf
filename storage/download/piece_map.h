#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "storage/download/extent_set.h"

namespace sidewinder::download {

/// What a part file holds. It names the content (the hub's etag, which is its hash, and the size), not the
/// address, so that a part can be finished from another address or mirror. It claims only bytes that were
/// synced before it was written; it is never trusted over the hash.
struct PieceMap {
    std::string etag;           ///< the hub's, bare
    std::int64_t size = 0;      ///< of the whole file
    std::string commit;         ///< for the person; the same content at another commit is as good
    std::string location;       ///< the origin that sends the bytes; may be empty
    std::string location_etag;  ///< what it calls them, as it stands in its header; may be empty
    ExtentSet have;

    bool operator==(const PieceMap&) const = default;
};

inline constexpr std::size_t kLargestPieceMap = std::size_t{1} << 20;

/// Lines of text that end in a SHA-256 of the lines before it.
std::string piece_map_text(const PieceMap& map);

/// Nothing for anything that piece_map_text() did not write: cut, changed, of a newer version, with extents
/// out of order or outside of the file.
std::optional<PieceMap> parse_piece_map(std::string_view text);

/// Nothing when there is no such file, or none of ours. Never throws for what the file holds.
std::optional<PieceMap> read_piece_map(const std::filesystem::path& file);

}  // namespace sidewinder::download
