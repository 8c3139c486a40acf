#include <QLocale>
#include <QPaintEvent>
#include <QPainter>

#include <algorithm>
#include <tuple>

#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {

void TranscriptView::paintEvent(QPaintEvent* event) {
    QPainter painter(viewport());
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(event->rect(), style_.colours.window);
    const int top = scrollY();
    const QRect visible = event->rect().translated(-columnLeft(), top);  // the column's coordinates
    painter.translate(columnLeft(), -top);
    const auto first = std::upper_bound(items_.begin(), items_.end(), visible.top(),
                                        [](int y, const auto& item) { return y < item->top(); });
    int index = std::max(0, static_cast<int>(first - items_.begin()) - 1);
    for (; index < messageCount() && at(index).top() <= visible.bottom(); ++index) {
        painter.save();
        painter.translate(0, at(index).top());
        paintItem(painter, index, visible.translated(0, -at(index).top()));
        painter.restore();
    }
}

void TranscriptView::paintItem(QPainter& painter, int index, const QRect& visible) {
    const MessageItem& item = at(index);
    if (item.editorHeight() > 0) return;
    if (item.isUser()) {
        painter.setPen(Qt::NoPen);
        painter.setBrush(style_.colours.bubble);
        painter.drawRoundedRect(item.bubble(), 16, 16);
    }
    paintBoxes(painter, index, visible);
    if (!item.isUser() && item.boxes().empty() && item.view().status == MessageStatus::Streaming)
        paintWaiting(painter, item);
    if (!item.errorRect().isEmpty()) paintError(painter, item);
    paintChrome(painter, index);
    paintControls(painter, index, visible.top());
}

void TranscriptView::paintBoxes(QPainter& painter, int index, const QRect& visible) {
    const MessageItem& item = at(index);
    const Place current = finder_.current();
    const auto& boxes = item.boxes();
    for (int b = std::max(0, item.slotAt(visible.top())); b < static_cast<int>(boxes.size()); ++b) {
        const MessageItem::Slot& slot = boxes[static_cast<std::size_t>(b)];
        if (slot.top > visible.bottom()) break;
        const markdown::Block& block = slot.box->block();
        painter.setPen(Qt::NoPen);
        painter.setBrush(style_.colours.line);
        const int indent = block.listDepth * style_.listIndent;
        for (int depth = 0; depth < block.quoteDepth; ++depth)
            painter.drawRoundedRect(slot.left - indent - (depth + 1) * metric::quoteIndent, slot.top - 4, 3,
                                    slot.height + 8, 1.5, 1.5);
        if (!block.marker.isEmpty()) {
            painter.setFont(style_.body);
            painter.setPen(style_.colours.quiet);
            painter.drawText(
                QRect(slot.left - style_.listIndent, slot.top, style_.listIndent - 7, style_.bodyLine),
                Qt::AlignRight | Qt::AlignVCenter, block.marker);
        }
        BoxPaint paint{painter, style_, visible.translated(-slot.left, -slot.top), 0, 0, {}, -1, false};
        paint.clip.setBottom(std::min(paint.clip.bottom(), slot.height));
        paint.clip.setTop(std::max(paint.clip.top(), 0));
        if (!selection_.isEmpty()) {
            const int length = static_cast<int>(slot.box->text().size());
            std::tie(paint.selectFrom, paint.selectTo) = selection_.within(index, b, length);
        }
        if (findVisible_) paint.find = finder_.query();
        if (current.item == index && current.block == b) paint.findCurrent = current.offset;
        paint.hovered = dragBox_ == slot.box.get();
        painter.save();
        painter.translate(slot.left, slot.top);
        slot.box->paint(paint);
        painter.restore();
    }
}

void TranscriptView::paintWaiting(QPainter& painter, const MessageItem& item) {
    const int y = metric::messageGap;
    painter.setPen(Qt::NoPen);
    painter.setBrush(style_.colours.accent);
    painter.drawEllipse(QPointF(5, y + style_.bodyLine / 2.0), 4, 4);
    painter.setFont(style_.body);
    painter.setPen(style_.colours.quiet);
    const QString sentence = progress_.isEmpty() ? tr("Thinking…") : progress_;
    painter.drawText(QRect(18, y, columnWidth() - 18, style_.bodyLine), Qt::AlignVCenter | Qt::AlignLeft,
                     sentence);
    Q_UNUSED(item)
}

void TranscriptView::paintError(QPainter& painter, const MessageItem& item) {
    const QRect rect = item.errorRect();
    painter.setPen(Qt::NoPen);
    painter.setBrush(style_.colours.dangerSoft);
    painter.drawRoundedRect(rect, metric::radius, metric::radius);
    theme_.iconIn("warning", style_.colours.danger)
        .paint(&painter, QRect(rect.left() + 11, rect.top() + 10, 20, 20));
    painter.setFont(style_.body);
    painter.setPen(style_.colours.text);
    painter.drawText(rect.adjusted(40, 11, -110, -11), Qt::TextWordWrap | Qt::AlignLeft, item.view().error);
}

