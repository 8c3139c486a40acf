#include "ui/transcript/message_item.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "ui/markdown/parser.h"

namespace sidewinder::ui {
namespace {

using markdown::Block;
using markdown::BlockKind;

constexpr qsizetype shortText = 1500;  // a user's text up to here shrinks its bubble to fit

int gapBetween(const Block& above, const Block& below) {
    if (below.kind == BlockKind::Heading) return below.level <= 2 ? 22 : 16;
    if (above.kind == BlockKind::Heading) return 6;
    if (below.tight && (below.listDepth > 0 || above.listDepth > 0)) return 4;
    if (below.tight) return 0;
    if (above.listDepth > 0 && below.listDepth > 0) return 8;
    return 12;
}

}  // namespace

MessageItem::MessageItem(MessageView view) : view_(std::move(view)) {}

void MessageItem::setView(const MessageView& view, const TextStyle& style) {
    flush(style);
    const bool sameText = view_.text == view.text && view_.role == view.role;
    const bool finished = view_.status == MessageStatus::Streaming && view.status != MessageStatus::Streaming;
    view_ = view;
    placed_ = false;
    if (sameText && parsed_) {
        if (!finished || !stream_) return;
        stream_->finish();
        makeSlots(style, stream_->refresh().firstNew);
        return;
    }
    slots_.clear();
    stream_.reset();
    typed_.clear();
    parsed_ = false;
    bubbleWidth_ = 0;
}

void MessageItem::parse(const TextStyle& style) {
    if (parsed_) return;
    parsed_ = true;
    placed_ = false;
    if (isUser()) {
        typed_ = markdown::parseTyped(view_.text);
    } else {
        stream_ = std::make_unique<markdown::Stream>();
        stream_->append(view_.text);
        if (view_.status != MessageStatus::Streaming) stream_->finish();
        stream_->refresh();
    }
    makeSlots(style, 0);
}

void MessageItem::flush(const TextStyle& style) {
    if (pending_.isEmpty()) return;
    const QString delta = std::exchange(pending_, {});
    view_.text += delta;
    placed_ = false;
    if (!parsed_) return;
    if (isUser()) {
        slots_.clear();
        parsed_ = false;
        return;
    }
    const bool done = view_.status != MessageStatus::Streaming;
    stream_->append(delta);
    if (done) stream_->finish();
    const markdown::Stream::Change change = stream_->refresh();
    if (change.previousGrew && change.firstNew > 0 && change.firstNew <= slots_.size()) {
        Slot& grown = slots_[change.firstNew - 1];
        grown.box->grown();
        grown.measured = false;
        grown.height = grown.box->estimate(style, grown.width);
    }
    makeSlots(style, change.firstNew);
}

void MessageItem::makeSlots(const TextStyle& style, std::size_t firstNew) {
    slots_.resize(std::min(firstNew, slots_.size()));
    for (std::size_t i = slots_.size(); i < blocks().size(); ++i) {
        const Block& block = *blocks()[i];
        Slot slot;
        slot.box = makeBox(block);
        slot.left = block.quoteDepth * metric::quoteIndent + block.listDepth * style.listIndent;
        slots_.push_back(std::move(slot));
    }
    placed_ = false;
}

void MessageItem::setWidth(int width) {
    if (width_ == width) return;
    width_ = width;
    forgetLayout();
}

void MessageItem::forgetLayout() {
    bubbleWidth_ = 0;
    placed_ = false;
    for (Slot& slot : slots_) {
        slot.box->release();
        slot.measured = false;
        slot.height = 0;
    }
}

int MessageItem::blocksWidth() const {
    if (!isUser()) return width_;
    const int widest = width_ * 86 / 100 - 2 * metric::bubblePadX;
    return bubbleWidth_ > 0 ? std::min(bubbleWidth_, widest) : widest;
}

QRect MessageItem::bubble() const {
    const int width = blocksWidth() + 2 * metric::bubblePadX;
    return {width_ - width, metric::messageGap, width, contentBottom_ - metric::messageGap};
}

bool MessageItem::isShort() const {
    return view_.text.size() <= shortText && std::all_of(slots_.begin(), slots_.end(), [](const Slot& slot) {
               return slot.box->block().kind == BlockKind::Paragraph;
           });
}

int MessageItem::estimateUnparsed(const TextStyle& style) const {
    const double chars = static_cast<double>(view_.text.size());
    const auto breaks = static_cast<double>(view_.text.count(u'\n'));
    const double lines =
        std::max(1.0, std::ceil(chars * style.bodyChar / std::max(1, width_)) + breaks * 0.6);
    return static_cast<int>(std::min(lines * style.bodyLine, 1e8));
}

void MessageItem::place(const TextStyle& style) {
    if (std::exchange(placed_, true)) return;
    int y = metric::messageGap + (isUser() ? metric::bubblePadY : 0);
    if (editorHeight_ > 0) {
        y = metric::messageGap + editorHeight_;
    } else if (!parsed_) {
        y += estimateUnparsed(style);
    } else {
        const int width = blocksWidth();
        const int origin = isUser() ? width_ - width - metric::bubblePadX : 0;
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            Slot& slot = slots_[i];
            const Block& block = slot.box->block();
            if (i > 0) y += gapBetween(slots_[i - 1].box->block(), block);
            slot.left = origin + block.quoteDepth * metric::quoteIndent + block.listDepth * style.listIndent;
            slot.width = std::max(48, width - (slot.left - origin));
            slot.top = y;
            if (!slot.measured && slot.height == 0) slot.height = slot.box->estimate(style, slot.width);
            y += slot.height;
        }
        if (slots_.empty()) y += style.bodyLine;  // an answer that has no text yet
    }
    if (isUser() && editorHeight_ == 0) y += metric::bubblePadY;
    contentBottom_ = y;
    errorRect_ = {};
    if (view_.status == MessageStatus::Failed && !view_.error.isEmpty()) {
        const QFontMetrics metrics(style.body);
        const QRect text =
            metrics.boundingRect(QRect(0, 0, width_ - 150, 4000), Qt::TextWordWrap, view_.error);
        errorRect_ = QRect(0, y + (slots_.empty() ? -style.bodyLine : 12), width_, text.height() + 22);
        y = errorRect_.bottom() + 1;
    }
    height_ = y + metric::actions;
}

