#include <QAccessible>
#include <QKeyEvent>
#include <QScrollBar>

#include <algorithm>

#include "ui/transcript/transcript_accessible.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {

void TranscriptView::focusMessage(int index, int control) {
    if (items_.empty()) return;
    focusItem_ = std::clamp(index, 0, messageCount() - 1);
    revealMessage(focusItem_);
    const auto all = controls(focusItem_);
    focusControl_ = control < static_cast<int>(all.size()) ? control : -1;
    keyboardFocus_ = true;
    if (focusControl_ >= 0) {
        const QRect rect = controlRect(all[static_cast<std::size_t>(focusControl_)]);
        if (rect.top() < 0 || rect.bottom() > viewport()->height())
            scrollTo(scrollY() + rect.top() - viewport()->height() / 2);
    }
    announceFocus(*this);
    viewport()->update();
}

void TranscriptView::moveFocus(int delta) {
    if (items_.empty()) return;
    if (focusItem_ < 0) return focusMessage(messageCount() - 1);
    // A message taller than the view is walked through before it is left.
    const QRect rect = messageRect(focusItem_);
    const bool moreBelow = rect.bottom() > viewport()->height() && delta > 0;
    const bool moreAbove = rect.top() < 0 && delta < 0;
    if (moreBelow || moreAbove) {
        verticalScrollBar()->setValue(scrollY() + delta * 3 * style_.bodyLine);
        return;
    }
    if (focusItem_ + delta < 0 || focusItem_ + delta >= messageCount()) return;
    focusMessage(focusItem_ + delta);
}

void TranscriptView::keyPressEvent(QKeyEvent* event) {
    if (event->matches(QKeySequence::Copy)) return copySelection();
    if (event->matches(QKeySequence::SelectAll)) return selectAll();
    QScrollBar* bar = verticalScrollBar();
    switch (event->key()) {
        case Qt::Key_Up:
            return moveFocus(-1);
        case Qt::Key_Down:
            return moveFocus(+1);
        case Qt::Key_PageUp:
            return bar->triggerAction(QScrollBar::SliderPageStepSub);
        case Qt::Key_PageDown:
            return bar->triggerAction(QScrollBar::SliderPageStepAdd);
        case Qt::Key_Home:
            return bar->setValue(0);
        case Qt::Key_End:
            return jumpToLatest();
        case Qt::Key_Left:
        case Qt::Key_Right:
            if (focusItem_ >= 0 && focusControl_ >= 0) {
                const Control control = controls(focusItem_)[static_cast<std::size_t>(focusControl_)];
                if (control.block < 0) return;
                BlockBox& box = *at(focusItem_).boxes()[static_cast<std::size_t>(control.block)].box;
                box.setSideways(box.sideways() + (event->key() == Qt::Key_Left ? -60 : 60));
                viewport()->update();
            }
            return;
        case Qt::Key_Return:
        case Qt::Key_Enter:
        case Qt::Key_Space: {
            if (focusItem_ < 0 || focusControl_ < 0) break;
            const auto all = controls(focusItem_);
            if (focusControl_ < static_cast<int>(all.size()))
                activate(all[static_cast<std::size_t>(focusControl_)]);
            return;
        }
        default:
            break;
    }
    event->ignore();
}

/// Tab walks message, then its controls, then leaves the transcript; Up and Down change the message.
bool TranscriptView::focusNextPrevChild(bool next) {
    if (!hasFocus() || items_.empty() || focusItem_ < 0) return QAbstractScrollArea::focusNextPrevChild(next);
    const auto all = controls(focusItem_);
    int target = focusControl_;
    do {
        target += next ? 1 : -1;
    } while (target >= 0 && target < static_cast<int>(all.size()) &&
             !all[static_cast<std::size_t>(target)].enabled);
    if (target < -1 || target >= static_cast<int>(all.size()))
        return QAbstractScrollArea::focusNextPrevChild(next);
    focusMessage(focusItem_, target);
    return true;
}

void TranscriptView::focusInEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusInEvent(event);
    const bool byKey = event->reason() == Qt::TabFocusReason || event->reason() == Qt::BacktabFocusReason;
    keyboardFocus_ = byKey;
    if (byKey && !items_.empty()) focusMessage(focusItem_ < 0 ? messageCount() - 1 : focusItem_);
    viewport()->update();
}

void TranscriptView::focusOutEvent(QFocusEvent* event) {
    QAbstractScrollArea::focusOutEvent(event);
    focusControl_ = -1;
    viewport()->update();
}

}  // namespace sidewinder::ui
