#include "inference/strict_json.h"

namespace sidewinder::inference {
namespace {

constexpr char32_t kBad = 0xFFFFFFFF;

/// Decodes the code point at `i` and moves `i` behind it; kBad if it is not well formed.
char32_t next_code_point(std::string_view text, std::size_t& i) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    const unsigned char first = byte(i);
    if (first < 0x80) return text[i++];
    const std::size_t length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
    if (first < 0xC2 || first > 0xF4 || text.size() - i < length) return kBad;
    char32_t point = first & (0xFF >> (length + 1));
    for (std::size_t k = 1; k < length; ++k) {
        if ((byte(i + k) & 0xC0) != 0x80) return kBad;
        point = (point << 6) | (byte(i + k) & 0x3F);
    }
    const bool overlong = (length == 3 && point < 0x800) || (length == 4 && point < 0x10000);
    if (overlong || (point >= 0xD800 && point <= 0xDFFF) || point > 0x10FFFF) return kBad;
    i += length;
    return point;
}

/// Control, bidirectional and zero-width characters, line separators.
bool is_hidden(char32_t c) {
    return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0xAD || c == 0x61C || (c >= 0x200B && c <= 0x200F) ||
           (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
           (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace

bool is_visible_text(std::string_view text) {
    for (std::size_t i = 0; i < text.size();) {
        const char32_t point = next_code_point(text, i);
        if (point == kBad || is_hidden(point)) return false;
    }
    return true;
}

}  // namespace sidewinder::inference
