// The rows of the sidebar's projects: their model and how they are painted.

#include <QAbstractItemView>
#include <QPainter>
#include <QTextDocument>

#include "ui/projects/project_list.h"
#include "ui/projects/project_text.h"

namespace sidewinder::ui {

void ProjectListModel::setItems(const QList<ProjectItem>& items) {
    const bool same = std::equal(items.begin(), items.end(), items_.begin(), items_.end(),
                                 [](const ProjectItem& a, const ProjectItem& b) { return a.id == b.id; });
    if (same) {  // progress must not take the selection or a tool tip away
        items_ = items;
        if (!items_.isEmpty()) Q_EMIT dataChanged(index(0), index(static_cast<int>(items_.size()) - 1));
        return;
    }
    beginResetModel();
    items_ = items;
    endResetModel();
}

const ProjectItem* ProjectListModel::find(qint64 id) const {
    const QModelIndex found = indexOf(id);
    return found.isValid() ? &items_[found.row()] : nullptr;
}

QModelIndex ProjectListModel::indexOf(qint64 id) const {
    for (int row = 0; row < items_.size(); ++row)
        if (items_[row].id == id) return index(row);
    return {};
}

int ProjectListModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(items_.size());
}

QVariant ProjectListModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= items_.size()) return {};
    const ProjectItem& item = items_[index.row()];
    switch (role) {
        case Qt::DisplayRole:
            return item.name;
        case Qt::ToolTipRole: {
            const QString changes = ProjectText::changes(item);
            return Qt::convertFromPlainText(changes.isEmpty() ? item.path
                                                              : item.path + QLatin1Char('\n') + changes);
        }
        case Qt::AccessibleTextRole:
            return tr("%1, %2").arg(item.name, ProjectText::state(item));
        case IdRole:
            return item.id;
        case StateTextRole:
            return ProjectText::state(item);
        case WarnRole:
            return item.state == ProjectState::Changed || item.state == ProjectState::Missing;
        default:
            return {};
    }
}

int ProjectDelegate::rowHeight() const {
    return QFontMetrics(theme_.body()).height() + QFontMetrics(theme_.small()).height() + 13;
}

QSize ProjectDelegate::sizeHint(const QStyleOptionViewItem&, const QModelIndex&) const {
    return {100, rowHeight() + 2};
}

void ProjectDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                            const QModelIndex& index) const {
    const Colours& c = theme_.colours();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRect row = option.rect.adjusted(0, 0, 0, -2);
    const bool chosen = option.state & QStyle::State_Selected;
    const bool hover = option.state & QStyle::State_MouseOver;
    const auto* view = qobject_cast<const QAbstractItemView*>(option.widget);
    painter->setPen(Qt::NoPen);
    if (chosen || hover) {
        painter->setBrush(chosen ? c.accentSoft : c.hover);
        painter->drawRoundedRect(row, 8, 8);
    }
    if (view && view->hasFocus() && view->currentIndex() == index) {
        painter->setPen(QPen(c.accent, 2));
        painter->setBrush(Qt::NoBrush);
        painter->drawRoundedRect(row.adjusted(1, 1, -1, -1), 8, 8);
    }
    theme_.icon("folder").paint(painter, QRect(row.left() + 9, row.center().y() - 8, 18, 18));
    const QRect text = row.adjusted(36, 5, -10, -5);
    painter->setFont(theme_.body());
    painter->setPen(c.text);
    painter->drawText(text, Qt::AlignLeft | Qt::AlignTop,
                      QFontMetrics(theme_.body())
                          .elidedText(index.data(Qt::DisplayRole).toString(), Qt::ElideMiddle, text.width()));
    painter->setFont(theme_.small());
    painter->setPen(index.data(ProjectListModel::WarnRole).toBool() ? c.warning : c.quiet);
    const QString state = index.data(ProjectListModel::StateTextRole).toString();
    painter->drawText(text, Qt::AlignLeft | Qt::AlignBottom,
                      QFontMetrics(theme_.small()).elidedText(state, Qt::ElideRight, text.width()));
    painter->restore();
}

}  // namespace sidewinder::ui
