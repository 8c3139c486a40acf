#include "app/syntax/symbol_finder.h"

#include <algorithm>
#include <optional>

#include "app/syntax/language_queries.h"
#include "app/syntax/query_roots.h"

namespace sidewinder::syntax {

namespace {

constexpr std::size_t kLongestName = 200;
constexpr std::size_t kMostSymbols = 200'000;

struct Found {
    Symbol symbol;
    bool is_scope = false;
    std::uint16_t pattern = 0;
};

ByteRange range_of(TSNode node) {
    return {ts_node_start_byte(node), ts_node_end_byte(node)};
}

/// On one line, without quotes around it, not cut within a character.
std::string tidy(std::string_view raw) {
    std::string name;
    for (const char c : raw) {
        const bool blank = c == ' ' || c == '\n' || c == '\t' || c == '\r';
        if (!blank)
            name += c;
        else if (!name.empty() && name.back() != ' ')
            name += ' ';
        if (name.size() > kLongestName) break;
    }
    while (!name.empty() && name.back() == ' ') name.pop_back();
    if (name.size() > kLongestName) {
        name.resize(kLongestName);
        while (!name.empty() && (static_cast<unsigned char>(name.back()) & 0xC0) == 0x80) name.pop_back();
        if (!name.empty() && static_cast<unsigned char>(name.back()) >= 0xC0) name.pop_back();
    }
    if (name.size() >= 2 && (name[0] == '"' || name[0] == '\'' || name[0] == '`') && name.back() == name[0])
        name = name.substr(1, name.size() - 2);
    return name;
}

TSNode field(TSNode node, std::string_view name) {
    return ts_node_child_by_field_name(node, name.data(), static_cast<std::uint32_t>(name.size()));
}

struct Declared {
    TSNode name;
    std::string container;
};

/// Down a C or C++ declarator to its name: "*(&app::Parser::parse<T>)(int)" is parse in app::Parser.
Declared declared_by(TSNode declarator, std::string_view text) {
    Declared result{declarator, {}};
    for (int depth = 0; depth < 32; ++depth) {
        const std::string_view type = ts_node_type(result.name);
        TSNode next{};
        if (type == "qualified_identifier") {
            const TSNode scope = field(result.name, "scope");
            if (!ts_node_is_null(scope)) {
                if (!result.container.empty()) result.container += "::";
                result.container += tidy(text_of(scope, text));
            }
            next = field(result.name, "name");
        } else if (type == "template_function" || type == "template_method") {
            next = field(result.name, "name");
        } else {
            next = field(result.name, "declarator");
            const std::uint32_t children = ts_node_named_child_count(result.name);
            if (ts_node_is_null(next) && type.ends_with("_declarator") && children > 0)
                next = ts_node_named_child(result.name, children - 1);
        }
        if (ts_node_is_null(next)) break;
        result.name = next;
    }
    return result;
}

std::optional<Found> read_match(const LanguageQueries& queries, const TSQueryMatch& match,
                                std::string_view text, std::vector<ByteRange>& comments) {
    using Role = SymbolCapture::Role;
    Found found{.symbol = {}, .is_scope = false, .pattern = match.pattern_index};
    bool whole = false, named = false;
    for (std::uint16_t i = 0; i < match.capture_count; ++i) {
        const SymbolCapture& capture = queries.symbol_captures[match.captures[i].index];
        const TSNode node = match.captures[i].node;
        switch (capture.role) {
            case Role::Comment:
                comments.push_back(range_of(node));
                return std::nullopt;
            case Role::Scope:
                found.is_scope = true;
                [[fallthrough]];
            case Role::Definition:
                found.symbol.kind = capture.kind;
                found.symbol.declares_only = capture.declares_only;
                found.symbol.range = range_of(node);
                whole = true;
                break;
            case Role::Name:
                found.symbol.name = tidy(text_of(node, text));
                found.symbol.name_range = range_of(node);
                named = true;
                break;
            case Role::Declarator: {
                Declared declared = declared_by(node, text);
                found.symbol.name = tidy(text_of(declared.name, text));
                found.symbol.name_range = range_of(declared.name);
                found.symbol.container = std::move(declared.container);
                named = true;
                break;
            }
            case Role::Container:
                found.symbol.container = tidy(text_of(node, text));
                break;
            case Role::Other:
                break;
        }
    }
    if (!whole || !named || found.symbol.name.empty()) return std::nullopt;
    return found;
}

/// One of those with the same name at the same place: the largest, and of these that of the first pattern.
void keep_largest(std::vector<Found>& found) {
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        const ByteRange x = a.symbol.name_range, y = b.symbol.name_range;
        if (x.begin != y.begin) return x.begin < y.begin;
        const std::uint32_t length = a.symbol.range.end - a.symbol.range.begin;
        const std::uint32_t other = b.symbol.range.end - b.symbol.range.begin;
        return length != other ? length > other : a.pattern < b.pattern;
    });
    const auto same = [](const Found& a, const Found& b) {
        return a.symbol.name_range == b.symbol.name_range;
    };
    found.erase(std::unique(found.begin(), found.end(), same), found.end());
    std::stable_sort(found.begin(), found.end(), [](const Found& a, const Found& b) {
        const ByteRange x = a.symbol.range, y = b.symbol.range;
        return x.begin != y.begin ? x.begin < y.begin : x.end > y.end;
    });
}

