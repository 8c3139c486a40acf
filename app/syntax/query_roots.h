#pragma once

#include <vector>

#include "app/syntax/byte_range.h"
#include "app/syntax/tree_sitter.h"

namespace sidewinder::syntax {

/// The nodes to run a query on so that it sees all of a range: the root, unless a long ERROR node lies in the
/// range. A query takes quadratic time in the children of such a node (libtree-sitter 0.20 looks through all
/// that follow each), so that its children are given one by one, as are those of what is around it: what a
/// pattern says of a parent and its child is lost there, which in a text that broken is no loss.
std::vector<TSNode> query_roots(const TSTree* tree, ByteRange range);

}  // namespace sidewinder::syntax
