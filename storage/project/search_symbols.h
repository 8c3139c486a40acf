#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::project {

/// A definition in a file. Lines count from 1; the last one belongs to it.
struct Symbol {
    std::string name;       ///< "baz"
    std::string kind;       ///< "function", "class", "namespace", "variable", "macro", "section"
    std::string container;  ///< "FooBar", "ns::FooBar"; empty at the top
    std::uint32_t first_line = 0, last_line = 0;
    bool operator==(const Symbol&) const = default;
};

/// Finds a file's definitions; from several threads at once. No result: none known. Exceptions end the update
/// that asked.
using SymbolFinder = std::function<std::vector<Symbol>(const std::string& path, std::string_view text,
                                                       const std::string& language)>;

/// By patterns, where there is no grammar: languages with braces, Python, those whose blocks end in "end",
/// Markdown's headings. Finds what is written in the usual way, is wrong at times, and is linear in the text.
std::vector<Symbol> find_symbols(std::string_view text, std::string_view language);

/// The families of find_symbols(). Symbols by first line, outer before inner.
std::vector<Symbol> symbols_by_braces(std::string_view text, std::string_view language);
std::vector<Symbol> symbols_by_indent(std::string_view text, std::string_view language);
std::vector<Symbol> symbols_by_heading(std::string_view text);

}  // namespace sidewinder::project