bool holds_methods(const Found& found) {
    if (found.is_scope) return true;
    switch (found.symbol.kind) {
        case SymbolKind::Class:
        case SymbolKind::Struct:
        case SymbolKind::Union:
        case SymbolKind::Enum:
        case SymbolKind::Interface:
        case SymbolKind::Trait:
            return true;
        default:
            return false;
    }
}

void set_containers(std::vector<Found>& found, std::string_view separator) {
    struct Open {
        std::uint32_t end;
        std::string path;
        bool holds_methods;
    };
    std::vector<Open> open;
    for (Found& each : found) {
        Symbol& symbol = each.symbol;
        while (!open.empty() && open.back().end <= symbol.range.begin) open.pop_back();
        if (!open.empty()) {
            if (symbol.kind == SymbolKind::Function && open.back().holds_methods)
                symbol.kind = SymbolKind::Method;
            const bool nested = open.back().path.size() < 4 * kLongestName;
            if (nested)
                symbol.container = symbol.container.empty()
                                       ? open.back().path
                                       : open.back().path + std::string(separator) + symbol.container;
        }
        const std::string path =
            symbol.container.empty() ? symbol.name : symbol.container + std::string(separator) + symbol.name;
        open.push_back({symbol.range.end, path, holds_methods(each)});
    }
}

bool only_blanks(std::string_view text) {
    return text.find_first_not_of(" \t\r") == text.npos;
}

/// Where the comments begin that end right above a byte, each at the beginning of its own line.
std::uint32_t comment_above(std::uint32_t byte, const std::vector<ByteRange>& comments,
                            const SourceText& text) {
    const auto by_end = [](const ByteRange& comment, std::uint32_t end) { return comment.end <= end; };
    auto next = std::partition_point(comments.begin(), comments.end(),
                                     [&](const ByteRange& comment) { return by_end(comment, byte); });
    while (next != comments.begin()) {
        const ByteRange comment = *--next;
        const std::string_view between = text.bytes().substr(comment.end, byte - comment.end);
        const std::uint32_t line = text.line_begin(text.line_of(comment.begin));
        if (between.find_first_not_of(" \t\r\n") != between.npos ||
            std::count(between.begin(), between.end(), '\n') > 1 ||
            !only_blanks(text.bytes().substr(line, comment.begin - line)))
            break;
        byte = comment.begin;
    }
    return byte;
}

}  // namespace

std::vector<Symbol> find_symbols(const Language& language, const TSTree* tree, const SourceText& text,
                                 const std::stop_token& stop) {
    const LanguageQueries& queries = language.queries();
    if (queries.symbols.empty()) return {};
    const CursorHandle cursor(ts_query_cursor_new());
    ts_query_cursor_set_match_limit(cursor.get(), 1024);
    std::vector<Found> found;
    std::vector<ByteRange> comments;
    std::uint32_t count = 0;
    TSQueryMatch match;
    for (const TSNode root : query_roots(tree, {0, text.size()})) {
        ts_query_cursor_exec(cursor.get(), queries.symbols.get(), root);
        while (found.size() < kMostSymbols && ts_query_cursor_next_match(cursor.get(), &match)) {
            if (++count % 256 == 0 && stop.stop_requested()) return {};
            if (!queries.symbols.accepts(match, text.bytes())) continue;
            if (auto one = read_match(queries, match, text.bytes(), comments))
                found.push_back(std::move(*one));
        }
    }
    keep_largest(found);
    set_containers(found, language.name_separator());
    std::sort(comments.begin(), comments.end(),
              [](const ByteRange& a, const ByteRange& b) { return a.end < b.end; });
    std::vector<Symbol> symbols;
    for (Found& each : found) {
        if (each.is_scope) continue;
        Symbol& symbol = each.symbol;
        symbol.begin_with_comment = comment_above(symbol.range.begin, comments, text);
        symbol.first_line = text.line_of(symbol.range.begin);
        symbol.last_line = text.line_of(std::max(symbol.range.end, symbol.range.begin + 1) - 1);
        symbols.push_back(std::move(symbol));
    }
    return symbols;
}

}  // namespace sidewinder::syntax
