#pragma once

#include "ui/transcript/box.h"

namespace sidewinder::ui {

/// A code block: thin header, lines of fixed height that never wrap and are only painted where they can be
/// seen, sideways scrolling. Ten thousand lines cost as much as fifty. The header stays in sight while the
/// block is.
class CodeBox : public BlockBox {
  public:
    explicit CodeBox(const markdown::Block& block) : BlockBox(block) {}
    int estimate(const TextStyle& style, int width) const override;
    int layOut(const TextStyle& style, int width) override;
    bool isLaidOut() const override { return laidOut_; }
    void release() override {}
    void grown() override;
    void paint(const BoxPaint& p) const override;
    int offsetAt(const QPoint& point) const override;
    QRect rectOf(int offset) const override;
    int sideways() const override { return sideways_; }
    int sidewaysMaximum() const override;
    void setSideways(int pixels) override;

    int headTop(int visibleTop) const;  ///< where the header is when the view starts at `visibleTop`
    QRect scrollHandle() const;         ///< empty when nothing can be scrolled
    int lineCount() const { return static_cast<int>(lines_.size()); }

  private:
    void readLines() const;
    QStringView line(int index) const;
    int lineAtY(int y) const;
    int height() const;
    int viewWidth() const;
    void paintGround(const BoxPaint& p) const;
    void paintLine(const BoxPaint& p, int index) const;
    void paintHead(const BoxPaint& p) const;
    void paintScrollBar(const BoxPaint& p) const;

    mutable std::vector<int> lines_;  // where each shown line starts; a very long one is broken
    mutable int scanned_ = 0;         // code up to here is in lines_
    mutable int widest_ = 0;          // columns
    mutable int column_ = 0;          // of the line being scanned
    int width_ = 0;
    int lineHeight_ = 1;
    double charWidth_ = 1;
    QFont font_;
    int sideways_ = 0;
    bool laidOut_ = false;
};

}  // namespace sidewinder::ui
