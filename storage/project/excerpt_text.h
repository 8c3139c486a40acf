#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::project {

/// Why an excerpt was chosen, strongest first.
enum class Why { Selection, Mention, NamedSymbol, NamedFile, Search };

std::string_view name_of(Why why);  ///< "selection", "mention", "symbol", "file", "search": as it is stored
Why why_named(std::string_view name);  ///< Search for an unknown name

/// Lines of a file, to be put next to a question.
struct Excerpt {
    std::string path;                             ///< raw bytes, from the project's root
    std::uint32_t first_line = 0, last_line = 0;  ///< from 1; the last one belongs to it
    std::string text;      ///< just these lines, UTF-8 with LF; only the file's end lacks a line feed
    std::string language;  ///< language_of()
    Why why = Why::Search;
    std::int64_t tokens = 0;  ///< of its excerpt_text()
    bool on = true;           ///< false: switched off by the person, not put into the prompt
    bool trimmed = false;     ///< the budget ended it before what it shows was over
    bool operator==(const Excerpt&) const = default;
};

/// One excerpt for the prompt: a project_document() whose name is "path:first-last".
std::string excerpt_text(const Excerpt& excerpt);

/// What stands before the question in the person's message: a line that says how many there are, then those
/// that are on, in this order. Empty if there are none. Neither a path nor a text can fake or end an excerpt.
std::string excerpts_text(const std::vector<Excerpt>& excerpts);

/// What excerpts_text() wrote, read back: path, lines, text and language; `rest` is what stands behind it.
/// None if `prompt` does not begin so.
struct ReadExcerpts {
    std::vector<Excerpt> excerpts;
    std::string rest;
};
std::optional<ReadExcerpts> read_excerpts(std::string_view prompt);

/// The bytes that display_name() showed; none if it never shows such text.
std::optional<std::string> path_shown_as(std::string_view display);

}  // namespace sidewinder::project
