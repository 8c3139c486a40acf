#pragma once

#include <QSet>
#include <QWidget>

#include "ui/projects/project_values.h"
#include "ui/projects/sheet_model.h"
#include "ui/theme/theme.h"

class QComboBox;
class QModelIndex;
class QLabel;
class QLineEdit;
class QToolButton;
class QTreeView;

namespace sidewinder::ui {

class ElidedLabel;
class NoticeBar;
class SheetFoot;

/// Before a project is read: its tree with ticks, tokens and reasons, and what reading it costs. Shows values
/// and emits intentions, as the window does.
class ProjectSheet : public QWidget {
    Q_OBJECT

  public:
    explicit ProjectSheet(const Theme& theme, QWidget* parent = nullptr);

    NoticeBar& notices() { return *notices_; }
    SheetModel& model() { return *model_; }
    QTreeView& tree() { return *tree_; }
    SheetFoot& foot() { return *foot_; }
    void showToRead();  ///< only what would be read now
    void open();        ///< it is shown now: the focus goes to the first thing to do

  public Q_SLOTS:
    void begin(const QString& name, const QString& path);  ///< another project: empty until its entries come
    void setState(const sidewinder::ui::SheetState& state);
    void setEntries(const QList<sidewinder::ui::SheetEntry>& entries);
    void setTotals(const sidewinder::ui::SheetTotals& totals);

  Q_SIGNALS:
    void sidebarToggled();
    void cancelled();  ///< also by Esc
    void readRequested();
    void ticked(const QList<int>& entries, const QString& folder, bool in);
    void budgetChanged(qint64 tokens);

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void buildHead();
    void buildTree();
    void applyFilter();
    void showTicked();
    void expandSome();
    void noteOpen(const QModelIndex& folder, const QString& path, QSet<QString>& open) const;
    void reopen(const QModelIndex& folder, const QString& path, const QSet<QString>& open);
    void retranslate();
    void restyle();
    void fitColumns();

    const Theme& theme_;
    SheetModel* model_;
    SheetState state_;
    QWidget* head_;
    QToolButton* sidebar_;
    QToolButton* back_;
    QLabel* title_;
    QLabel* name_;
    ElidedLabel* path_;
    QLineEdit* filter_;
    QComboBox* show_;
    QTreeView* tree_;
    QLabel* nothing_;
    SheetFoot* foot_;
    NoticeBar* notices_;
};

}  // namespace sidewinder::ui
