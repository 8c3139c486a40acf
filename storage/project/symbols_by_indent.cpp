#include <algorithm>

#include "storage/project/search_symbols.h"

namespace sidewinder::project {

namespace {

constexpr std::string_view kNamePunctuation = "_?!";

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           static_cast<unsigned char>(c) >= 0x80;
}

std::string_view take_name(std::string_view& line) {
    std::size_t end = 0;
    while (end < line.size() && (is_name(line[end]) || (end > 0 && kNamePunctuation.find(line[end]) < 3)))
        ++end;
    const std::string_view name = line.substr(0, end);
    line.remove_prefix(end);
    return name;
}

bool take_word(std::string_view& line, std::string_view word) {
    if (!line.starts_with(word) || line.size() <= word.size() || line[word.size()] != ' ') return false;
    line.remove_prefix(std::min(line.find_first_not_of(' ', word.size()), line.size()));
    return true;
}

/// The definition that a line without its indentation begins; no name if it begins none.
Symbol definition(std::string_view line, bool at_margin, bool python) {
    Symbol symbol;
    for (const std::string_view before : {"async", "local", "private", "export", "public"})
        take_word(line, before);
    constexpr std::pair<std::string_view, std::string_view> kWords[] = {
        {"def", "function"},        {"class", "class"},     {"module", "namespace"},
        {"function", "function"},   {"defmodule", "class"}, {"defp", "function"},
        {"defmacro", "macro"},      {"(defun", "function"}, {"struct", "class"},
        {"(defvar", "variable"},    {"macro", "macro"},     {"subroutine", "function"},
        {"mutable struct", "class"}};
    for (const auto& [word, kind] : kWords) {
        if (!take_word(line, word)) continue;
        std::string_view name = take_name(line);
        while (!name.empty() && line.size() > 1 && (line[0] == '.' || line[0] == ':') && is_name(line[1])) {
            symbol.container = name;  // Ruby's self.name, Lua's table.name
            line.remove_prefix(1);
            name = take_name(line);
        }
        symbol.name = name;
        symbol.kind = kind;
        return symbol;
    }
    if (!python || !at_margin) return symbol;
    const std::string_view name = take_name(line);
    const std::size_t next = line.find_first_not_of(' ');
    if (name.empty() || next == std::string_view::npos || line.substr(next).starts_with("==")) return symbol;
    if (line[next] == '=' || (line[next] == ':' && line.find('=') != std::string_view::npos)) {
        symbol.name = name;
        symbol.kind = "variable";
    }
    return symbol;
}

/// Keeps an eye on Python's strings of several lines.
class TripleQuotes {
  public:
    /// True if the line begins inside of one.
    bool pass(std::string_view line) {
        const bool inside = !open_.empty();
        for (std::size_t at = 0; at < line.size(); ++at) {
            if (!open_.empty()) {
                if (line[at] == '\\')
                    ++at;
                else if (line.substr(at).starts_with(open_))
                    end(at);
            } else if (line.substr(at).starts_with("\"\"\"") || line.substr(at).starts_with("'''")) {
                open_ = line[at] == '"' ? "\"\"\"" : "'''";
                at += 2;
            } else if (line[at] == '#') {
                break;
            } else if (line[at] == '"' || line[at] == '\'') {
                at = skip_string(line, at);
            }
        }
        return inside;
    }

  private:
    void end(std::size_t& at) {
        open_ = {};
        at += 2;
    }
    static std::size_t skip_string(std::string_view line, std::size_t at) {
        for (std::size_t i = at + 1; i < line.size(); ++i) {
            if (line[i] == '\\')
                ++i;
            else if (line[i] == line[at])
                return i;
        }
        return line.size();
    }
    std::string_view open_;
};

struct Scan {
    std::vector<Symbol> symbols;
    struct Open {
        std::size_t indent, symbol;
    };
    std::vector<Open> open;
    std::uint32_t last_line = 0;  ///< of those that say something

    void close(std::size_t indent, std::uint32_t end) {
        while (!open.empty() && open.back().indent >= indent) {
            symbols[open.back().symbol].last_line = end;
            open.pop_back();
        }
    }
    void line(std::string_view row, std::uint32_t number, bool python) {
        const std::size_t indent = row.find_first_not_of(" \t");
        const std::string_view code = row.substr(indent);
        const bool closing = code[0] == ')' || code[0] == ']' || code[0] == '}';
        const bool end = !python && code.starts_with("end") && (code.size() == 3 || !is_name(code[3]));
        if (!closing && !(code[0] == '#' && indent > 0)) close(indent, end ? number : last_line);
        last_line = number;
        Symbol found = definition(code, indent == 0, python);
        if (found.name.empty()) return;
        if (found.container.empty() && !open.empty()) found.container = symbols[open.back().symbol].name;
        found.first_line = found.last_line = number;
        open.push_back({indent, symbols.size()});
        symbols.push_back(std::move(found));
    }
};

}  // namespace

std::vector<Symbol> symbols_by_indent(std::string_view text, std::string_view language) {
    const bool python = language == "python";
    Scan scan;
    TripleQuotes quotes;
    std::uint32_t number = 0;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find('\n', at), text.size());
        const std::string_view row = text.substr(at, end - at);
        at = end + 1;
        ++number;
        const bool inside = python && quotes.pass(row);
        if (row.find_first_not_of(" \t\r\f") == std::string_view::npos) continue;
        if (inside)
            scan.last_line = number;
        else
            scan.line(row, number, python);
    }
    scan.close(0, scan.last_line);
    return std::move(scan.symbols);
}

}  // namespace sidewinder::project
