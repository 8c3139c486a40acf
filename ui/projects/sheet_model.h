#pragma once

#include <QAbstractItemModel>

#include <vector>

#include "ui/projects/project_values.h"
#include "ui/theme/theme.h"

namespace sidewinder::ui {

/// The project's tree with its ticks: a vector of nodes over the sheet's entries, so that a hundred thousand
/// files cost no widget and no allocation each. A folder's tick is that of what lies in it.
class SheetModel : public QAbstractItemModel {
    Q_OBJECT

  public:
    enum Column { Name, Tokens, Size, Reason, Columns };
    enum DataRole { EntryRole = Qt::UserRole, SentenceRole };
    enum class Show { All, Included, LeftOut, ToRead };

    explicit SheetModel(const Theme& theme, QObject* parent = nullptr)
        : QAbstractItemModel(parent), theme_(theme) {}

    void setEntries(QList<SheetEntry> entries);
    /// Only what holds `text` in its path, and what leads there.
    void setFilter(const QString& text, Show show);
    const QList<SheetEntry>& entries() const { return entries_; }
    qint64 includedTokens() const { return nodes_.empty() ? 0 : nodes_[0].tokens; }
    qint64 includedFiles() const { return nodes_.empty() ? 0 : nodes_[0].included; }
    qint64 leftOut() const { return leftOut_; }
    bool isFiltered() const { return !filter_.isEmpty() || show_ != Show::All; }
    bool toggle(const QModelIndex& index);  ///< false: it cannot be ticked

    QModelIndex index(int row, int column, const QModelIndex& parent = {}) const override;
    QModelIndex parent(const QModelIndex& index) const override;
    int rowCount(const QModelIndex& parent = {}) const override;
    int columnCount(const QModelIndex& = {}) const override { return Columns; }
    QVariant data(const QModelIndex& index, int role) const override;
    QVariant headerData(int section, Qt::Orientation orientation, int role) const override;
    bool setData(const QModelIndex& index, const QVariant& value, int role) override;
    Qt::ItemFlags flags(const QModelIndex& index) const override;

  Q_SIGNALS:
    /// The person ticked: these entries, and the folder that holds them all, if it was a folder's box.
    void ticked(const QList<int>& entries, const QString& folder, bool in);

  private:
    struct Node {
        int entry = -1;             ///< < 0: a folder that was entered
        int parent = -1;            ///< node
        int row = 0;                ///< among the shown children of the parent
        int from = 0;               ///< where its name begins in the path
        std::vector<int> children;  ///< nodes
        std::vector<int> shown;     ///< of them, what the filter lets through
        qint64 tokens = 0, size = 0;
        qint64 included = 0, choosable = 0;  ///< files beneath; choosable: what a tick on the folder takes
        QString path;                        ///< of a folder
    };

    void build();
    int folderNode(const QString& path, std::vector<int>& open);
    void sumUp();
    void applyFilter();
    QString nameOf(const Node& node) const;
    Qt::CheckState stateOf(const Node& node) const;
    bool canTick(const Node& node) const;
    void collect(int node, bool in, QList<int>& changed) const;
    QVariant text(const Node& node, int column) const;
    QModelIndex indexOf(int node, int column = 0) const;
    void changed(const QModelIndex& index);

    const Theme& theme_;
    QList<SheetEntry> entries_;
    std::vector<Node> nodes_;  ///< the first is the root, each parent before its children
    QString filter_;
    Show show_ = Show::All;
    qint64 leftOut_ = 0;
};

}  // namespace sidewinder::ui
