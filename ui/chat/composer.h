#pragma once

#include <QFrame>

#include "ui/theme/theme.h"

class QLabel;
class QPlainTextEdit;
class QToolButton;

namespace sidewinder::ui {

/// Where a message is written. Enter sends, Shift+Enter breaks the line; Enter that belongs to an input
/// method never sends. One button sends or, in the same place, stops.
class Composer : public QFrame {
    Q_OBJECT

  public:
    explicit Composer(const Theme& theme, QWidget* parent = nullptr);

    QString text() const;
    void setText(const QString& text);
    void setBusy(bool busy);        ///< an answer is being made: the button stops
    void setCanSend(bool canSend);  ///< false: there is nothing to answer with
    void setPlaceholder(const QString& text);
    bool isComposing() const { return composing_; }
    void focusInput();
    QToolButton* button() const { return button_; }
    QPlainTextEdit* input() const { return input_; }

  Q_SIGNALS:
    void sendRequested(const QString& text);
    void stopRequested();
    void editLastRequested();  ///< Up in an empty composer

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void mousePressEvent(QMouseEvent* event) override;

  private:
    bool keyPressed(QKeyEvent& key);
    void submit();
    void fitHeight();
    void refresh();

    const Theme& theme_;
    QPlainTextEdit* input_;
    QToolButton* button_;
    bool busy_ = false;
    bool canSend_ = true;
    bool composing_ = false;
};

}  // namespace sidewinder::ui
