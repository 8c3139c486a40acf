#pragma once

#include <QFrame>

#include "ui/theme/theme.h"

class QLabel;
class QLineEdit;
class QToolButton;

namespace sidewinder::ui {

/// Ctrl+F in the open conversation. Enter and Shift+Enter step, Esc closes.
class FindBar : public QFrame {
    Q_OBJECT

  public:
    explicit FindBar(const Theme& theme, QWidget* parent = nullptr);
    void open();
    void setCount(int current, int count, bool complete);  ///< `current` from 0, -1: none
    QString query() const;
    QLineEdit* input() const { return input_; }

  Q_SIGNALS:
    void queryChanged(const QString& query);
    void stepRequested(int delta);
    void closed();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void close();
    void restyle();
    void retranslate();

    const Theme& theme_;
    QLineEdit* input_;
    QLabel* count_;
    QToolButton* previous_;
    QToolButton* next_;
    QToolButton* close_;
};

}  // namespace sidewinder::ui
