#include "ui/transcript/text_box.h"

#include <algorithm>
#include <cmath>

namespace sidewinder::ui {
namespace {

using markdown::RichText;
using markdown::Span;

QTextLayout::FormatRange format(const Span& span, const TextStyle& style, const QFont& base) {
    QTextLayout::FormatRange range;
    range.start = span.start;
    range.length = span.length;
    QFont font = base;
    if (span.flags & markdown::Code) {
        font = style.mono;
        font.setPointSizeF(base.pointSizeF() * 0.92);
    }
    if (span.flags & markdown::Bold) font.setWeight(QFont::DemiBold);
    if (span.flags & (markdown::Italic | markdown::Alt)) font.setItalic(true);
    if (span.flags & markdown::Strike) font.setStrikeOut(true);
    range.format.setFont(font);
    if (span.flags & (markdown::LinkAddress | markdown::Alt)) range.format.setForeground(style.colours.quiet);
    if (span.link >= 0) {
        range.format.setForeground((span.flags & markdown::Link) ? style.colours.accent
                                                                 : style.colours.quiet);
        range.format.setFontUnderline(true);
        range.format.setUnderlineColor(style.colours.line.darker(style.colours.dark ? 60 : 130));
    }
    return range;
}

QTextLayout::FormatRange ground(int start, int length, const QColor& colour) {
    QTextLayout::FormatRange range;
    range.start = start;
    range.length = length;
    range.format.setBackground(colour);
    return range;
}

const QFont& fontOf(const markdown::Block& block, const TextStyle& style) {
    if (block.kind != markdown::BlockKind::Heading) return style.body;
    return style.headings[static_cast<std::size_t>(std::clamp(block.level, 1, 3) - 1)];
}

int lineHeightOf(const markdown::Block& block, const TextStyle& style) {
    if (block.kind != markdown::BlockKind::Heading) return style.bodyLine;
    return static_cast<int>(std::lround(QFontMetricsF(fontOf(block, style)).height() * 1.2));
}

}  // namespace

std::vector<int> occurrences(const QString& text, const QString& needle) {
    std::vector<int> found;
    if (needle.isEmpty()) return found;
    for (qsizetype at = text.indexOf(needle, 0, Qt::CaseInsensitive); at >= 0;
         at = text.indexOf(needle, at + needle.size(), Qt::CaseInsensitive))
        found.push_back(static_cast<int>(at));
    return found;
}

int RichLayout::layOut(const RichText& rich, const TextStyle& style, const QFont& font, int width,
                       int lineHeight, Qt::Alignment alignment) {
    layout_ = std::make_unique<QTextLayout>(rich.text, font);
    QTextOption option(alignment);
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout_->setTextOption(option);
    layout_->setCacheEnabled(true);
    QList<QTextLayout::FormatRange> formats;
    for (const Span& span : rich.spans) formats.append(format(span, style, font));
    layout_->setFormats(formats);
    double y = 0;
    layout_->beginLayout();
    for (QTextLine line = layout_->createLine(); line.isValid(); line = layout_->createLine()) {
        line.setLineWidth(std::max(width, 16));
        const double height = std::max(line.height(), static_cast<double>(lineHeight));
        line.setPosition(QPointF(0, std::floor(y + (height - line.height()) / 2)));
        y += std::ceil(height);
    }
    layout_->endLayout();
    return static_cast<int>(std::ceil(y));
}

std::vector<QRect> RichLayout::rectsOf(int start, int length) const {
    std::vector<QRect> rects;
    if (!layout_) return rects;
    for (int i = 0; i < layout_->lineCount(); ++i) {
        const QTextLine line = layout_->lineAt(i);
        const int from = std::max(start, line.textStart());
        const int to = std::min(start + length, line.textStart() + line.textLength());
        if (from >= to) continue;
        const double left = line.cursorToX(from);
        const double right = line.cursorToX(to);
        rects.push_back(
            QRectF(std::min(left, right), line.y(), std::abs(right - left), line.height()).toAlignedRect());
    }
    return rects;
}

void RichLayout::paintCodeGrounds(const BoxPaint& p, const RichText& rich, const QPoint& at) const {
    p.painter.setPen(Qt::NoPen);
    p.painter.setBrush(p.style.colours.dark ? p.style.colours.line : p.style.colours.hover);
    for (const Span& span : rich.spans) {
        if (!(span.flags & markdown::Code)) continue;
        for (const QRect& rect : rectsOf(span.start, span.length))
            p.painter.drawRoundedRect(rect.translated(at).adjusted(-1, 1, 1, -1), 4, 4);
    }
}

void RichLayout::paint(const BoxPaint& p, const RichText& rich, const QPoint& at, int firstOffset) const {
    if (!layout_) return;
    paintCodeGrounds(p, rich, at);
    QList<QTextLayout::FormatRange> grounds;
    for (const int start : occurrences(rich.text, p.find))
        grounds.append(ground(
            start, static_cast<int>(p.find.size()),
            firstOffset + start == p.findCurrent ? p.style.colours.findCurrent : p.style.colours.find));
    const int length = static_cast<int>(rich.text.size());
    const int from = std::clamp(p.selectFrom - firstOffset, 0, length);
    const int to = std::clamp(p.selectTo - firstOffset, 0, length);
    if (from < to) grounds.append(ground(from, to - from, p.style.colours.selection));
    p.painter.setPen(p.style.colours.text);
    layout_->draw(&p.painter, at, grounds, QRectF(p.clip));
}

int RichLayout::offsetAt(const QPoint& point) const {
    if (!layout_ || layout_->lineCount() == 0) return 0;
    for (int i = 0; i < layout_->lineCount(); ++i) {
        const QTextLine line = layout_->lineAt(i);
        const bool last = i + 1 == layout_->lineCount();
        if (last || point.y() < layout_->lineAt(i + 1).y()) return line.xToCursor(point.x());
    }
    return 0;
}

QRect RichLayout::rectOf(int offset) const {
    if (!layout_) return {};
    const QTextLine line = layout_->lineForTextPosition(offset);
    if (!line.isValid()) return {};
    return QRectF(line.cursorToX(offset), line.y(), 1, line.height()).toAlignedRect();
}

int RichLayout::naturalWidth() const {
    double widest = 0;
    for (int i = 0; layout_ && i < layout_->lineCount(); ++i)
        widest = std::max(widest, layout_->lineAt(i).naturalTextWidth());
    return static_cast<int>(std::ceil(widest));
}

int TextBox::estimate(const TextStyle& style, int width) const {
    const double charWidth = style.bodyChar * lineHeightOf(block(), style) / style.bodyLine;
    const double lines =
        std::ceil(static_cast<double>(block().text.text.size()) * charWidth / std::max(width, 16));
    return std::max(1, static_cast<int>(lines)) * lineHeightOf(block(), style);
}

int TextBox::layOut(const TextStyle& style, int width) {
    return layout_.layOut(block().text, style, fontOf(block(), style), width, lineHeightOf(block(), style));
}

void TextBox::paint(const BoxPaint& p) const {
    layout_.paint(p, block().text, QPoint(), 0);
}

std::vector<BoxLink> TextBox::links() const {
    std::vector<BoxLink> links;
    const RichText& rich = block().text;
    int previous = -1;
    for (const Span& span : rich.spans) {
        if (span.link < 0) continue;
        // The words and the address behind them are one control.
        if (span.link != previous) links.push_back({rich.links[static_cast<std::size_t>(span.link)], {}});
        previous = span.link;
        for (const QRect& rect : layout_.rectsOf(span.start, span.length)) links.back().rects.push_back(rect);
    }
    return links;
}

void RuleBox::paint(const BoxPaint& p) const {
    p.painter.fillRect(0, 8, width_, 1, p.style.colours.line);
}

}  // namespace sidewinder::ui
