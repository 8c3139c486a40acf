#include "storage/text.h"

#include <algorithm>

namespace sidewinder::storage {

namespace {

constexpr std::size_t kSnippetBytes = 160;
constexpr std::size_t kBeforeMatch = 50;
constexpr std::size_t kMaxWords = 16;
constexpr std::size_t kMaxWordBytes = 200;
constexpr std::size_t kTitleCharacters = 60;

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}
bool is_blank(char c) {
    return static_cast<unsigned char>(c) <= ' ' || c == 0x7f;
}
char lower(char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

std::size_t find_ignoring_case(std::string_view text, std::string_view word, std::size_t from) {
    const auto found = std::search(text.begin() + static_cast<std::ptrdiff_t>(from), text.end(), word.begin(),
                                   word.end(), [](char a, char b) { return lower(a) == lower(b); });
    return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

/// A line of Markdown that says nothing by itself: a code fence, a rule, a bare heading mark.
bool says_something(std::string_view line) {
    if (line.starts_with("```") || line.starts_with("~~~")) return false;
    return std::any_of(line.begin(), line.end(), [](char c) {
        return !is_blank(c) && std::string_view("#-=*_>`").find(c) == std::string_view::npos;
    });
}

}  // namespace

std::string_view prefix_of_whole_characters(std::string_view text, std::size_t bytes) {
    if (text.size() <= bytes) return text;
    std::size_t end = bytes;
    while (end > 0 && bytes - end < 3 && is_continuation(text[end])) --end;
    return text.substr(0, is_continuation(text[end]) ? bytes : end);  // not UTF-8: cut anywhere
}

std::string one_line(std::string_view text, std::size_t bytes) {
    std::string line;
    for (std::size_t i = 0; i < text.size() && line.size() <= bytes; ++i) {
        if (!is_blank(text[i]))
            line += text[i];
        else if (!line.empty() && line.back() != ' ')
            line += ' ';
    }
    line = prefix_of_whole_characters(line, bytes);
    while (!line.empty() && line.back() == ' ') line.pop_back();
    return line;
}

std::size_t count_characters(std::string_view text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::vector<std::string> search_words(std::string_view query) {
    std::vector<std::string> words;
    std::string word;
    const auto add = [&] {
        if (!word.empty()) words.emplace_back(prefix_of_whole_characters(word, kMaxWordBytes));
        word.clear();
    };
    for (const char c : query) {
        if (words.size() == kMaxWords) break;
        if (is_blank(c))
            add();
        else if (word.size() <= kMaxWordBytes)
            word += c;
    }
    if (words.size() < kMaxWords) add();
    return words;
}

Snippet make_snippet(std::string_view text, const std::vector<std::string>& words) {
    std::size_t first = std::string_view::npos;
    for (const auto& word : words) first = std::min(first, find_ignoring_case(text, word, 0));
    std::size_t begin = first == std::string_view::npos || first < kBeforeMatch ? 0 : first - kBeforeMatch;
    while (begin > 0 && begin < text.size() && is_continuation(text[begin]) &&
           begin + 3 > first - kBeforeMatch)
        --begin;
    Snippet snippet;
    snippet.text = one_line(text.substr(begin, 4 * kSnippetBytes), kSnippetBytes);
    for (const auto& word : words)
        for (std::size_t at = 0; (at = find_ignoring_case(snippet.text, word, at)) != std::string_view::npos;
             at += word.size())
            snippet.matches.emplace_back(at, at + word.size());
    std::sort(snippet.matches.begin(), snippet.matches.end());
    return snippet;
}

std::string automatic_title(std::string_view first_message) {
    std::string line;
    for (std::size_t at = 0; at < first_message.size() && line.empty();) {
        const std::size_t end = std::min(first_message.find('\n', at), first_message.size());
        const std::string_view candidate = first_message.substr(at, std::min<std::size_t>(end - at, 4096));
        if (says_something(candidate)) line = one_line(candidate, 4096);
        at = end + 1;
    }
    line.erase(0, line.find_first_not_of("#> "));
    if (count_characters(line) <= kTitleCharacters) return line;
    std::size_t end = 0;  // of the first 59 characters: one is left for the ellipsis
    for (std::size_t seen = 0; end < line.size(); ++end)
        if (!is_continuation(line[end]) && seen++ == kTitleCharacters - 1) break;
    line.resize(end);
    const std::size_t space = line.rfind(' ');
    if (space != std::string::npos && space > end / 2) line.resize(space);
    return line + "…";
}

}  // namespace sidewinder::storage
