#include "app/syntax/query_roots.h"

#include <string_view>

namespace sidewinder::syntax {

namespace {

constexpr std::uint32_t kLong = 512;  // children

bool in_range(TSNode node, ByteRange range) {
    return ts_node_start_byte(node) < range.end && range.begin < ts_node_end_byte(node);
}

bool is_long_error(TSNode node) {
    return std::string_view(ts_node_type(node)) == "ERROR" && ts_node_child_count(node) > kLong;
}

/// Goes to the next node in document order, without what is below the current one.
bool step_over(TSTreeCursor& cursor) {
    while (!ts_tree_cursor_goto_next_sibling(&cursor))
        if (!ts_tree_cursor_goto_parent(&cursor)) return false;
    return true;
}

/// Only what holds errors can hold a long one: little of most texts is looked at.
std::vector<ByteRange> long_errors(TSNode root, ByteRange range) {
    std::vector<ByteRange> found;
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    for (bool more = true; more;) {
        const TSNode node = ts_tree_cursor_current_node(&cursor);
        const bool look = ts_node_has_error(node) && in_range(node, range);
        if (look && is_long_error(node)) found.push_back({ts_node_start_byte(node), ts_node_end_byte(node)});
        more = (look && ts_tree_cursor_goto_first_child(&cursor)) || step_over(cursor);
    }
    ts_tree_cursor_delete(&cursor);
    return found;
}

}  // namespace

std::vector<TSNode> query_roots(const TSTree* tree, ByteRange range) {
    const TSNode root = ts_tree_root_node(tree);
    if (!ts_node_has_error(root)) return {root};
    const std::vector<ByteRange> errors = long_errors(root, range);
    if (errors.empty()) return {root};
    std::vector<TSNode> roots;
    std::size_t next = 0;  // errors are in document order, an outer one before those within
    TSTreeCursor cursor = ts_tree_cursor_new(root);
    for (bool more = true; more;) {
        const TSNode node = ts_tree_cursor_current_node(&cursor);
        while (next < errors.size() && errors[next].end <= ts_node_start_byte(node)) ++next;
        const bool holds = ts_node_has_error(node) && next < errors.size() && in_range(node, range) &&
                           errors[next].begin < ts_node_end_byte(node);
        if (holds && ts_tree_cursor_goto_first_child(&cursor)) continue;
        if (in_range(node, range)) roots.push_back(node);
        more = step_over(cursor);
    }
    ts_tree_cursor_delete(&cursor);
    return roots;
}

}  // namespace sidewinder::syntax
