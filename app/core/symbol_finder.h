#pragma once

#include "storage/project/search_symbols.h"

namespace sidewinder::app {

/// Definitions by the syntax tree where there is a grammar for the language, else by patterns. Any threads.
project::SymbolFinder symbol_finder();

/// Tells an index made with other grammars apart: SearchIndex's finder_name.
std::string symbol_finder_name();

}  // namespace sidewinder::app
