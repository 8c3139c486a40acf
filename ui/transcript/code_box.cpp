#include "ui/transcript/code_box.h"

#include <QCoreApplication>
#include <QPainterPath>
#include <QTextLayout>

#include <algorithm>
#include <cmath>

namespace sidewinder::ui {
namespace {

constexpr int longestLine = 1024;  // columns; a longer line goes on in the next row
constexpr int tabColumns = 4;

int columnsOf(QChar c, int column) {
    if (c == u'\t') return tabColumns - column % tabColumns;
    if (c.isLowSurrogate() || c.category() == QChar::Mark_NonSpacing) return 0;
    return c.unicode() >= 0x1100 && (c.unicode() <= 0x115f || c.unicode() >= 0x2e80) ? 2 : 1;
}

/// The layout of one line: made when it is painted or pointed at, gone afterwards.
class LineLayout {
  public:
    LineLayout(QStringView text, const QFont& font, double charWidth) : layout_(text.toString(), font) {
        QTextOption option;
        option.setWrapMode(QTextOption::NoWrap);
        option.setTabStopDistance(charWidth * tabColumns);
        layout_.setTextOption(option);
        layout_.beginLayout();
        line_ = layout_.createLine();
        if (line_.isValid()) line_.setLineWidth(1e7);
        layout_.endLayout();
    }
    QTextLayout& layout() { return layout_; }
    const QTextLine& line() const { return line_; }

