#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace sidewinder::inference {

/// U+FFFD, the replacement character.
inline constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// What stands at the front of `bytes` (Unicode 15, table 3-7: no overlong form, no surrogate, at most
/// U+10FFFF).
struct Utf8Head {
    enum class Kind {
        Character,   ///< one whole character of `length` bytes
        Incomplete,  ///< all `length` bytes that are left begin a character
        Invalid      ///< a maximal ill-formed subpart of `length` bytes
    };
    Kind kind = Kind::Invalid;
    std::size_t length = 0;
};
Utf8Head utf8_head(std::string_view bytes);  ///< `bytes` is not empty

bool is_utf8(std::string_view text);

/// Each maximal ill-formed subpart becomes one U+FFFD, as W3C and Python do.
std::string replace_invalid_utf8(std::string_view text);

}  // namespace sidewinder::inference
