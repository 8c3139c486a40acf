#pragma once

#include <stop_token>
#include <vector>

#include "app/syntax/language.h"
#include "app/syntax/source_text.h"
#include "app/syntax/symbol.h"

namespace sidewinder::syntax {

/// Runs the language's query for symbols over a tree of the text. Empty after a stop.
///
/// Its captures: @definition.KIND (@declaration.KIND: without a body) is the whole of a symbol and @name its
/// name;
/// @declarator a C declarator that holds the name somewhere within, qualified or not; @scope gives what is
/// inside it a container without being a symbol (Rust's impl); @container names what a symbol belongs to
/// (Go's receiver); @comment may stand above a symbol. Of two matches with the same name the larger is the
/// symbol.
std::vector<Symbol> find_symbols(const Language& language, const TSTree* tree, const SourceText& text,
                                 const std::stop_token& stop);

}  // namespace sidewinder::syntax
