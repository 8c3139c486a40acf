#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "app/syntax/answer_parser.h"

namespace sidewinder::syntax {

/// A line of an answer's text, and what of it stood in backticks.
struct TextLine {
    std::string text;
    std::vector<std::string> spans;
};

/// Could this be a file's path? With a known ending ("main.cpp", "Makefile"), or a folder and some ending.
bool looks_like_path(std::string_view text, LanguageOfPath language_of);

/// Without quotes around it, "./" before and ":12" or "#L3" behind it; empty if it is no path then.
std::string clean_path(std::string_view text, LanguageOfPath language_of);

/// "cpp src/a.cpp", "cpp:src/a.cpp", "cpp title="src/a.cpp"", "{.cpp file=src/a.cpp}", "src/a.cpp".
std::string path_in_info(std::string_view info, LanguageOfPath language_of);

/// "`src/a.cpp`:", "File: src/a.cpp", "Here is the new src/a.cpp:". Empty if it names two.
std::string path_in_line(const TextLine& line, LanguageOfPath language_of);

/// A first line that is a comment with nothing but a path, or "File: " and a path.
std::string path_in_comment(std::string_view code, LanguageOfPath language_of);

}  // namespace sidewinder::syntax
