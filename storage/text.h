#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "storage/conversations.h"

namespace sidewinder::storage {

/// The longest prefix of at most `bytes` bytes that ends between characters (UTF-8; other bytes count as
/// characters).
std::string_view prefix_of_whole_characters(std::string_view text, std::size_t bytes);

/// Runs of white space and control characters become one space each; at most `bytes` bytes, whole characters.
std::string one_line(std::string_view text, std::size_t bytes);

std::size_t count_characters(std::string_view text);

/// What was typed into the search field as words: split at white space, NUL dropped, at most 16 words of 200
/// bytes.
std::vector<std::string> search_words(std::string_view query);

/// About 160 bytes around the first place where one of `words` stands (ASCII letters in either case), one
/// line.
Snippet make_snippet(std::string_view text, const std::vector<std::string>& words);

}  // namespace sidewinder::storage
