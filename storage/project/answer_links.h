#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/project/path_index.h"

namespace sidewinder::project {

/// A place of the project that a text names.
struct Location {
    std::size_t begin = 0, end = 0;  ///< bytes of the text (UTF-8), whole characters
    std::string path;                ///< raw bytes, one of the project's files
    std::uint32_t line = 0;          ///< from 1; 0: the file as a whole
    std::uint32_t last_line = 0;     ///< the same as `line` unless a range was named
    std::uint32_t column = 0;        ///< from 1; 0: not named
};

/// "path:12", "path:12:5", "path:12-20", "path#L12", "path#L12-L20", "path(12)", Python's
/// `File "path", line 12`, and known paths alone, in backticks or not. Paths alone need a dot or a slash.
/// Never what is part of a longer word, a web address or a path that leads out of the project. In order; they
/// do not overlap. A path with spaces is found in backticks or quotes only. Linear in the text.
std::vector<Location> find_locations(std::string_view text, const PathIndex& paths);
/// The same for a single text.
std::vector<Location> find_locations(std::string_view text, const std::vector<std::string>& known_paths);

/// A path with what may stand behind it; nothing else. For `@` mentions too.
bool parse_location(std::string_view text, const PathIndex& paths, Location& location);

}  // namespace sidewinder::project
