#include "ui/projects/sheet_model.h"

#include <QFontMetrics>
#include <QTextDocument>
#include <algorithm>

#include "ui/projects/project_text.h"

namespace sidewinder::ui {

void SheetModel::setEntries(QList<SheetEntry> entries) {
    beginResetModel();
    entries_ = std::move(entries);
    build();
    sumUp();
    applyFilter();
    endResetModel();
}

void SheetModel::setFilter(const QString& text, Show show) {
    if (text == filter_ && show == show_) return;
    beginResetModel();
    filter_ = text;
    show_ = show;
    applyFilter();
    endResetModel();
}

// The entries come sorted, so that the folders that are open form a stack.
void SheetModel::build() {
    nodes_.clear();
    nodes_.reserve(static_cast<std::size_t>(entries_.size()) * 5 / 4 + 1);
    nodes_.emplace_back();
    std::vector<int> open{0};
    for (int i = 0; i < entries_.size(); ++i) {
        const QString& path = entries_[i].path;
        const int above =
            folderNode(path.left(std::max<qsizetype>(0, path.lastIndexOf(QLatin1Char('/')))), open);
        Node node;
        node.entry = i;
        node.parent = above;
        node.from = static_cast<int>(path.lastIndexOf(QLatin1Char('/')) + 1);
        nodes_[static_cast<std::size_t>(above)].children.push_back(static_cast<int>(nodes_.size()));
        nodes_.push_back(std::move(node));
    }
}

int SheetModel::folderNode(const QString& path, std::vector<int>& open) {
    const auto holds = [&](int node) {
        const QString& folder = nodes_[static_cast<std::size_t>(node)].path;
        return folder.isEmpty() || path == folder ||
               (path.startsWith(folder) && path.at(folder.size()) == QLatin1Char('/'));
    };
    while (open.size() > 1 && !holds(open.back())) open.pop_back();
    while (nodes_[static_cast<std::size_t>(open.back())].path != path) {
        const int parent = open.back();
        const qsizetype begin = nodes_[static_cast<std::size_t>(parent)].path.isEmpty()
                                    ? 0
                                    : nodes_[static_cast<std::size_t>(parent)].path.size() + 1;
        const qsizetype end = path.indexOf(QLatin1Char('/'), begin);
        Node node;
        node.parent = parent;
        node.from = static_cast<int>(begin);
        node.path = end < 0 ? path : path.left(end);
        open.push_back(static_cast<int>(nodes_.size()));
        nodes_[static_cast<std::size_t>(parent)].children.push_back(open.back());
        nodes_.push_back(std::move(node));
    }
    return open.back();
}

void SheetModel::sumUp() {
    leftOut_ = 0;
    for (Node& node : nodes_) {
        node.tokens = node.size = node.included = node.choosable = 0;
        if (node.entry < 0) continue;
        const SheetEntry& entry = entries_[node.entry];
        node.tokens = entry.included ? std::max<qint64>(0, entry.tokens) : 0;
        node.size = entry.size;
        node.included = entry.included ? 1 : 0;
        node.choosable = entry.included || (entry.choosable && !entry.unusual) ? 1 : 0;
        leftOut_ += entry.included ? 0 : 1;
    }
    for (std::size_t i = nodes_.size(); i-- > 1;) {
        Node& above = nodes_[static_cast<std::size_t>(nodes_[i].parent)];
        above.tokens += nodes_[i].tokens;
        above.size += nodes_[i].size;
        above.included += nodes_[i].included;
        above.choosable += nodes_[i].choosable;
    }
}

void SheetModel::applyFilter() {
    std::vector<char> keep(nodes_.size(), 0);
    for (std::size_t i = nodes_.size(); i-- > 0;) {
        const Node& node = nodes_[i];
        if (node.entry >= 0) {
            const SheetEntry& entry = entries_[node.entry];
            const bool kind =
                show_ == Show::All || (show_ == Show::ToRead && entry.toRead && entry.included) ||
                (show_ == Show::Included && entry.included) || (show_ == Show::LeftOut && !entry.included);
            keep[i] = kind && (filter_.isEmpty() || entry.path.contains(filter_, Qt::CaseInsensitive));
        }
        if (keep[i] && i > 0) keep[static_cast<std::size_t>(node.parent)] = 1;
    }
    for (Node& node : nodes_) {
        node.shown.clear();
        for (const int child : node.children) {
            if (!keep[static_cast<std::size_t>(child)]) continue;
            nodes_[static_cast<std::size_t>(child)].row = static_cast<int>(node.shown.size());
            node.shown.push_back(child);
        }
    }
}

QString SheetModel::nameOf(const Node& node) const {
    return node.entry >= 0 ? entries_[node.entry].path.mid(node.from) : node.path.mid(node.from);
}

Qt::CheckState SheetModel::stateOf(const Node& node) const {
    if (node.included == 0) return Qt::Unchecked;
    return node.included >= node.choosable ? Qt::Checked : Qt::PartiallyChecked;
}

bool SheetModel::canTick(const Node& node) const {
    if (node.entry >= 0) return entries_[node.entry].choosable;
    return node.choosable > 0;
}

void SheetModel::collect(int at, bool in, QList<int>& changed) const {
    const Node& node = nodes_[static_cast<std::size_t>(at)];
    if (node.entry >= 0) {
        const SheetEntry& entry = entries_[node.entry];
        if (entry.included != in && (!in || (entry.choosable && !entry.unusual))) changed << node.entry;
        return;
    }
    for (const int child : node.children) collect(child, in, changed);
}

bool SheetModel::toggle(const QModelIndex& index) {
    if (!index.isValid()) return false;
    const auto at = static_cast<std::size_t>(index.internalId());
    const Node& node = nodes_[at];
    if (!canTick(node)) return false;
    const bool in = stateOf(node) != Qt::Checked;
    QList<int> entries;
    if (node.entry >= 0)
        entries << node.entry;
    else
        collect(static_cast<int>(at), in, entries);
    // What was never opened has no tokens yet: the controller looks at it first, and sends the sheet anew.
    for (const int entry : entries)
        if (!in || entries_[entry].tokens >= 0) entries_[entry].included = in;
    const QString folder = node.entry < 0 ? node.path : QString();
    sumUp();
    changed(index);
    Q_EMIT ticked(entries, folder, in);
    return true;
}

// Folders above, and whatever of the folder's own content may be in sight.
void SheetModel::changed(const QModelIndex& index) {
    for (QModelIndex above = index; above.isValid(); above = above.parent())
        Q_EMIT dataChanged(above.siblingAtColumn(0), above.siblingAtColumn(Columns - 1));
    std::vector<QModelIndex> folders{index.siblingAtColumn(0)};
    while (!folders.empty()) {
        const QModelIndex folder = folders.back();
        folders.pop_back();
        const int rows = rowCount(folder);
        if (rows == 0) continue;
        Q_EMIT dataChanged(this->index(0, 0, folder), this->index(rows - 1, Columns - 1, folder));
        for (int row = 0; row < rows; ++row)
            if (rowCount(this->index(row, 0, folder)) > 0) folders.push_back(this->index(row, 0, folder));
    }
}

QModelIndex SheetModel::index(int row, int column, const QModelIndex& parent) const {
    if (nodes_.empty() || column < 0 || column >= Columns) return {};
    const Node& above = nodes_[parent.isValid() ? static_cast<std::size_t>(parent.internalId()) : 0];
    if (row < 0 || row >= static_cast<int>(above.shown.size())) return {};
    return createIndex(row, column, static_cast<quintptr>(above.shown[static_cast<std::size_t>(row)]));
}

QModelIndex SheetModel::indexOf(int node, int column) const {
    return node <= 0
               ? QModelIndex()
               : createIndex(nodes_[static_cast<std::size_t>(node)].row, column, static_cast<quintptr>(node));
}

QModelIndex SheetModel::parent(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    return indexOf(nodes_[static_cast<std::size_t>(index.internalId())].parent);
}

int SheetModel::rowCount(const QModelIndex& parent) const {
    if (nodes_.empty() || parent.column() > 0) return 0;
    return static_cast<int>(
        nodes_[parent.isValid() ? static_cast<std::size_t>(parent.internalId()) : 0].shown.size());
}

QVariant SheetModel::text(const Node& node, int column) const {
    const SheetEntry* entry = node.entry >= 0 ? &entries_[node.entry] : nullptr;
    switch (column) {
        case Name:
            return nameOf(node);
        case Tokens:
            if (!entry) return node.tokens > 0 ? ProjectText::number(node.tokens) : QString();
            return entry->tokens >= 0 && (entry->included || entry->reason.isEmpty() || entry->tokens > 0)
                       ? ProjectText::number(entry->tokens)
                       : QString();
        case Size:
            if (entry && entry->size == 0) return entry->included ? ProjectText::bytes(0) : QString();
            return node.size > 0 ? ProjectText::bytes(node.size) : QString();
        case Reason:
            return !entry ? QString() : entry->included ? entry->mark : entry->reason;
        default:
            return {};
    }
}

QVariant SheetModel::data(const QModelIndex& index, int role) const {
    if (!index.isValid()) return {};
    const Node& node = nodes_[static_cast<std::size_t>(index.internalId())];
    const SheetEntry* entry = node.entry >= 0 ? &entries_[node.entry] : nullptr;
    const bool out = node.included == 0;
    switch (role) {
        case Qt::DisplayRole:
            return text(node, index.column());
        case Qt::SizeHintRole:
            return QSize(0, QFontMetrics(theme_.body()).height() + 9);
        case Qt::CheckStateRole:
            return index.column() == Name && canTick(node) ? QVariant(stateOf(node)) : QVariant();
        case Qt::ForegroundRole:
            return out || index.column() != Name ? QVariant(theme_.colours().quiet) : QVariant();
        case Qt::TextAlignmentRole:
            return index.column() == Tokens || index.column() == Size
                       ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                       : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
        case Qt::ToolTipRole:
            if (entry && !entry->sentence.isEmpty())
                return Qt::convertFromPlainText(entry->path + QLatin1Char('\n') + entry->sentence);
            return index.column() == Name
                       ? QVariant(Qt::convertFromPlainText(entry ? entry->path : node.path))
                       : QVariant();
        case Qt::AccessibleTextRole: {
            QStringList parts{text(node, index.column()).toString()};
            if (index.column() == Name && entry && !entry->sentence.isEmpty()) parts << entry->sentence;
            return parts.join(QStringLiteral(", "));
        }
        case EntryRole:
            return node.entry;
        case SentenceRole:
            return entry ? entry->sentence : QString();
        default:
            return {};
    }
}

QVariant SheetModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal) return {};
    if (role == Qt::TextAlignmentRole)
        return section == Tokens || section == Size ? QVariant(Qt::AlignRight | Qt::AlignVCenter)
                                                    : QVariant(Qt::AlignLeft | Qt::AlignVCenter);
    if (role != Qt::DisplayRole) return {};
    switch (section) {
        case Name:
            return tr("File");
        case Tokens:
            return tr("Tokens");
        case Size:
            return tr("Size");
        case Reason:
            return tr("Note");
        default:
            return {};
    }
}

bool SheetModel::setData(const QModelIndex& index, const QVariant&, int role) {
    return role == Qt::CheckStateRole && toggle(index);
}

Qt::ItemFlags SheetModel::flags(const QModelIndex& index) const {
    if (!index.isValid()) return {};
    Qt::ItemFlags flags = Qt::ItemIsEnabled | Qt::ItemIsSelectable;
    if (index.column() == Name && canTick(nodes_[static_cast<std::size_t>(index.internalId())]))
        flags |= Qt::ItemIsUserCheckable;
    return flags;
}

}  // namespace sidewinder::ui
