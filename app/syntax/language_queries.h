#pragma once

#include <string>
#include <vector>

#include "app/syntax/highlight.h"
#include "app/syntax/query.h"
#include "app/syntax/symbol.h"

namespace sidewinder::syntax {

struct Grammar;
class Language;

/// What a capture of a query for symbols says of its node.
struct SymbolCapture {
    enum class Role { Other, Definition, Name, Declarator, Scope, Container, Comment };
    Role role = Role::Other;
    SymbolKind kind = SymbolKind::Function;
    bool declares_only = false;
};

/// The compiled queries of a language. Immutable, any thread.
struct LanguageQueries {
    explicit LanguageQueries(const Grammar& grammar);

    std::vector<std::string> problems;
    Query highlights;
    Query injections;
    Query symbols;
    bool first_wins;
    std::vector<CaptureKind> highlight_kinds;    ///< by capture of `highlights`
    std::vector<SymbolCapture> symbol_captures;  ///< by capture of `symbols`
};

namespace detail {
/// The grammar of what stands within Markdown's blocks: no language of its own.
const Language* inline_markdown();
}  // namespace detail

}  // namespace sidewinder::syntax
