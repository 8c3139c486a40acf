#include "app/syntax/layer.h"

#include <algorithm>

namespace sidewinder::syntax {

namespace {

std::uint32_t moved(std::uint32_t byte, const TSInputEdit& edit) {
    if (byte >= edit.old_end_byte) return byte - edit.old_end_byte + edit.new_end_byte;
    return std::min(byte, edit.new_end_byte);
}

}  // namespace

void Layer::edit(const TSInputEdit& change) {
    if (tree) ts_tree_edit(tree.get(), &change);
    for (Embedded& piece : embedded) {
        piece.stale |= change.start_byte <= piece.range.end && change.old_end_byte >= piece.range.begin;
        piece.range = {moved(piece.range.begin, change), moved(piece.range.end, change)};
        for (ByteRange& part : piece.parts) part = {moved(part.begin, change), moved(part.end, change)};
        piece.layer->edit(change);
    }
}

}  // namespace sidewinder::syntax
