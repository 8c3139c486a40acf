#pragma once

#include <QFrame>

#include "ui/projects/project_values.h"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;

namespace sidewinder::ui {

/// What reading costs: the tokens against the budget, what is read now and what is kept, time and disk; Read
/// and Cancel.
class SheetFoot : public QFrame {
    Q_OBJECT

  public:
    explicit SheetFoot(QWidget* parent = nullptr);

    void setTicked(qint64 files, qint64 tokens, qint64 leftOut);  ///< as the ticks stand now
    void setTotals(const SheetTotals& totals);  ///< what they cost, as the controller worked it out
    void setState(const SheetState& state);
    void setBudget(qint64 tokens);
    qint64 budget() const;
    QPushButton* readButton() const { return read_; }

  Q_SIGNALS:
    void readRequested();
    void cancelled();
    void budgetChanged(qint64 tokens);

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void retranslate();
    void refresh();
    qint64 shownTokens() const;

    SheetTotals totals_;
    SheetState state_;
    qint64 files_ = 0, tokens_ = 0, leftOut_ = 0;
    bool stale_ = true;  ///< ticks moved since the totals were worked out
    QProgressBar* bar_;
    QLabel* sum_;
    QLabel* over_;
    QLabel* plan_;
    QLabel* cost_;
    QLabel* recall_;
    QLabel* budgetLabel_;
    QComboBox* budget_;
    QPushButton* read_;
    QPushButton* cancel_;
};

}  // namespace sidewinder::ui
