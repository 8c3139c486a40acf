#pragma once

#include <QFrame>

#include "ui/projects/project_values.h"
#include "ui/theme/theme.h"

class QCheckBox;
class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace sidewinder::ui {

/// What of the project was put beside the last question: place, tokens, why, and a switch for each. One line
/// until it is opened; hidden while there is nothing.
class ExcerptNote : public QFrame {
    Q_OBJECT

  public:
    explicit ExcerptNote(const Theme& theme, QWidget* parent = nullptr);
    void setExcerpts(const QList<ExcerptItem>& excerpts);
    const QList<ExcerptItem>& excerpts() const { return excerpts_; }
    bool isOpen() const { return open_; }

  Q_SIGNALS:
    void switched(int index, bool on);
    void sizeChanged();

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void rebuild();
    void refresh();

    const Theme& theme_;
    QList<ExcerptItem> excerpts_;
    bool open_ = false;
    QPushButton* title_;
    QScrollArea* scroll_;
    QWidget* rows_;
    QVBoxLayout* column_;
    QList<QCheckBox*> switches_;
};

}  // namespace sidewinder::ui
