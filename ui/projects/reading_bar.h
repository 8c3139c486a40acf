#pragma once

#include <QFrame>

#include "ui/projects/project_values.h"

class QProgressBar;
class QPushButton;

namespace sidewinder::ui {

class ElidedLabel;

/// How far the reading of a project is, above the composer: the window stays usable meanwhile.
class ReadingBar : public QFrame {
    Q_OBJECT

  public:
    explicit ReadingBar(QWidget* parent = nullptr);
    void setView(const ReadingView& view);
    const ReadingView& view() const { return view_; }

  Q_SIGNALS:
    void pauseRequested();
    void continueRequested();
    void cancelRequested();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void refresh();

    ReadingView view_;
    ElidedLabel* title_;
    ElidedLabel* text_;
    QProgressBar* bar_;
    QPushButton* pause_;
    QPushButton* cancel_;
};

}  // namespace sidewinder::ui
