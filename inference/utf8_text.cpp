#include "inference/utf8_text.h"

#include <cstdint>
#include <cstring>

namespace sidewinder::inference {
namespace {

struct Lead {
    std::size_t length = 0;  ///< of the character; 0: no character begins so
    unsigned char second_from = 0x80, second_to = 0xBF;
};

Lead lead_of(unsigned char byte) {
    if (byte < 0x80) return {1};
    if (byte < 0xC2) return {};
    if (byte < 0xE0) return {2};
    if (byte == 0xE0) return {3, 0xA0, 0xBF};
    if (byte == 0xED) return {3, 0x80, 0x9F};
    if (byte < 0xF0) return {3};
    if (byte == 0xF0) return {4, 0x90, 0xBF};
    if (byte < 0xF4) return {4};
    if (byte == 0xF4) return {4, 0x80, 0x8F};
    return {};
}

}  // namespace

Utf8Head utf8_head(std::string_view bytes) {
    using Kind = Utf8Head::Kind;
    const Lead lead = lead_of(static_cast<unsigned char>(bytes[0]));
    if (lead.length == 0) return {Kind::Invalid, 1};
    for (std::size_t i = 1; i < lead.length; ++i) {
        if (i == bytes.size()) return {Kind::Incomplete, i};
        const auto byte = static_cast<unsigned char>(bytes[i]);
        const bool fits = i == 1 ? byte >= lead.second_from && byte <= lead.second_to : (byte & 0xC0) == 0x80;
        if (!fits) return {Kind::Invalid, i};
    }
    return {Kind::Character, lead.length};
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        std::uint64_t eight = 0;
        while (text.size() >= sizeof eight) {  // eight ASCII bytes at a time
            std::memcpy(&eight, text.data(), sizeof eight);
            if ((eight & 0x8080808080808080U) != 0) break;
            text.remove_prefix(sizeof eight);
        }
        if (text.empty()) break;
        const Utf8Head head = utf8_head(text);
        if (head.kind != Utf8Head::Kind::Character) return false;
        text.remove_prefix(head.length);
    }
    return true;
}

std::string replace_invalid_utf8(std::string_view text) {
    std::string clean;
    clean.reserve(text.size());
    while (!text.empty()) {
        const Utf8Head head = utf8_head(text);
        clean.append(head.kind == Utf8Head::Kind::Character ? text.substr(0, head.length) : kReplacement);
        text.remove_prefix(head.length);
    }
    return clean;
}

}  // namespace sidewinder::inference
