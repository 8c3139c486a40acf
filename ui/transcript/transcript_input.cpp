#include <QContextMenuEvent>
#include <QHelpEvent>
#include <QKeyEvent>
#include <QMenu>
#include <QMouseEvent>
#include <QScrollBar>
#include <QToolTip>
#include <QWheelEvent>

#include <algorithm>

#include "ui/transcript/code_box.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {

int TranscriptView::itemAt(int documentY) const {
    const auto above = std::upper_bound(items_.begin(), items_.end(), documentY,
                                        [](int y, const auto& item) { return y < item->top(); });
    if (items_.empty()) return -1;
    return std::max(0, static_cast<int>(above - items_.begin()) - 1);
}

Place TranscriptView::placeAt(const QPoint& point) const {
    const QPoint document(point.x() - columnLeft(), point.y() + scrollY());
    const int index = itemAt(document.y());
    if (index < 0) return {};
    const MessageItem& item = at(index);
    const int block = item.slotAt(document.y() - item.top());
    if (block < 0) return {index, 0, 0};
    const MessageItem::Slot& slot = item.boxes()[static_cast<std::size_t>(block)];
    const QPoint inBox(document.x() - slot.left, document.y() - item.top() - slot.top);
    if (inBox.y() > slot.height) return {index, block, static_cast<int>(slot.box->text().size())};
    return {index, block, slot.box->offsetAt(inBox)};
}

std::vector<Control> TranscriptView::controlsFor(int index, bool onlyVisible) const {
    ControlContext context;
    context.engineFree = engineFree_;
    context.visibleTop = scrollY() - at(index).top();
    context.onlyVisible = onlyVisible;
    if (onlyVisible) context.visibleBottom = context.visibleTop + viewport()->height();
    return controlsOf(at(index), index, style_, context);
}

std::vector<Control> TranscriptView::controls(int index) const {
    return controlsFor(index, false);
}

QRect TranscriptView::controlRect(const Control& control) const {
    return control.bounds().translated(columnLeft(), at(control.item).top() - scrollY());
}

QRect TranscriptView::messageRect(int index) const {
    const MessageItem& item = at(index);
    return {columnLeft(), item.top() - scrollY() + metric::messageGap, columnWidth(),
            item.contentBottom() - metric::messageGap};
}

std::optional<Control> TranscriptView::controlAt(const QPoint& point) const {
    const QPoint document(point.x() - columnLeft(), point.y() + scrollY());
    const int index = itemAt(document.y());
    if (index < 0) return std::nullopt;
    const QPoint inItem(document.x(), document.y() - at(index).top());
    for (const Control& control : controlsFor(index, true))
        for (const QRect& rect : control.rects)
            if (rect.contains(inItem)) return control;
    return std::nullopt;
}

BlockBox* TranscriptView::codeUnder(const QPoint& point, QPoint* inBox) const {
    const QPoint document(point.x() - columnLeft(), point.y() + scrollY());
    const int index = itemAt(document.y());
    if (index < 0) return nullptr;
    const MessageItem& item = at(index);
    const int block = item.slotAt(document.y() - item.top());
    if (block < 0) return nullptr;
    const MessageItem::Slot& slot = item.boxes()[static_cast<std::size_t>(block)];
    *inBox = QPoint(document.x() - slot.left, document.y() - item.top() - slot.top);
    if (inBox->y() > slot.height || slot.box->sidewaysMaximum() == 0) return nullptr;
    return slot.box.get();
}

bool TranscriptView::scrollCodeSideways(const QPoint& point, int delta) {
    QPoint inBox;
    BlockBox* box = codeUnder(point, &inBox);
    if (!box || delta == 0) return false;
    box->setSideways(box->sideways() - delta);
    viewport()->update();
    return true;
}

void TranscriptView::updateHover(const QPoint& point) {
    const auto control = controlAt(point);
    const int item = viewport()->rect().contains(point) ? itemAt(point.y() + scrollY()) : -1;
    const bool changed = item != hoverItem_ || control.has_value() != hovered_.has_value() ||
                         (control && !control->same(*hovered_));
    hoverItem_ = item;
    hovered_ = control;
    if (control && control->enabled) {
        viewport()->setCursor(Qt::PointingHandCursor);
    } else {
        const int x = point.x() - columnLeft();
        viewport()->setCursor(item >= 0 && x >= 0 && x <= columnWidth() ? Qt::IBeamCursor : Qt::ArrowCursor);
    }
    if (changed) viewport()->update();
}

void TranscriptView::mousePressEvent(QMouseEvent* event) {
    if (event->button() != Qt::LeftButton) return;
    keyboardFocus_ = false;
    pressed_ = controlAt(event->pos());
    if (pressed_) {
        viewport()->update();
        return;
    }
    QPoint inBox;
    if (BlockBox* box = codeUnder(event->pos(), &inBox)) {
        const auto* code = static_cast<const CodeBox*>(box);
        if (code->scrollHandle().adjusted(0, -6, 0, 6).contains(inBox)) {
            dragBox_ = box;
            dragStart_ = event->pos().x();
            return;
        }
    }
    selecting_ = true;
    selection_.anchor = selection_.cursor = placeAt(event->pos());
    viewport()->update();
}

