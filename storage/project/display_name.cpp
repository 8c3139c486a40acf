#include <cstdio>

#include "storage/project/project_root.h"
#include "storage/project/utf8.h"

namespace sidewinder::project {

namespace {

void append_hex(std::string& text, const char* format, unsigned value) {
    char buffer[16];
    std::snprintf(buffer, sizeof buffer, format, value);
    text += buffer;
}

void append_shown(std::string& text, std::string_view bytes, const Character& character) {
    const char32_t code = character.code;
    if (code == '\\')
        text += "\\\\";
    else if (code == '\n')
        text += "\\n";
    else if (code == '\r')
        text += "\\r";
    else if (code == '\t')
        text += "\\t";
    else if (code < 0x20 || code == 0x7f)
        append_hex(text, "\\x%02x", static_cast<unsigned>(code));
    else if ((code >= 0x80 && code < 0xa0) || is_hidden(code))
        append_hex(text, "\\u{%x}", static_cast<unsigned>(code));
    else
        text += bytes;
}

}  // namespace

std::string display_name(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size());
    for (std::size_t at = 0; at < bytes.size();) {
        const Character character = character_at(bytes, at);
        if (character.bytes == 0) {
            append_hex(text, "\\x%02x", static_cast<unsigned char>(bytes[at++]));
            continue;
        }
        append_shown(text, bytes.substr(at, character.bytes), character);
        at += character.bytes;
    }
    return text;
}

}  // namespace sidewinder::project
