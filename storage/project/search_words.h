#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::project {

/// Appends the words of code or prose, each followed by a space, to `words`: only [a-z0-9] and characters
/// beyond ASCII. An identifier gives its parts, split at camel humps, underscores and digits, and all of it
/// joined: "getHTTPServer", "get_http_server" and "get-http-server" each give "get http serv gethttpserv".
/// Letters are folded (ASCII, Latin-1, Greek, Cyrillic), English endings cut (stem()), words of one character
/// and runs of more than 100 bytes left out.
void append_words(std::string& words, std::string_view text);

/// A word's stem, so that "parse", "parses", "parsed" and "parsing" are the same: endings are cut, nothing is
/// looked up.
std::string_view stem(std::string_view word);

/// The words of a question that say something, each once, in order, at most `most`: append_words() without
/// the words that every question has.
std::vector<std::string> question_words(std::string_view question, std::size_t most = 40);

}  // namespace sidewinder::project
