#pragma once

#include <tree_sitter/api.h>

#include <memory>

/// Owners of tree-sitter's objects. Only for the sources of app/syntax: its public headers do not show
/// tree-sitter.
namespace sidewinder::syntax {

// Debian's pkg-config file does not tell the library's true version.
static_assert(TREE_SITTER_LANGUAGE_VERSION >= 14, "libtree-sitter 0.20 or newer is needed");

struct Deleter {
    void operator()(TSParser* parser) const { ts_parser_delete(parser); }
    void operator()(TSTree* tree) const { ts_tree_delete(tree); }
    void operator()(TSQuery* query) const { ts_query_delete(query); }
    void operator()(TSQueryCursor* cursor) const { ts_query_cursor_delete(cursor); }
};

using ParserHandle = std::unique_ptr<TSParser, Deleter>;
using TreeHandle = std::unique_ptr<TSTree, Deleter>;
using QueryHandle = std::unique_ptr<TSQuery, Deleter>;
using CursorHandle = std::unique_ptr<TSQueryCursor, Deleter>;

}  // namespace sidewinder::syntax
