#include "ui/transcript/table_box.h"

#include <algorithm>
#include <numeric>

namespace sidewinder::ui {
namespace {
constexpr int padX = 12;
constexpr int padY = 6;
constexpr int narrowest = 56;
}  // namespace

int TableBox::estimate(const TextStyle& style, int) const {
    return static_cast<int>(block().rows.size()) * (style.bodyLine + 2 * padY) + 1;
}

std::vector<int> TableBox::columnWidths(const TextStyle& style, int width) const {
    std::size_t columns = 0;
    for (const auto& row : block().rows) columns = std::max(columns, row.size());
    std::vector<int> widths(columns, narrowest);
    const QFontMetricsF metrics(style.strong);
    for (const auto& row : block().rows)
        for (std::size_t c = 0; c < row.size(); ++c) {
            const double natural =
                metrics.horizontalAdvance(row[c].content.text.left(200)) * 1.06 + 2 * padX + 2;
            widths[c] = std::max(widths[c], static_cast<int>(natural));
        }
    // The widest columns give way first, all of them to the same width.
    while (std::accumulate(widths.begin(), widths.end(), 0) > width) {
        const auto widest = std::max_element(widths.begin(), widths.end());
        if (widest == widths.end() || *widest <= narrowest) break;
        const int excess = std::accumulate(widths.begin(), widths.end(), 0) - width;
        *widest = std::max(narrowest, *widest - std::max(1, std::min(excess, *widest / 16)));
    }
    return widths;
}

int TableBox::layOut(const TextStyle& style, int width) {
    cells_.clear();
    rowTops_.clear();
    const std::vector<int> widths = columnWidths(style, width);
    width_ = std::min(width, std::accumulate(widths.begin(), widths.end(), 0));
    int y = 0;
    int offset = 0;
    for (std::size_t r = 0; r < block().rows.size(); ++r) {
        rowTops_.push_back(y);
        int x = 0;
        int rowHeight = style.bodyLine;
        const std::size_t first = cells_.size();
        for (std::size_t c = 0; c < block().rows[r].size(); ++c) {
            const markdown::TableCell& source = block().rows[r][c];
            Cell cell;
            cell.rich = &source.content;
            cell.head = r == 0;
            cell.firstOffset = offset;
            const int height =
                cell.layout.layOut(source.content, style, cell.head ? style.strong : style.body,
                                   widths[c] - 2 * padX, style.bodyLine, source.alignment);
            cell.rect = QRect(x, y, widths[c], 0);
            rowHeight = std::max(rowHeight, height);
            x += widths[c];
            offset += static_cast<int>(source.content.text.size()) + 1;  // a tab, or the row's line break
            cells_.push_back(std::move(cell));
        }
        for (std::size_t i = first; i < cells_.size(); ++i) cells_[i].rect.setHeight(rowHeight + 2 * padY);
        y += rowHeight + 2 * padY;
    }
    height_ = y + 1;
    return height_;
}

void TableBox::paint(const BoxPaint& p) const {
    p.painter.save();
    p.painter.setClipRect(QRect(0, 0, width_ + 1, height_), Qt::IntersectClip);
    for (const Cell& cell : cells_) {
        if (cell.rect.bottom() < p.clip.top() || cell.rect.top() > p.clip.bottom()) continue;
        cell.layout.paint(p, *cell.rich, cell.rect.topLeft() + QPoint(padX, padY), cell.firstOffset);
    }
    p.painter.restore();
    for (std::size_t r = 1; r < rowTops_.size(); ++r)
        p.painter.fillRect(0, rowTops_[r], width_, 1, r == 1 ? p.style.colours.quiet : p.style.colours.line);
    p.painter.fillRect(0, height_ - 1, width_, 1, p.style.colours.line);
}

int TableBox::offsetAt(const QPoint& point) const {
    int best = 0;
    for (const Cell& cell : cells_) {
        if (cell.rect.top() > point.y()) break;
        if (cell.rect.left() <= point.x())
            best = cell.firstOffset + cell.layout.offsetAt(point - cell.rect.topLeft() - QPoint(padX, padY));
    }
    return best;
}

const TableBox::Cell* TableBox::cellWith(int offset) const {
    const Cell* found = nullptr;
    for (const Cell& cell : cells_)
        if (cell.firstOffset <= offset) found = &cell;
    return found;
}

QRect TableBox::rectOf(int offset) const {
    const Cell* cell = cellWith(offset);
    if (!cell) return {};
    return cell->layout.rectOf(offset - cell->firstOffset)
        .translated(cell->rect.topLeft() + QPoint(padX, padY));
}

std::vector<BoxLink> TableBox::links() const {
    std::vector<BoxLink> links;
    for (const Cell& cell : cells_)
        for (const markdown::Span& span : cell.rich->spans) {
            if (span.link < 0) continue;
            BoxLink link{cell.rich->links[static_cast<std::size_t>(span.link)], {}};
            for (const QRect& rect : cell.layout.rectsOf(span.start, span.length))
                link.rects.push_back(rect.translated(cell.rect.topLeft() + QPoint(padX, padY)));
            links.push_back(std::move(link));
        }
    return links;
}

}  // namespace sidewinder::ui
