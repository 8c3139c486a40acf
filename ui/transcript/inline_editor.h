#pragma once

#include <QFrame>

class QPlainTextEdit;
class QPushButton;

namespace sidewinder::ui {

/// Edits a sent message where it stands. Ctrl+Enter sends, Esc cancels.
class InlineEditor : public QFrame {
    Q_OBJECT

  public:
    explicit InlineEditor(const QString& text, QWidget* parent);
    int heightFor(int width) const;
    QString text() const;

  Q_SIGNALS:
    void submitted(const QString& text);
    void cancelled();
    void heightChanged();

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;

  private:
    void submit();
    QPlainTextEdit* edit_;
    QPushButton* send_;
    QString original_;
};

}  // namespace sidewinder::ui
