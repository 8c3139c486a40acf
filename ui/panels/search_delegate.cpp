#include "ui/panels/search_delegate.h"

#include <QLocale>
#include <QPainter>
#include <QTextLayout>

namespace sidewinder::ui {

QSize SearchDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {100, QFontMetrics(theme_.body()).height() + QFontMetrics(theme_.small()).height() + 22};
}

void SearchDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                           const QModelIndex& index) const {
    const Colours& c = theme_.colours();
    const auto hit = index.data(HitRole).value<SearchHit>();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect row = option.rect.adjusted(0, 1, 0, -1);
    const bool chosen = option.state & QStyle::State_Selected;
    if (chosen || (option.state & QStyle::State_MouseOver)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(chosen ? c.accentSoft : c.hover);
        painter->drawRoundedRect(row, 8, 8);
    }
    const QFontMetrics titleMetrics(theme_.strong());
    const QFontMetrics smallMetrics(theme_.small());
    const QString date =
        hit.updated.isValid() ? QLocale().toString(hit.updated.date(), QLocale::ShortFormat) : QString();
    const int dateWidth = smallMetrics.horizontalAdvance(date) + 4;
    QRect text = row.adjusted(12, 7, -12, -7);
    painter->setFont(theme_.small());
    painter->setPen(c.quiet);
    painter->drawText(QRect(text.right() - dateWidth, text.top(), dateWidth, titleMetrics.height()),
                      Qt::AlignRight | Qt::AlignVCenter, date);
    painter->setFont(theme_.strong());
    painter->setPen(c.text);
    const int titleWidth = text.width() - dateWidth - 12;
    painter->drawText(QRect(text.left(), text.top(), titleWidth, titleMetrics.height()),
                      Qt::AlignLeft | Qt::AlignVCenter,
                      titleMetrics.elidedText(hit.title, Qt::ElideRight, titleWidth));
    paintSnippet(
        *painter,
        QRect(text.left(), text.bottom() - smallMetrics.height() + 1, text.width(), smallMetrics.height()),
        hit);
    painter->restore();
}

void SearchDelegate::paintSnippet(QPainter& painter, const QRect& rect, const SearchHit& hit) const {
    QTextLayout layout(hit.snippet.left(400), theme_.small());
    QTextOption option;
    option.setWrapMode(QTextOption::NoWrap);
    layout.setTextOption(option);
    layout.beginLayout();
    QTextLine line = layout.createLine();
    layout.endLayout();
    if (!line.isValid()) return;
    QList<QTextLayout::FormatRange> ranges;
    for (const TextRange& range : hit.highlights) {
        QTextLayout::FormatRange format;
        format.start = range.start;
        format.length = range.length;
        format.format.setForeground(theme_.colours().text);
        format.format.setBackground(theme_.colours().find);
        ranges << format;
    }
    painter.save();
    painter.setClipRect(rect);
    painter.setPen(theme_.colours().quiet);
    layout.draw(&painter, rect.topLeft(), ranges);
    painter.restore();
}

}  // namespace sidewinder::ui
