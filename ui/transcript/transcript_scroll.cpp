#include <QScrollBar>
#include <QToolButton>

#include <algorithm>

#include "ui/transcript/code_box.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {
namespace {
constexpr int topPad = 12;
constexpr int bottomPad = 16;
constexpr int underFindBar = 64;
constexpr int nearEnd = 6;  // pixels from the end that still count as the end
}  // namespace

int TranscriptView::columnWidth() const {
    return std::clamp(width() - 2 * metric::margin, 120, metric::column);
}

/// In the middle of the whole view, scroll bar or not: the composer beneath has the same edges.
int TranscriptView::columnLeft() const {
    return std::max(metric::margin, (width() - columnWidth()) / 2);
}

int TranscriptView::scrollY() const {
    return verticalScrollBar()->value();
}

void TranscriptView::updateTops() {
    int y = topPad;
    for (const auto& item : items_) {
        item->setTop(y);
        y += item->height(style_);
    }
}

bool TranscriptView::measureBetween(int from, int to) {
    bool moved = false;
    int y = topPad;
    for (const auto& item : items_) {
        item->setTop(y);
        const int height = item->height(style_);
        if (y + height >= from && y <= to) moved = item->measure(style_, from - y, to - y) || moved;
        y += item->height(style_);
    }
    return moved;
}

/// Makes what can be seen exact and puts the view where it belongs: at the end while following, else where
/// the person was reading, whatever has grown above.
void TranscriptView::settle() {
    if (settling_) return;
    settling_ = true;
    const int height = viewport()->height();
    for (const auto& item : items_) item->setWidth(columnWidth());
    if (editor_) at(editing_).setEditorHeight(editor_->heightFor(columnWidth()));
    int y = 0;
    int total = 0;
    for (int pass = 0; pass < 8; ++pass) {
        updateTops();
        total = items_.empty() ? 0 : items_.back()->top() + items_.back()->height(style_) + bottomPad;
        y = following_ ? std::max(0, total - height) : std::clamp(anchorY(), 0, std::max(0, total - height));
        if (!measureBetween(y - height / 2, y + height + height / 2)) break;
    }
    QScrollBar* bar = verticalScrollBar();
    bar->setRange(0, std::max(0, total - height));
    bar->setPageStep(height);
    bar->setValue(y);
    if (++settled_ % 64 == 0) releaseFar(y);
    settling_ = false;
    placeOverlays();
    viewport()->update();
}

void TranscriptView::releaseFar(int y) {
    const int height = viewport()->height();
    for (const auto& item : items_)
        if (item->isParsed())
            item->releaseOutside(y - 4 * height - item->top(), y + 5 * height - item->top());
}

void TranscriptView::rememberAnchor(int y) {
    anchor_ = {};
    const int index = itemAt(y);
    if (index < 0) return;
    const MessageItem& item = at(index);
    const int block = item.isParsed() && item.editorHeight() == 0 ? item.slotAt(y - item.top()) : -1;
    const int top = item.top() + (block >= 0 ? item.boxes()[static_cast<std::size_t>(block)].top : 0);
    anchor_ = {index, block, y - top};
}

int TranscriptView::anchorY() const {
    if (anchor_.item >= messageCount()) return 0;
    if (items_.empty()) return 0;
    const MessageItem& item = at(anchor_.item);
    int top = item.top();
    if (anchor_.block >= 0 && anchor_.block < static_cast<int>(item.boxes().size()))
        top += item.boxes()[static_cast<std::size_t>(anchor_.block)].top;
    return top + anchor_.distance;
}

void TranscriptView::scrolledByUser(int value) {
    if (settling_) return;
    following_ = value >= verticalScrollBar()->maximum() - nearEnd;
    rememberAnchor(value);
    settle();
}

void TranscriptView::scrollTo(int y) {
    following_ = false;
    rememberAnchor(y);
    settle();
}

void TranscriptView::jumpToLatest() {
    following_ = true;
    settle();
    if (latest_->hasFocus()) setFocus(Qt::OtherFocusReason);
}

void TranscriptView::revealMessage(int index) {
    for (int pass = 0; pass < 2; ++pass) {  // the first one measures what is near
        const int top = at(index).top();
        const int bottom = top + at(index).height(style_);
        const int height = viewport()->height();
        if (top >= scrollY() && bottom <= scrollY() + height) return;
        const bool tall = bottom - top > height;
        scrollTo(tall || top < scrollY() ? top : bottom - height + 12);
    }
}

void TranscriptView::reveal(const Place& place) {
    if (!place.isValid() || place.item >= messageCount()) return;
    MessageItem& item = at(place.item);
    item.parse(style_);
    updateTops();
    if (place.block >= static_cast<int>(item.boxes().size())) return;
    const auto block = static_cast<std::size_t>(place.block);
    const int height = viewport()->height();
    for (int pass = 0; pass < 3; ++pass) {
        const int blockTop = item.boxes()[block].top;
        item.measure(style_, blockTop, blockTop + 1);
        updateTops();
        const MessageItem::Slot& slot = item.boxes()[block];
        const QRect rect = slot.box->rectOf(place.offset);
        const int y = item.top() + slot.top + rect.top();
        if (rect.left() < 0 || rect.right() > slot.width - 40)
            slot.box->setSideways(slot.box->sideways() + rect.left() - slot.width / 2);
        if (y >= scrollY() + underFindBar && y + rect.height() <= scrollY() + height - 24) break;
        scrollTo(std::max(0, y - height / 3));
    }
    viewport()->update();
}

void TranscriptView::placeOverlays() {
    const bool away = !following_ && verticalScrollBar()->maximum() - scrollY() > 160;
    if (latest_->isVisibleTo(this) != away) latest_->setVisible(away);
    if (away) {
        latest_->adjustSize();
        latest_->move((viewport()->width() - latest_->width()) / 2,
                      viewport()->height() - latest_->height() - 12);
        latest_->raise();
    }
    if (editor_) {
        const MessageItem& item = at(editing_);
        editor_->setGeometry(columnLeft(), item.top() + metric::messageGap - scrollY(), columnWidth(),
                             item.editorHeight());
    }
}

void TranscriptView::resizeEvent(QResizeEvent* event) {
    QAbstractScrollArea::resizeEvent(event);
    settle();
}

}  // namespace sidewinder::ui
