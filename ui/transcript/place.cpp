#include "ui/transcript/place.h"

#include <algorithm>

namespace sidewinder::ui {

std::pair<int, int> Selection::within(int item, int block, int length) const {
    if (isEmpty()) return {0, 0};
    const Place from = first();
    const Place to = last();
    const auto here = std::pair(item, block);
    const auto start = std::pair(from.item, from.block);
    const auto end = std::pair(to.item, to.block);
    if (here < start || here > end) return {0, 0};
    return {here == start ? from.offset : 0, here == end ? to.offset : length + 1};
}

QString selectedText(const Selection& selection, const MessageItems& items) {
    QString out;
    if (selection.isEmpty()) return out;
    const Place from = selection.first();
    const Place to = selection.last();
    for (int i = from.item; i <= to.item && i < static_cast<int>(items.size()); ++i) {
        const MessageItem& item = *items[static_cast<std::size_t>(i)];
        if (!item.isParsed()) {
            out += (out.isEmpty() ? QString() : QStringLiteral("\n\n")) + item.view().text;
            continue;
        }
        const auto& boxes = item.boxes();
        for (int b = 0; b < static_cast<int>(boxes.size()); ++b) {
            const BlockBox& box = *boxes[static_cast<std::size_t>(b)].box;
            const QString text = box.text();
            const auto [start, end] = selection.within(i, b, static_cast<int>(text.size()));
            if (start >= end) continue;
            if (!out.isEmpty()) out += box.block().tight ? QStringLiteral("\n") : QStringLiteral("\n\n");
            if (start == 0 && !box.block().marker.isEmpty() && selection.within(i, b, 0).second > 1)
                out += box.block().marker + u' ';
            out += text.mid(start, end - start);
        }
    }
    return out.replace(QChar(QChar::LineSeparator), u'\n');
}

std::pair<int, int> wordAround(const QString& text, int offset) {
    const auto isWord = [&text](int i) {
        return text[i].isLetterOrNumber() || text[i] == u'_' || text[i].isMark();
    };
    const int size = static_cast<int>(text.size());
    int from = std::clamp(offset, 0, size);
    int to = from;
    while (from > 0 && isWord(from - 1)) --from;
    while (to < size && isWord(to)) ++to;
    if (from == to && to < size) ++to;
    return {from, to};
}

}  // namespace sidewinder::ui
