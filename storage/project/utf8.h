#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sidewinder::project {

/// One character of UTF-8 (Unicode table 3-7: no overlong forms, no surrogates, at most U+10FFFF). bytes ==
/// 0: the byte at `at` begins no character.
struct Character {
    char32_t code = 0;
    std::size_t bytes = 0;
};
Character character_at(std::string_view text, std::size_t at);

bool is_utf8(std::string_view text);
void append_utf8(std::string& text, char32_t code);

/// Characters that show nothing or turn the order of what is shown: zero-width and direction marks,
/// embeddings and isolates, line and paragraph separators, byte order mark, tags, variation selectors'
/// invisible kin.
bool is_hidden(char32_t code);

}  // namespace sidewinder::project
