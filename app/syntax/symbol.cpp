#include "app/syntax/symbol.h"

#include <iterator>

namespace sidewinder::syntax {

namespace {
constexpr std::string_view kNames[] = {"function",  "method",   "class",   "struct", "union", "enum",
                                       "interface", "trait",    "module",  "type",   "macro", "constant",
                                       "variable",  "property", "heading", "rule",   "table", "key"};
static_assert(std::size(kNames) == static_cast<std::size_t>(SymbolKind::Key) + 1);
}  // namespace

std::string_view name_of(SymbolKind kind) {
    return kNames[static_cast<std::size_t>(kind)];
}

}  // namespace sidewinder::syntax
