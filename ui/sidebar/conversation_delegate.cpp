#include "ui/sidebar/conversation_delegate.h"

#include <QAbstractItemView>
#include <QLineEdit>
#include <QPainter>

#include "ui/sidebar/conversation_model.h"

namespace sidewinder::ui {
namespace {

int sectionHeight(const QModelIndex& index) {
    if (index.data(ConversationModel::SectionRole).toString().isEmpty()) return 0;
    return index.row() == 0 ? 26 : 36;
}

}  // namespace

int ConversationDelegate::rowHeight() const {
    return QFontMetrics(theme_.body()).height() + 16;
}

QSize ConversationDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex& index) const {
    return {100, rowHeight() + 2 + sectionHeight(index)};
}

QRect ConversationDelegate::rowRect(const QRect& item, const QModelIndex& index) const {
    return item.adjusted(0, sectionHeight(index), 0, -2);
}

void ConversationDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                                 const QModelIndex& index) const {
    const Colours& c = theme_.colours();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QString section = index.data(ConversationModel::SectionRole).toString();
    if (!section.isEmpty()) {
        QFont font = theme_.small();
        font.setWeight(QFont::DemiBold);
        painter->setFont(font);
        painter->setPen(c.quiet);
        const QRect head(option.rect.left() + 10, option.rect.top(), option.rect.width() - 20,
                         sectionHeight(index) - 6);
        painter->drawText(head, Qt::AlignLeft | Qt::AlignBottom, section);
    }
    const QRect row = rowRect(option.rect, index);
    const bool chosen = option.state & QStyle::State_Selected;
    const bool hover = option.state & QStyle::State_MouseOver;
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    const bool focused = view && view->hasFocus() && view->currentIndex() == index;
    painter->setPen(Qt::NoPen);
    if (chosen || hover) {
        painter->setBrush(chosen ? c.accentSoft : c.hover);
        painter->drawRoundedRect(row, 8, 8);
    }
    if (focused) {
        painter->setPen(QPen(c.accent, 2));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(row.adjusted(1, 1, -1, -1), 8, 8);
    }
    QRect text = row.adjusted(10, 0, -10, 0);
    if (index.data(ConversationModel::PinnedRole).toBool()) {
        theme_.icon("pin").paint(painter, QRect(text.right() - 15, row.center().y() - 7, 16, 16));
        text.setRight(text.right() - 22);
    }
    paintProject(*painter, text, index.data(ConversationModel::ProjectRole).toString());
    painter->setFont(theme_.body());
    painter->setPen(c.text);
    const QString title = index.data(Qt::DisplayRole).toString();
    painter->drawText(text, Qt::AlignLeft | Qt::AlignVCenter,
                      QFontMetrics(theme_.body()).elidedText(title, Qt::ElideRight, text.width()));
    painter->restore();
}

/// The chip of the project that the chat belongs to, at the end of the row; `text` gives way.
void ConversationDelegate::paintProject(QPainter& painter, QRect& text, const QString& project) const {
    if (project.isEmpty()) return;
    const QFontMetrics metrics(theme_.small());
    const QString shown = metrics.elidedText(project, Qt::ElideRight, text.width() / 3);
    const int width = metrics.horizontalAdvance(shown) + 14;
    const QRect chip(text.right() - width + 1, text.center().y() - metrics.height() / 2 - 1, width,
                     metrics.height() + 3);
    painter.setPen(theme_.colours().line);
    painter.setBrush(theme_.colours().raised);
    painter.drawRoundedRect(chip, chip.height() / 2.0, chip.height() / 2.0);
    painter.setPen(theme_.colours().quiet);
    painter.setFont(theme_.small());
    painter.drawText(chip, Qt::AlignCenter, shown);
    text.setRight(chip.left() - 8);
}

QWidget* ConversationDelegate::createEditor(QWidget* parent, const QStyleOptionViewItem&,
                                            const QModelIndex&) const {
    auto* edit = new QLineEdit(parent);
    edit->setMaxLength(200);
    edit->setAccessibleName(tr("Title"));
    return edit;
}

void ConversationDelegate::updateEditorGeometry(QWidget* editor, const QStyleOptionViewItem& option,
                                                const QModelIndex& index) const {
    editor->setGeometry(rowRect(option.rect, index));
}

}  // namespace sidewinder::ui
