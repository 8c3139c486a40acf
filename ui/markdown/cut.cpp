#include "ui/markdown/cut.h"

#include <algorithm>

#include "ui/markdown/text.h"

namespace sidewinder::ui::markdown {
namespace {

qsizetype cutPoint(QStringView text, qsizetype from) {
    const qsizetype limit = from + longestParagraph;
    if (limit >= text.size()) return text.size();
    for (qsizetype i = limit; i > from + longestParagraph / 2; --i)
        if (text[i - 1].isSpace()) return i;
    return text[limit - 1].isHighSurrogate() ? limit - 1 : limit;
}

RichText slice(const RichText& whole, qsizetype from, qsizetype to, std::size_t& span) {
    RichText part;
    part.text = whole.text.mid(from, to - from);
    part.links = whole.links;
    while (span < whole.spans.size()) {
        const Span& old = whole.spans[span];
        const int start = std::max(old.start, static_cast<int>(from));
        const int end = std::min(old.start + old.length, static_cast<int>(to));
        if (start < end)
            part.spans.push_back({start - static_cast<int>(from), end - start, old.flags, old.link});
        if (old.start + old.length > to) break;
        ++span;
    }
    return part;
}

}  // namespace

void appendCut(Blocks& blocks, std::unique_ptr<Block> block) {
    const bool prose = block->kind == BlockKind::Paragraph || block->kind == BlockKind::Heading;
    if (!prose || block->text.text.size() <= longestParagraph) {
        blocks.push_back(std::move(block));
        return;
    }
    std::size_t span = 0;
    for (qsizetype from = 0; from < block->text.text.size();) {
        const qsizetype to = cutPoint(block->text.text, from);
        auto part = std::make_unique<Block>();
        part->kind = block->kind;
        part->level = block->level;
        part->quoteDepth = block->quoteDepth;
        part->listDepth = block->listDepth;
        part->tight = from > 0 || block->tight;
        if (from == 0) part->marker = block->marker;
        part->text = slice(block->text, from, to, span);
        blocks.push_back(std::move(part));
        from = to;
    }
}

void appendPlain(Blocks& blocks, QStringView text) {
    bool first = true;
    for (qsizetype from = 0; from < text.size();) {
        qsizetype to = std::min(from + longestParagraph, text.size());
        if (to < text.size()) {
            const qsizetype newline = text.mid(from, to - from).lastIndexOf(u'\n');
            to = newline > 0 ? from + newline + 1 : cutPoint(text, from);
        }
        QStringView piece = text.mid(from, to - from);
        while (to < text.size() && piece.endsWith(u'\n')) piece.chop(1);
        auto part = std::make_unique<Block>();
        part->text.text = withVisibleControls(piece);
        part->text.text.replace(u'\n', QChar(QChar::LineSeparator));
        part->tight = !first;
        first = false;
        appendCut(blocks, std::move(part));
        from = to;
    }
}

}  // namespace sidewinder::ui::markdown
