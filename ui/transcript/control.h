#pragma once

#include <QRect>
#include <QString>

#include <limits>
#include <vector>

#include "ui/transcript/place.h"

namespace sidewinder::ui {

/// Something in the transcript that can be pressed: painted, not a widget, since there may be thousands.
struct Control {
    enum class Kind {
        CopyCode,
        OpenLink,
        PreviousSibling,
        NextSibling,
        CopyMessage,
        Edit,
        Regenerate,
        Retry
    };
    Kind kind = Kind::CopyMessage;
    int item = -1;
    int block = -1;
    std::vector<QRect> rects;  ///< in the item's coordinates (y from its top)
    QString name;              ///< for people who cannot see the icon
    QString url;
    bool enabled = true;

    bool same(const Control& other) const {
        return kind == other.kind && item == other.item && block == other.block && url == other.url;
    }
    QRect bounds() const;
    const char* icon() const;  ///< null: drawn as text
};

struct ControlContext {
    bool engineFree = true;  ///< edit, regenerate and siblings work
    int visibleTop = 0;      ///< of the view, in the item's coordinates: code headers stay in sight
    int visibleBottom = std::numeric_limits<int>::max();
    bool onlyVisible = false;  ///< leave out blocks above visibleTop
};

/// In reading order. Links are only known where boxes are laid out.
std::vector<Control> controlsOf(const MessageItem& item, int index, const TextStyle& style,
                                const ControlContext& context);

/// Where "2/3" is written; empty for a message without siblings.
QRect siblingLabelRect(const MessageItem& item, const TextStyle& style);

/// Where an answer's figures are written.
QRect statsRect(const MessageItem& item, const TextStyle& style);

}  // namespace sidewinder::ui
