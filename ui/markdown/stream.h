#pragma once

#include <QString>

#include <optional>

#include "ui/markdown/document.h"
#include "ui/markdown/fence.h"

namespace sidewinder::ui::markdown {

/// Markdown that arrives in pieces. Text before a safe line (an unindented line after a blank one, or a
/// fence) is parsed once and frozen; an open code block only grows; what is behind them is parsed again by
/// refresh(). How the text was cut into pieces makes no difference to the blocks. One thread.
class Stream {
  public:
    /// append() leaves blocks() without its tail: call refresh() before they are looked at.
    /// What refresh() did to blocks(): those from `firstNew` on are new objects; the block before it may have
    /// grown.
    struct Change {
        std::size_t firstNew = 0;
        bool previousGrew = false;
    };

    void append(QStringView delta);
    Change refresh();
    void finish();  ///< no more text will come; call refresh() afterwards

    const Blocks& blocks() const { return blocks_; }

  private:
    void takeLine(QStringView line);
    void takeLongLine();
    void takeCodeLine(QStringView line);
    bool splitsBefore(QStringView line) const;
    void freezeSegment();
    void openCode(Fence fence);
    void dropTail();
    void showPartialCode();

    Blocks blocks_;  // frozen_ of them final (an open code block still grows), then the tail
    std::size_t frozen_ = 0;
    std::size_t reported_ = 0;    // frozen blocks that refresh() has told of
    QString segment_;             // whole lines not yet frozen
    QString line_;                // the unfinished line
    std::optional<Fence> fence_;  // of the open code block blocks_[frozen_ - 1]
    bool codeHasLines_ = false;
    bool codeGrew_ = false;
    qsizetype partialCode_ = 0;  // characters of line_ shown at the end of the open code block
    bool afterBlank_ = false;
    bool segmentHasList_ = false;
};

}  // namespace sidewinder::ui::markdown
