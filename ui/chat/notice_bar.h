#pragma once

#include <QFrame>
#include <QTimer>

#include "ui/theme/theme.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace sidewinder::ui {

/// A calm bar over the end of the transcript: one sentence, perhaps one action. Its time stands still while
/// the pointer or the focus is on it.
class NoticeBar : public QFrame {
    Q_OBJECT

  public:
    explicit NoticeBar(const Theme& theme, QWidget* parent = nullptr);
    void show(const Notice& notice);
    void dismiss();
    void place(const QRect& column, int bottom);  ///< where it may be, in the parent's coordinates
    const Notice& notice() const { return notice_; }

  Q_SIGNALS:
    void actionTriggered(qint64 actionId);
    void sizeChanged();

  protected:
    void enterEvent(QEnterEvent* event) override;
    void leaveEvent(QEvent* event) override;

  private:
    void restyle();
    void expire();

    const Theme& theme_;
    Notice notice_;
    QTimer timer_;
    QLabel* icon_;
    QLabel* sentence_;
    QPushButton* action_;
    QPushButton* details_;
    QToolButton* close_;
};

}  // namespace sidewinder::ui
