#include <algorithm>

#include "storage/project/search_symbols.h"

namespace sidewinder::project {

namespace {

/// 1..6 for "# Title", 0 for any other line.
std::size_t level_of(std::string_view line) {
    const std::size_t level = std::min(line.find_first_not_of('#'), line.size());
    return level > 0 && level <= 6 && level < line.size() && line[level] == ' ' ? level : 0;
}

std::string title_of(std::string_view line) {
    const std::size_t begin = line.find_first_not_of("# "), end = line.find_last_not_of("# \r");
    return begin == std::string_view::npos ? std::string() : std::string(line.substr(begin, end + 1 - begin));
}

}  // namespace

std::vector<Symbol> symbols_by_heading(std::string_view text) {
    std::vector<Symbol> symbols;
    std::vector<std::pair<std::size_t, std::size_t>> open;  // level and symbol
    std::uint32_t line = 0;
    bool fenced = false;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view row = text.substr(at, end - at);
        at = end + 1;
        ++line;
        if (row.starts_with("```") || row.starts_with("~~~")) fenced = !fenced;
        const std::size_t level = fenced ? 0 : level_of(row);
        if (level == 0) continue;
        while (!open.empty() && open.back().first >= level) {
            symbols[open.back().second].last_line = line - 1;
            open.pop_back();
        }
        const std::string above = open.empty() ? std::string() : symbols[open.back().second].name;
        open.emplace_back(level, symbols.size());
        symbols.push_back({title_of(row), "section", above, line, line});
    }
    for (const auto& [level, symbol] : open) symbols[symbol].last_line = line;
    std::erase_if(symbols, [](const Symbol& symbol) { return symbol.name.empty(); });
    return symbols;
}

std::vector<Symbol> find_symbols(std::string_view text, std::string_view language) {
    constexpr std::string_view kIndented[] = {"python", "ruby",    "lua",     "julia", "elixir",
                                              "elisp",  "haskell", "fortran", "nix"};
    constexpr std::string_view kBraced[] = {
        "c",      "cpp",  "cuda",   "objective-c", "java",  "javascript", "jsx",  "typescript", "tsx",  "go",
        "rust",   "d",    "csharp", "kotlin",      "swift", "scala",      "dart", "php",        "vala", "zig",
        "groovy", "bash", "perl",   "glsl",        "awk",   "qml",        "r",    "protobuf",   "css"};
    const auto is_in = [&](const auto& list) {
        return std::find(std::begin(list), std::end(list), language) != std::end(list);
    };
    if (language == "markdown") return symbols_by_heading(text);
    if (is_in(kIndented)) return symbols_by_indent(text, language);
    return is_in(kBraced) ? symbols_by_braces(text, language) : std::vector<Symbol>();
}

}  // namespace sidewinder::project
