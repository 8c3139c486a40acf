#pragma once

#include <QFrame>

#include <functional>

#include "ui/theme/theme.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace sidewinder::ui {

/// A sentence in the page, with what can be done about it: an answer in place of a dialog.
class SentenceBlock : public QFrame {
    Q_OBJECT

  public:
    enum class Tone { Plain, Good, Warning, Problem };
    struct Choice {
        QString label;
        std::function<void()> act;  ///< called after the block has gone
        bool primary = false;
        bool stays = false;  ///< the block does not go
    };

    explicit SentenceBlock(const Theme& theme, QWidget* parent = nullptr);

    /// A question; the first choice takes the focus.
    void say(Tone tone, const QString& sentence, const QList<Choice>& choices);
    /// How something ended; a problem can be copied. Takes no focus.
    void tell(const QString& sentence, bool problem);
    void dismiss();
    bool isOpen() const { return !isHidden(); }
    QString sentence() const;
    bool hasPrimary() const;

  private:
    void show(Tone tone, const QString& sentence, const QList<Choice>& choices);
    void restyle();

    const Theme& theme_;
    Tone tone_ = Tone::Plain;
    QLabel* icon_;
    QLabel* sentence_;
    QString whole_;
    QToolButton* close_;
    QWidget* row_ = nullptr;
    QList<QPushButton*> buttons_;
};

}  // namespace sidewinder::ui
