#include "ui/sidebar/conversation_model.h"

#include <algorithm>

namespace sidewinder::ui {

void ConversationModel::setItems(const QList<ConversationItem>& items) {
    all_ = items;
    refresh();
}

void ConversationModel::hide(qint64 id) {
    hidden_.append(id);
    refresh();
}

void ConversationModel::unhide(qint64 id) {
    hidden_.removeAll(id);
    refresh();
}

void ConversationModel::refresh() {
    beginResetModel();
    shown_.clear();
    for (const ConversationItem& item : all_)
        if (!hidden_.contains(item.id)) shown_.append(item);
    std::stable_sort(shown_.begin(), shown_.end(), [](const ConversationItem& a, const ConversationItem& b) {
        if (a.pinned != b.pinned) return a.pinned;
        return a.updated > b.updated;
    });
    endResetModel();
}

QModelIndex ConversationModel::indexOf(qint64 id) const {
    for (int row = 0; row < shown_.size(); ++row)
        if (shown_[row].id == id) return index(row);
    return {};
}

const ConversationItem* ConversationModel::find(qint64 id) const {
    const auto found =
        std::find_if(all_.begin(), all_.end(), [id](const ConversationItem& item) { return item.id == id; });
    return found == all_.end() ? nullptr : &*found;
}

int ConversationModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(shown_.size());
}

QString ConversationModel::section(const ConversationItem& item) const {
    if (item.pinned) return tr("Pinned");
    const qint64 days = item.updated.toLocalTime().date().daysTo(QDate::currentDate());
    if (days <= 0) return tr("Today");
    if (days == 1) return tr("Yesterday");
    if (days < 7) return tr("Last 7 days");
    if (days < 30) return tr("Last 30 days");
    return tr("Earlier");
}

QVariant ConversationModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid() || index.row() >= shown_.size()) return {};
    const ConversationItem& item = shown_[index.row()];
    const QString title = item.title.isEmpty() ? tr("New chat") : item.title;
    switch (role) {
        case Qt::DisplayRole:
        case Qt::EditRole:
            return title;
        case Qt::AccessibleTextRole:
            return (item.pinned ? tr("%1, pinned").arg(title) : title) +
                   (item.project.isEmpty() ? QString() : tr(", project %1").arg(item.project));
        case IdRole:
            return item.id;
        case PinnedRole:
            return item.pinned;
        case UpdatedRole:
            return item.updated;
        case ProjectRole:
            return item.project;
        case SectionRole: {
            // Only the first row of a section carries its name.
            const QString name = section(item);
            if (index.row() > 0 && section(shown_[index.row() - 1]) == name) return {};
            return name;
        }
        default:
            return {};
    }
}

bool ConversationModel::setData(const QModelIndex& index, const QVariant& value, int role) {
    const QString title = value.toString().simplified();
    if (role != Qt::EditRole || !index.isValid() || title.isEmpty()) return false;
    ConversationItem& item = shown_[index.row()];
    if (item.title == title) return false;
    item.title = title;
    for (ConversationItem& original : all_)
        if (original.id == item.id) original.title = title;
    Q_EMIT dataChanged(index, index);
    Q_EMIT renamed(item.id, title);
    return true;
}

Qt::ItemFlags ConversationModel::flags(const QModelIndex& index) const {
    return QAbstractListModel::flags(index) | Qt::ItemIsEditable;
}

}  // namespace sidewinder::ui