void TranscriptView::extendSelection(const QPoint& point) {
    selection_.cursor = placeAt(point);
    viewport()->update();
}

void TranscriptView::mouseMoveEvent(QMouseEvent* event) {
    lastPointer_ = event->pos();
    if (dragBox_) {
        const auto* code = static_cast<const CodeBox*>(dragBox_);
        const int room = std::max(1, columnWidth() - code->scrollHandle().width());
        const int moved = (event->pos().x() - dragStart_) * code->sidewaysMaximum() / room;
        dragBox_->setSideways(dragBox_->sideways() + moved);
        if (moved != 0) dragStart_ = event->pos().x();
        viewport()->update();
        return;
    }
    if (!selecting_) {
        updateHover(event->pos());
        return;
    }
    extendSelection(event->pos());
    const bool outside = event->pos().y() < 0 || event->pos().y() > viewport()->height();
    if (outside && !autoScroll_.isActive()) autoScroll_.start();
    if (!outside) autoScroll_.stop();
}

void TranscriptView::mouseReleaseEvent(QMouseEvent* event) {
    autoScroll_.stop();
    selecting_ = false;
    dragBox_ = nullptr;
    const auto pressed = std::exchange(pressed_, std::nullopt);
    const auto released = controlAt(event->pos());
    if (pressed && released && pressed->same(*released)) activate(*released);
    updateHover(event->pos());
    viewport()->update();
}

void TranscriptView::mouseDoubleClickEvent(QMouseEvent* event) {
    const Place place = placeAt(event->pos());
    if (event->button() != Qt::LeftButton || !place.isValid() || controlAt(event->pos())) return;
    const auto& boxes = at(place.item).boxes();
    if (place.block >= static_cast<int>(boxes.size())) return;
    const auto [from, to] =
        wordAround(boxes[static_cast<std::size_t>(place.block)].box->text(), place.offset);
    selection_.anchor = {place.item, place.block, from};
    selection_.cursor = {place.item, place.block, to};
    viewport()->update();
}

void TranscriptView::wheelEvent(QWheelEvent* event) {
    QPoint delta = event->pixelDelta().isNull() ? event->angleDelta() / 2 : event->pixelDelta();
    if (event->modifiers() & Qt::ControlModifier) {  // zoom: the window's
        event->ignore();
        return;
    }
    if (event->modifiers() & Qt::ShiftModifier) delta = QPoint(delta.y() != 0 ? delta.y() : delta.x(), 0);
    if (std::abs(delta.x()) > std::abs(delta.y())) {
        scrollCodeSideways(event->position().toPoint(), delta.x());
        event->accept();
        return;
    }
    QAbstractScrollArea::wheelEvent(event);
    updateHover(event->position().toPoint());
}

void TranscriptView::contextMenuEvent(QContextMenuEvent* event) {
    const QPoint point = viewport()->mapFromGlobal(event->globalPos());
    const bool byKey = event->reason() == QContextMenuEvent::Keyboard;
    const int index = byKey ? focusItem_ : itemAt(point.y() + scrollY());
    auto* menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    QAction* copy = menu->addAction(theme_.icon("copy"), tr("Copy"), this, &TranscriptView::copySelection);
    copy->setEnabled(!selection_.isEmpty());
    if (index >= 0) {
        for (const Control& control : controls(index)) {
            if (control.kind == Control::Kind::OpenLink || control.kind == Control::Kind::Retry) continue;
            if (control.kind == Control::Kind::CopyCode &&
                !controlRect(control).adjusted(-800, 0, 0, 800).contains(point))
                continue;
            QAction* action = menu->addAction(theme_.icon(control.icon()), control.name, this,
                                              [this, control] { activate(control); });
            action->setEnabled(control.enabled);
        }
    }
    menu->addSeparator();
    menu->addAction(tr("Select all"), this, &TranscriptView::selectAll);
    menu->popup(event->globalPos());
}

bool TranscriptView::viewportEvent(QEvent* event) {
    if (event->type() == QEvent::Leave) {
        hoverItem_ = -1;
        hovered_.reset();
        viewport()->update();
    } else if (event->type() == QEvent::ToolTip) {
        const auto* help = static_cast<QHelpEvent*>(event);
        const auto control = controlAt(help->pos());
        if (control && control->icon())
            QToolTip::showText(help->globalPos(), control->name, viewport(), controlRect(*control));
        else
            QToolTip::hideText();
        return true;
    }
    return QAbstractScrollArea::viewportEvent(event);
}

}  // namespace sidewinder::ui
