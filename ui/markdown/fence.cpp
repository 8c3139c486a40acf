#include "ui/markdown/fence.h"

namespace sidewinder::ui::markdown {
namespace {

int leadingSpaces(QStringView line) {
    int count = 0;
    while (count < line.size() && line[count] == u' ') ++count;
    return count;
}

int runLength(QStringView line, int from, QChar mark) {
    int end = from;
    while (end < line.size() && line[end] == mark) ++end;
    return end - from;
}

}  // namespace

std::optional<Fence> openingFence(QStringView line) {
    const int indent = leadingSpaces(line);
    if (indent > 3 || indent >= line.size()) return std::nullopt;
    const QChar mark = line[indent];
    if (mark != u'`' && mark != u'~') return std::nullopt;
    const int length = runLength(line, indent, mark);
    if (length < 3) return std::nullopt;
    const QStringView info = line.mid(indent + length).trimmed();
    if (mark == u'`' && info.contains(u'`')) return std::nullopt;
    return Fence{mark, length, indent, info.toString()};
}

bool closesFence(QStringView line, const Fence& fence) {
    const int indent = leadingSpaces(line);
    if (indent > 3) return false;
    const int length = runLength(line, indent, fence.mark);
    return length >= fence.length && line.mid(indent + length).trimmed().isEmpty();
}

bool mayCloseFence(QStringView start, const Fence& fence) {
    const int indent = leadingSpaces(start);
    if (indent > 3) return false;
    return start.mid(indent + runLength(start, indent, fence.mark)).trimmed().isEmpty();
}

QStringView fencedContent(QStringView line, const Fence& fence) {
    return line.mid(std::min(leadingSpaces(line), fence.indent));
}

}  // namespace sidewinder::ui::markdown
