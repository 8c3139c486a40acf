#include "app/core/symbol_finder.h"

#include "app/syntax/syntax_tree.h"

namespace sidewinder::app {

namespace {

constexpr int kVersion = 1;  // of what is taken from a tree

/// Too many and too small to be looked for by name.
bool is_detail(syntax::SymbolKind kind) {
    return kind == syntax::SymbolKind::Property || kind == syntax::SymbolKind::Key;
}

std::vector<project::Symbol> find_symbols(std::string_view text, const std::string& tag) {
    const syntax::Language* language = syntax::find_language(tag, text);
    if (language == nullptr) return project::find_symbols(text, tag);
    syntax::SyntaxTree tree(*language, std::string(text));
    if (tree.update().parsed != syntax::Parsed::Ready) return project::find_symbols(text, tag);
    std::vector<project::Symbol> found;
    for (const syntax::Symbol& symbol : tree.symbols()) {
        if (is_detail(symbol.kind)) continue;
        found.push_back({symbol.name, std::string(name_of(symbol.kind)), symbol.container,
                         symbol.first_line + 1, symbol.last_line + 1});
    }
    return found;
}

}  // namespace

project::SymbolFinder symbol_finder() {
    return [](const std::string&, std::string_view text, const std::string& tag) {
        return find_symbols(text, tag);
    };
}

std::string symbol_finder_name() {
    std::string name = "trees " + std::to_string(kVersion);
    for (const syntax::GrammarPackage& package : syntax::grammar_packages())
        name += " " + std::string(package.name) + "@" + std::string(package.version);
    return name;
}

}  // namespace sidewinder::app