  private:
    QTextLayout layout_;
    QTextLine line_;
};

}  // namespace

void CodeBox::readLines() const {
    const QString& code = block().code;
    if (scanned_ > code.size()) {
        lines_.clear();
        scanned_ = column_ = widest_ = 0;
    }
    if (lines_.empty()) lines_.push_back(0);
    for (; scanned_ < code.size(); ++scanned_) {
        const QChar c = code[scanned_];
        if (c == u'\n') {
            lines_.push_back(scanned_ + 1);
            column_ = 0;
            continue;
        }
        if (column_ >= longestLine && !c.isLowSurrogate()) {
            lines_.push_back(scanned_);
            column_ = 0;
        }
        column_ += columnsOf(c, column_);
        widest_ = std::max(widest_, column_);
    }
}

QStringView CodeBox::line(int index) const {
    const auto i = static_cast<std::size_t>(index);
    const int start = lines_[i];
    const int end = i + 1 < lines_.size() ? lines_[i + 1] : static_cast<int>(block().code.size());
    QStringView view = QStringView(block().code).mid(start, end - start);
    if (view.endsWith(u'\n')) view.chop(1);
    return view;
}

int CodeBox::height() const {
    return metric::codeHead + 2 * metric::codePad + lineCount() * lineHeight_ +
           (sidewaysMaximum() > 0 ? metric::codeScroll : 0);
}

int CodeBox::estimate(const TextStyle& style, int width) const {
    readLines();
    const bool scrolls = widest_ * style.codeChar > width - 2 * (metric::codePad + 4);
    return metric::codeHead + 2 * metric::codePad + lineCount() * style.codeLine +
           (scrolls ? metric::codeScroll : 0);
}

int CodeBox::layOut(const TextStyle& style, int width) {
    readLines();
    width_ = width;
    lineHeight_ = style.codeLine;
    charWidth_ = style.codeChar;
    font_ = style.mono;
    laidOut_ = true;
    setSideways(sideways_);
    return height();
}

void CodeBox::grown() {
    readLines();
    laidOut_ = false;
}

int CodeBox::viewWidth() const {
    return width_ - 2 * (metric::codePad + 4);
}

int CodeBox::sidewaysMaximum() const {
    return std::max(0, static_cast<int>(std::ceil(widest_ * charWidth_)) - viewWidth());
}

void CodeBox::setSideways(int pixels) {
    sideways_ = std::clamp(pixels, 0, sidewaysMaximum());
}

int CodeBox::headTop(int visibleTop) const {
    return std::clamp(visibleTop, 0,
                      std::max(0, height() - metric::codeHead - lineHeight_ - metric::codePad));
}

int CodeBox::lineAtY(int y) const {
    return std::clamp((y - metric::codeHead - metric::codePad) / lineHeight_, 0, lineCount() - 1);
}

int CodeBox::offsetAt(const QPoint& point) const {
    if (lines_.empty()) return 0;
    const int index = lineAtY(point.y());
    LineLayout layout(line(index), font_, charWidth_);
    const int x = point.x() - metric::codePad - 4 + sideways_;
    const int inLine = layout.line().isValid() ? layout.line().xToCursor(x) : 0;
    return lines_[static_cast<std::size_t>(index)] + inLine;
}

QRect CodeBox::rectOf(int offset) const {
    if (lines_.empty()) return {};
    const auto next = std::upper_bound(lines_.begin(), lines_.end(), offset);
    const int index = static_cast<int>(next - lines_.begin()) - 1;
    LineLayout layout(line(index), font_, charWidth_);
    const int inLine = offset - lines_[static_cast<std::size_t>(index)];
    const double x = layout.line().isValid() ? layout.line().cursorToX(inLine) : 0;
    return {metric::codePad + 4 - sideways_ + static_cast<int>(x),
            metric::codeHead + metric::codePad + index * lineHeight_, 1, lineHeight_};
}

QRect CodeBox::scrollHandle() const {
    const int maximum = sidewaysMaximum();
    if (maximum == 0) return {};
    const int track = width_ - 2 * metric::codePad;
    const int handle = std::max(32, track * viewWidth() / (viewWidth() + maximum));
    const int x = metric::codePad + (track - handle) * sideways_ / maximum;
    return {x, height() - metric::codeScroll - 2, handle, 6};
}

void CodeBox::paint(const BoxPaint& p) const {
    if (!laidOut_) return;
    paintGround(p);
    p.painter.save();
    p.painter.setClipRect(QRect(metric::codePad, 0, width_ - 2 * metric::codePad, height()),
                          Qt::IntersectClip);
    const int first = lineAtY(p.clip.top());
    const int last = lineAtY(p.clip.bottom());
    for (int i = first; i <= last; ++i) paintLine(p, i);
    p.painter.restore();
    paintHead(p);
    paintScrollBar(p);
}

void CodeBox::paintGround(const BoxPaint& p) const {
    p.painter.setPen(QPen(p.style.colours.line, 1));
    p.painter.setBrush(p.style.colours.code);
    p.painter.drawRoundedRect(QRectF(0.5, 0.5, width_ - 1, height() - 1), metric::radius, metric::radius);
}

void CodeBox::paintLine(const BoxPaint& p, int index) const {
    const int start = lines_[static_cast<std::size_t>(index)];
    const QStringView text = line(index);
    const int length = static_cast<int>(text.size());
    const int y = metric::codeHead + metric::codePad + index * lineHeight_;
    LineLayout layout(text, font_, charWidth_);
    if (!layout.line().isValid()) return;
    const double left = metric::codePad + 4 - sideways_;
    const auto fill = [&](int from, int to, const QColor& colour, int extra) {
        const double x = layout.line().cursorToX(from);
        p.painter.fillRect(QRectF(left + x, y, layout.line().cursorToX(to) - x + extra, lineHeight_), colour);
    };
    for (const int at : occurrences(text.toString(), p.find))
        fill(at, at + static_cast<int>(p.find.size()),
             start + at == p.findCurrent ? p.style.colours.findCurrent : p.style.colours.find, 0);
    const int from = std::clamp(p.selectFrom - start, 0, length);
    const int to = std::clamp(p.selectTo - start, 0, length);
    const bool withBreak = p.selectFrom <= start + length && p.selectTo > start + length;
    if (from < to || (withBreak && p.selectFrom < p.selectTo))
        fill(from, to, p.style.colours.selection, withBreak ? 6 : 0);
    p.painter.setPen(p.style.colours.text);
    const double drop = std::floor((lineHeight_ - layout.line().height()) / 2);
    layout.layout().draw(&p.painter, QPointF(left, y + drop));
}

void CodeBox::paintHead(const BoxPaint& p) const {
    const int top = headTop(p.clip.top());
    p.painter.save();
    QPainterPath shape;
    const QRectF rect(0.5, top + 0.5, width_ - 1, metric::codeHead - 1);
    if (top == 0) {
        shape.setFillRule(Qt::WindingFill);
        shape.addRoundedRect(rect, metric::radius, metric::radius);
        shape.addRect(rect.adjusted(0, metric::radius, 0, 0));
    } else {
        shape.addRect(rect);
    }
    p.painter.setPen(Qt::NoPen);
    p.painter.fillPath(shape.simplified(), p.style.colours.codeHead);
    p.painter.setPen(QPen(p.style.colours.line, 1));
    p.painter.setBrush(Qt::NoBrush);
    p.painter.drawPath(shape.simplified());
    p.painter.setFont(p.style.small);
    p.painter.setPen(p.style.colours.quiet);
    const QString name =
        block().language.isEmpty() ? QCoreApplication::translate("Transcript", "text") : block().language;
    p.painter.drawText(QRect(metric::codePad + 4, top, width_ - 120, metric::codeHead),
                       Qt::AlignVCenter | Qt::AlignLeft, name);
    p.painter.restore();
}

void CodeBox::paintScrollBar(const BoxPaint& p) const {
    const QRect handle = scrollHandle();
    if (handle.isEmpty()) return;
    p.painter.setPen(Qt::NoPen);
    p.painter.setBrush(p.hovered ? p.style.colours.quiet : p.style.colours.pressed);
    p.painter.drawRoundedRect(handle, 3, 3);
}

}  // namespace sidewinder::ui
