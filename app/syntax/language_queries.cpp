#include "app/syntax/language_queries.h"

#include "app/syntax/grammar_table.h"

namespace sidewinder::syntax {

namespace {

SymbolCapture read_symbol_capture(std::string_view name, std::vector<std::string>& problems) {
    using Role = SymbolCapture::Role;
    if (name == "name") return {.role = Role::Name};
    if (name == "declarator") return {.role = Role::Declarator};
    if (name == "scope") return {.role = Role::Scope};
    if (name == "container") return {.role = Role::Container};
    if (name == "comment") return {.role = Role::Comment};
    if (name.starts_with('_')) return {};
    const auto dot = name.find('.');
    const std::string_view before = name.substr(0, dot);
    const bool known = before == "definition" || before == "declaration";
    if (known && dot != name.npos)
        for (int kind = 0; kind <= static_cast<int>(SymbolKind::Key); ++kind)
            if (name_of(static_cast<SymbolKind>(kind)) == name.substr(dot + 1))
                return {Role::Definition, static_cast<SymbolKind>(kind), before == "declaration"};
    problems.push_back("symbols: unknown capture @" + std::string(name));
    return {};
}

}  // namespace

LanguageQueries::LanguageQueries(const Grammar& grammar)
    : highlights(grammar.language(), grammar.highlights, problems),
      injections(grammar.language(), grammar.injections, problems),
      symbols(grammar.language(), grammar.symbols, problems),
      first_wins(grammar.first_wins) {
    for (std::uint32_t i = 0; i < highlights.capture_count(); ++i)
        highlight_kinds.push_back(kind_of_capture(highlights.capture_name(i)));
    for (std::uint32_t i = 0; i < symbols.capture_count(); ++i)
        symbol_captures.push_back(read_symbol_capture(symbols.capture_name(i), problems));
}

}  // namespace sidewinder::syntax
