#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "storage/model_manifest.h"

namespace sidewinder::storage {

/// The file that `sha256sum -c` reads: "<64 hex digits>  <name>\n" for each file ("*" before the name: read
/// as binary, which is the same here).
inline constexpr std::string_view kChecksumList = "SHA256SUMS";

std::string to_checksum_list(const Manifest& manifest);

/// SHA-256 by name. Lines of other files (names with folders, escaped names) are left out; throws
/// Error(Damaged) naming `where` and the line for anything that is no such line, a name twice, or more than
/// 1 MiB.
std::map<std::string, std::string> parse_checksum_list(std::string_view text,
                                                       const std::filesystem::path& where);

}  // namespace sidewinder::storage