int MessageItem::height(const TextStyle& style) {
    place(style);
    return height_;
}

bool MessageItem::measure(const TextStyle& style, int from, int to) {
    parse(style);
    place(style);
    const int before = height_;
    bool moved = false;
    if (isUser() && bubbleWidth_ == 0 && editorHeight_ == 0) {
        if (isShort()) {
            int natural = 24;
            for (Slot& slot : slots_) {
                slot.box->layOut(style, slot.width);
                natural = std::max(natural, slot.box->naturalWidth() + 1);
            }
            bubbleWidth_ = natural;
        } else {
            bubbleWidth_ = width_;  // as wide as may be
        }
        placed_ = false;
        place(style);
        for (Slot& slot : slots_) slot.box->release();
    }
    for (Slot& slot : slots_) {
        if (slot.top + slot.height < from) continue;
        if (slot.top > to) break;
        if (slot.measured && slot.box->isLaidOut()) continue;
        const int height = slot.box->layOut(style, slot.width);
        slot.measured = true;
        if (height == slot.height) continue;
        slot.height = height;
        moved = true;
        placed_ = false;
        place(style);
    }
    return moved || before != height_;
}

void MessageItem::releaseOutside(int from, int to) {
    for (Slot& slot : slots_)
        if (slot.top + slot.height < from || slot.top > to) slot.box->release();
}

int MessageItem::slotAt(int y) const {
    int found = slots_.empty() ? -1 : 0;
    const auto above = std::upper_bound(slots_.begin(), slots_.end(), y,
                                        [](int value, const Slot& slot) { return value < slot.top; });
    if (above != slots_.begin()) found = static_cast<int>(above - slots_.begin()) - 1;
    return found;
}

QString MessageItem::plainText(const TextStyle& style) {
    parse(style);
    QString out;
    for (const Slot& slot : slots_) {
        if (!out.isEmpty()) out += QStringLiteral("\n\n");
        if (!slot.box->block().marker.isEmpty()) out += slot.box->block().marker + u' ';
        out += slot.box->text();
    }
    return out;
}

void MessageItem::setEditorHeight(int height) {
    if (editorHeight_ == height) return;
    editorHeight_ = height;
    placed_ = false;
}

}  // namespace sidewinder::ui
