#pragma once

#include <QPainter>
#include <QPoint>
#include <QRect>
#include <QString>

#include <memory>
#include <vector>

#include "ui/markdown/document.h"
#include "ui/transcript/text_style.h"

namespace sidewinder::ui {

/// A clickable link of a box, in the box's coordinates: one rectangle for each line that it runs over.
struct BoxLink {
    QString url;
    std::vector<QRect> rects;
};

struct BoxPaint {
    QPainter& painter;  ///< translated to the box's top left corner
    const TextStyle& style;
    QRect clip;          ///< what can be seen, in the box's coordinates
    int selectFrom = 0;  ///< offsets into text(); equal: nothing selected
    int selectTo = 0;
    QString find;          ///< highlighted wherever it occurs; empty: nothing
    int findCurrent = -1;  ///< offset of the chosen occurrence
    bool hovered = false;
};

/// One Markdown block, laid out for a width. Heights before layOut() are estimates. The block outlives the
/// box.
class BlockBox {
  public:
    virtual ~BlockBox() = default;
    BlockBox(const BlockBox&) = delete;
    BlockBox& operator=(const BlockBox&) = delete;

    virtual int estimate(const TextStyle& style, int width) const = 0;
    virtual int layOut(const TextStyle& style, int width) = 0;  ///< returns the height
    virtual bool isLaidOut() const = 0;
    virtual void release() = 0;  ///< frees the layout; the height stays what it was
    virtual void grown() {}      ///< the block got more text at its end
    virtual void paint(const BoxPaint& p) const = 0;

    virtual int offsetAt(const QPoint& point) const = 0;  ///< nearest position in text()
    virtual QRect rectOf(int offset) const = 0;
    virtual QString text() const { return markdown::plainText(block_); }
    virtual std::vector<BoxLink> links() const { return {}; }
    virtual int naturalWidth() const { return 0; }  ///< 0: as wide as it may be

    /// Sideways scrolling: pixels, and how far it can go.
    virtual int sideways() const { return 0; }
    virtual int sidewaysMaximum() const { return 0; }
    virtual void setSideways(int) {}

    const markdown::Block& block() const { return block_; }

  protected:
    explicit BlockBox(const markdown::Block& block) : block_(block) {}

  private:
    const markdown::Block& block_;
};

std::unique_ptr<BlockBox> makeBox(const markdown::Block& block);

/// Case-insensitive occurrences of `needle` (not empty), not overlapping.
std::vector<int> occurrences(const QString& text, const QString& needle);

}  // namespace sidewinder::ui
