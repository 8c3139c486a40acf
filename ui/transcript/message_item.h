#pragma once

#include <QRect>

#include <memory>
#include <vector>

#include "ui/markdown/stream.h"
#include "ui/transcript/box.h"
#include "ui/values.h"

namespace sidewinder::ui {

/// One message of the transcript: its blocks, their boxes and where they are. Parsed when first needed, boxes
/// laid out when first seen. Coordinates are the column's: x from 0 to its width, y from 0 at the item's top.
class MessageItem {
  public:
    struct Slot {
        std::unique_ptr<BlockBox> box;
        int left = 0;
        int top = 0;
        int height = 0;
        int width = 0;
        bool measured = false;  ///< height is no estimate
    };

    explicit MessageItem(MessageView view);

    const MessageView& view() const { return view_; }
    void setView(const MessageView& view, const TextStyle& style);  ///< the same text is not laid out again
    void setId(qint64 id) { view_.id = id; }

    void appendText(const QString& delta) { pending_ += delta; }
    bool hasPending() const { return !pending_.isEmpty(); }
    void flush(const TextStyle& style);  ///< pending text into blocks and boxes

    void setWidth(int width);  ///< of the column; forgets all measures if it changed
    void forgetLayout();       ///< the style changed
    bool measure(const TextStyle& style, int from, int to);  ///< boxes between these y; true: heights moved
    void releaseOutside(int from, int to);                   ///< frees layouts that are far away
    int height(const TextStyle& style);

    int top() const { return top_; }
    void setTop(int top) { top_ = top; }

    bool isParsed() const { return parsed_; }
    void parse(const TextStyle& style);
    const std::vector<Slot>& boxes() const { return slots_; }
    int slotAt(int y) const;  ///< the block at or above y, -1: no blocks

    bool isUser() const { return view_.role == Role::User; }
    QRect bubble() const;  ///< of a user's message
    QRect errorRect() const { return errorRect_; }
    int contentBottom() const { return contentBottom_; }
    QString plainText(const TextStyle& style);

    void setEditorHeight(int height);  ///< an inline editor takes the blocks' place; 0: none
    int editorHeight() const { return editorHeight_; }

  private:
    void makeSlots(const TextStyle& style, std::size_t firstNew);
    void place(const TextStyle& style);
    int blocksWidth() const;
    int estimateUnparsed(const TextStyle& style) const;
    const markdown::Blocks& blocks() const { return isUser() ? typed_ : stream_->blocks(); }
    bool isShort() const;

    MessageView view_;
    QString pending_;
    std::unique_ptr<markdown::Stream> stream_;
    markdown::Blocks typed_;
    std::vector<Slot> slots_;
    bool parsed_ = false;
    bool placed_ = false;
    int width_ = 0;
    int bubbleWidth_ = 0;
    int top_ = 0;
    int height_ = 0;
    int contentBottom_ = 0;
    int editorHeight_ = 0;
    QRect errorRect_;
};

}  // namespace sidewinder::ui
