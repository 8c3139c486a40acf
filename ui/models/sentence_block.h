#pragma once

#include <QFrame>

#include <functional>

#include "ui/theme/theme.h"

class QLabel;
class QPushButton;

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
        bool stays = false;  ///< the block stays
    };

    explicit SentenceBlock(const Theme& theme, QWidget* parent = nullptr);

    /// The first choice takes the focus if `focus`.
    void say(Tone tone, const QString& sentence, const QList<Choice>& choices, bool focus);
    void dismiss();
    bool isOpen() const { return !isHidden(); }
    QString sentence() const;
    bool hasPrimary() const;

  private:
    void restyle();

    const Theme& theme_;
    Tone tone_ = Tone::Plain;
    QLabel* icon_;
    QLabel* sentence_;
    QWidget* row_ = nullptr;
    QList<QPushButton*> buttons_;
};

}  // namespace sidewinder::ui
