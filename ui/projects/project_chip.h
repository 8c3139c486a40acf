#pragma once

#include <QWidget>

#include "ui/projects/project_values.h"
#include "ui/theme/theme.h"

class QPushButton;
class QToolButton;

namespace sidewinder::ui {

class ElidedLabel;

/// Above the composer: the project that the chat belongs to, and what changed in it since it was read.
class ProjectChip : public QWidget {
    Q_OBJECT

  public:
    explicit ProjectChip(const Theme& theme, QWidget* parent = nullptr);

    /// `removable`: the chat has no message yet, so it may still do without.
    void setProject(const ProjectItem& item, bool removable);  ///< id 0: none
    void setBeingRead(bool being);  ///< the bar of its reading says more, and offers what there is to do
    const ProjectItem& project() const { return item_; }

  Q_SIGNALS:
    void sheetRequested(qint64 project);
    void updateRequested(qint64 project);
    void removed();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void refresh();

    const Theme& theme_;
    ProjectItem item_;
    bool removable_ = false;
    bool beingRead_ = false;
    QPushButton* name_;
    QToolButton* remove_;
    ElidedLabel* state_;
    QPushButton* update_;
};

}  // namespace sidewinder::ui
