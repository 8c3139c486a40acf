#pragma once

#include <QAbstractListModel>
#include <QStyledItemDelegate>
#include <QWidget>

#include "ui/projects/project_values.h"
#include "ui/theme/theme.h"

class QLabel;
class QListView;
class QPushButton;
class QToolButton;

namespace sidewinder::ui {

class ProjectListModel : public QAbstractListModel {
    Q_OBJECT

  public:
    enum DataRole { IdRole = Qt::UserRole, StateTextRole, WarnRole };

    explicit ProjectListModel(QObject* parent) : QAbstractListModel(parent) {}
    void setItems(const QList<ProjectItem>& items);
    const ProjectItem* find(qint64 id) const;
    QModelIndex indexOf(qint64 id) const;

    int rowCount(const QModelIndex& parent = {}) const override;
    QVariant data(const QModelIndex& index, int role) const override;

  private:
    QList<ProjectItem> items_;
};

/// Paints a project: its name, beneath it what state it is in.
class ProjectDelegate : public QStyledItemDelegate {
    Q_OBJECT

  public:
    ProjectDelegate(const Theme& theme, QObject* parent) : QStyledItemDelegate(parent), theme_(theme) {}
    void paint(QPainter* painter, const QStyleOptionViewItem& option,
               const QModelIndex& index) const override;
    QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;
    int rowHeight() const;

  private:
    const Theme& theme_;
};

/// The projects in the sidebar. Enter or a click starts a chat in one; the context menu and Del do the rest.
class ProjectList : public QWidget {
    Q_OBJECT

  public:
    explicit ProjectList(const Theme& theme, QWidget* parent = nullptr);

    void setProjects(const QList<ProjectItem>& items);
    void setCurrent(qint64 id);   ///< the project of the open chat; 0: none
    void hideProject(qint64 id);  ///< removed, may be undone
    void unhideProject(qint64 id);
    const ProjectItem* find(qint64 id) const;
    QListView* list() const { return list_; }

  Q_SIGNALS:
    void openRequested();            ///< another folder
    void chatRequested(qint64 id);   ///< a new chat in it
    void sheetRequested(qint64 id);  ///< its files
    void updateRequested(qint64 id);
    void removeRequested(qint64 id);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void refresh();
    void fitHeight();
    void restyle();
    void retranslate();
    void openMenu(const QPoint& position);

    const Theme& theme_;
    QList<ProjectItem> all_;
    QList<qint64> hidden_;
    qint64 current_ = 0;
    ProjectListModel* model_;
    ProjectDelegate* delegate_;
    QWidget* head_;
    QLabel* title_;
    QToolButton* add_;
    QPushButton* first_;
    QListView* list_;
};

}  // namespace sidewinder::ui