QString TranscriptView::statsText(const MessageItem& item) const {
    const MessageView& view = item.view();
    if (item.isUser() || view.status == MessageStatus::Streaming) return {};
    QStringList parts;
    if (view.status == MessageStatus::Stopped) parts << tr("Stopped");
    const QLocale locale;
    if (view.stats.tokensWritten > 0)
        parts << tr("%Ln tokens", nullptr, static_cast<int>(view.stats.tokensWritten));
    if (view.stats.tokensPerSecond > 0)
        parts << tr("%1 tokens/s").arg(locale.toString(view.stats.tokensPerSecond, 'f', 1));
    if (view.stats.timeToFirstToken >= 0)
        parts << tr("first after %1 s").arg(locale.toString(view.stats.timeToFirstToken, 'f', 2));
    return parts.join(QStringLiteral("  ·  "));
}

/// What belongs to a message without being text: focus ring, figures, "2/3".
void TranscriptView::paintChrome(QPainter& painter, int index) {
    const MessageItem& item = at(index);
    if (hasFocus() && keyboardFocus_ && focusItem_ == index && focusControl_ < 0) {
        painter.setPen(QPen(style_.colours.accent, 2));
        painter.setBrush(Qt::NoBrush);
        const QRect ring = item.isUser() ? item.bubble().adjusted(-4, -4, 4, 4)
                                         : QRect(-12, metric::messageGap - 8, columnWidth() + 24,
                                                 item.contentBottom() - metric::messageGap + 16);
        painter.drawRoundedRect(ring, 16, 16);
    }
    painter.setFont(style_.small);
    painter.setPen(style_.colours.quiet);
    const MessageView& view = item.view();
    const QRect label = siblingLabelRect(item, style_);
    if (!label.isEmpty())
        painter.drawText(label, Qt::AlignCenter,
                         QStringLiteral("%1/%2").arg(view.siblingIndex + 1).arg(view.siblingCount));
    const bool near = index == hoverItem_ || index == focusItem_ || index == messageCount() - 1;
    if (near || view.status == MessageStatus::Stopped)
        painter.drawText(statsRect(item, style_), Qt::AlignVCenter | Qt::AlignLeft, statsText(item));
}

void TranscriptView::paintControls(QPainter& painter, int index, int top) {
    ControlContext context;
    context.engineFree = engineFree_;
    context.visibleTop = top;
    context.visibleBottom = top + viewport()->height();
    context.onlyVisible = true;
    const bool near = index == hoverItem_ || index == focusItem_ || index == messageCount() - 1;
    const bool focusHere = hasFocus() && focusItem_ == index && focusControl_ >= 0;
    std::optional<Control> focused;
    if (focusHere) {
        const auto all = controls(index);
        if (focusControl_ < static_cast<int>(all.size()))
            focused = all[static_cast<std::size_t>(focusControl_)];
    }
    for (const Control& control : controlsOf(at(index), index, style_, context)) {
        const bool always = control.kind == Control::Kind::CopyCode || control.kind == Control::Kind::Retry ||
                            control.kind == Control::Kind::PreviousSibling ||
                            control.kind == Control::Kind::NextSibling ||
                            control.kind == Control::Kind::OpenLink;
        if (near || always) paintControl(painter, control, focused && focused->same(control));
    }
}

void TranscriptView::paintControl(QPainter& painter, const Control& control, bool focused) {
    const QRect rect = control.bounds();
    const bool hover = control.enabled && hovered_ && hovered_->same(control);
    const bool down = hover && pressed_ && pressed_->same(control);
    painter.setPen(Qt::NoPen);
    if (control.kind != Control::Kind::OpenLink && (hover || down)) {
        painter.setBrush(down ? style_.colours.pressed : style_.colours.hover);
        painter.drawRoundedRect(rect, 7, 7);
    }
    if (focused) {
        painter.setPen(QPen(style_.colours.accent, 2));
        painter.setBrush(Qt::NoBrush);
        for (const QRect& part : control.rects) painter.drawRoundedRect(part, 7, 7);
    }
    if (control.kind == Control::Kind::Retry) {
        painter.setFont(style_.strong);
        painter.setPen(control.enabled ? style_.colours.danger : style_.colours.quiet);
        painter.drawText(rect, Qt::AlignCenter, control.name);
    } else if (control.icon()) {
        const bool copied = copied_ && copied_->same(control);
        const QColor colour = copied  ? style_.colours.accent
                              : hover ? style_.colours.text
                                      : style_.colours.quiet;
        const QIcon icon = theme_.iconIn(copied ? "check" : control.icon(), colour);
        icon.paint(&painter, rect.adjusted(5, 5, -5, -5), Qt::AlignCenter,
                   control.enabled ? QIcon::Normal : QIcon::Disabled);
    }
}

}  // namespace sidewinder::ui
