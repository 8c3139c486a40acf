#pragma once

#include <QString>

#include <compare>
#include <memory>
#include <vector>

#include "ui/transcript/message_item.h"

namespace sidewinder::ui {

using MessageItems = std::vector<std::unique_ptr<MessageItem>>;

/// A position in the transcript's text.
struct Place {
    int item = -1;
    int block = 0;
    int offset = 0;
    auto operator<=>(const Place&) const = default;
    bool isValid() const { return item >= 0; }
};

/// Text chosen with the mouse or Ctrl+A; may run over several messages.
struct Selection {
    Place anchor;
    Place cursor;

    bool isEmpty() const { return !anchor.isValid() || anchor == cursor; }
    Place first() const { return std::min(anchor, cursor); }
    Place last() const { return std::max(anchor, cursor); }

    /// The chosen part of one block's text, as offsets; equal when there is none.
    std::pair<int, int> within(int item, int block, int length) const;
};

/// As shown; messages that were never in sight give their Markdown source.
QString selectedText(const Selection& selection, const MessageItems& items);

/// The word around an offset, as offsets.
std::pair<int, int> wordAround(const QString& text, int offset);

}  // namespace sidewinder::ui
