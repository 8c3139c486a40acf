#pragma once

#include "ui/transcript/text_box.h"

namespace sidewinder::ui {

/// A table as a simple grid: columns as wide as their text while there is room, else shared fairly; cells
/// wrap.
class TableBox : public BlockBox {
  public:
    explicit TableBox(const markdown::Block& block) : BlockBox(block) {}
    int estimate(const TextStyle& style, int width) const override;
    int layOut(const TextStyle& style, int width) override;
    bool isLaidOut() const override { return !cells_.empty(); }
    void release() override { cells_.clear(); }
    void paint(const BoxPaint& p) const override;
    int offsetAt(const QPoint& point) const override;
    QRect rectOf(int offset) const override;
    std::vector<BoxLink> links() const override;

  private:
    struct Cell {
        RichLayout layout;
        const markdown::RichText* rich = nullptr;
        QRect rect;
        int firstOffset = 0;  // in text()
        bool head = false;
    };
    std::vector<int> columnWidths(const TextStyle& style, int width) const;
    const Cell* cellWith(int offset) const;

    std::vector<Cell> cells_;
    std::vector<int> rowTops_;
    int width_ = 0;
    int height_ = 0;
};

}  // namespace sidewinder::ui
