#pragma once

#include <QStyledItemDelegate>

#include "ui/theme/theme.h"

namespace sidewinder::ui {

/// A hit: title and date above, the snippet with its found words beneath.
class SearchDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    enum DataRole { HitRole = Qt::UserRole };
    explicit SearchDelegate(const Theme& theme, QObject* parent)
        : QStyledItemDelegate(parent), theme_(theme) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  private:
    void paintSnippet(QPainter& painter, const QRect& rect, const SearchHit& hit) const;
    const Theme& theme_;
};

}  // namespace sidewinder::ui
