#pragma once

#include <QStyledItemDelegate>

#include "ui/theme/theme.h"

namespace sidewinder::ui {

/// Paints a row of the list: title, pin, the section's name above its first row; edits a title in place.
class ConversationDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    explicit ConversationDelegate(const Theme& theme, QObject* parent)
        : QStyledItemDelegate(parent), theme_(theme) {}

    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    QWidget* createEditor(QWidget* parent, const QStyleOptionViewItem& option,
                          const QModelIndex& index) const override;
    void updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                              const QModelIndex& index) const override;

    /// The row proper, below the section's name.
    QRect rowRect(const QRect& item, const QModelIndex& index) const;

  private:
    int rowHeight() const;
    void paintProject(QPainter& painter, QRect& text, const QString& project) const;
    const Theme& theme_;
};

}  // namespace sidewinder::ui
