#include "ui/projects/sheet_foot.h"

#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>
#include <array>

#include "ui/projects/project_text.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {

constexpr std::array<qint64, 5> kBudgets{65'536, 131'072, 262'144, 524'288, 1'048'576};
constexpr qint64 kDefaultBudget = 262'144;

QLabel* plain(QWidget* parent, const char* kind) {
    auto* label = new QLabel(parent);
    label->setTextFormat(Qt::PlainText);
    label->setWordWrap(true);
    setKind(label, kind);
    return label;
}

}  // namespace

SheetFoot::SheetFoot(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("SheetFoot"));
    sum_ = plain(this, "strong");
    over_ = plain(this, "warning");
    plan_ = plain(this, "hint");
    cost_ = plain(this, "hint");
    recall_ = plain(this, "hint");
    budgetLabel_ = plain(this, "quiet");
    budgetLabel_->setWordWrap(false);
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    bar_->setRange(0, 1000);
    budget_ = new QComboBox(this);
    for (const qint64 tokens : kBudgets) budget_->addItem(QString(), tokens);
    budgetLabel_->setBuddy(budget_);
    cancel_ = new QPushButton(this);
    read_ = new QPushButton(this);
    setKind(read_, "primary");

    auto* top = new QHBoxLayout;
    top->setSpacing(8);
    top->addWidget(sum_, 1);
    top->addWidget(budgetLabel_);
    top->addWidget(budget_);
    auto* words = new QVBoxLayout;
    words->setSpacing(2);
    for (QLabel* label : {over_, plan_, cost_, recall_}) words->addWidget(label);
    auto* bottom = new QHBoxLayout;
    bottom->setSpacing(8);
    bottom->addLayout(words, 1);
    bottom->addWidget(cancel_, 0, Qt::AlignBottom);
    bottom->addWidget(read_, 0, Qt::AlignBottom);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(16, 12, 16, 14);
    column->setSpacing(8);
    column->addLayout(top);
    column->addWidget(bar_);
    column->addLayout(bottom);
    connect(read_, &QPushButton::clicked, this, &SheetFoot::readRequested);
    connect(cancel_, &QPushButton::clicked, this, &SheetFoot::cancelled);
    connect(budget_, &QComboBox::activated, this, [this] {
        refresh();
        Q_EMIT budgetChanged(budget());
    });
    retranslate();
    setBudget(kDefaultBudget);
}

void SheetFoot::setBudget(qint64 tokens) {
    const auto at = std::find(kBudgets.begin(), kBudgets.end(), tokens);
    budget_->setCurrentIndex(
        static_cast<int>((at == kBudgets.end() ? kBudgets.begin() + 2 : at) - kBudgets.begin()));
    refresh();
}

qint64 SheetFoot::budget() const {
    return budget_->currentData().toLongLong();
}

void SheetFoot::setTicked(qint64 files, qint64 tokens, qint64 leftOut) {
    stale_ = stale_ || files != files_ || tokens != tokens_;
    files_ = files;
    tokens_ = tokens;
    leftOut_ = leftOut;
    refresh();
}

void SheetFoot::setTotals(const SheetTotals& totals) {
    totals_ = totals;
    stale_ = false;
    refresh();
}

void SheetFoot::setState(const SheetState& state) {
    state_ = state;
    refresh();
}

// Until the exact sum is back, the ticks' own: the log's opening and its notes are little beside them.
qint64 SheetFoot::shownTokens() const {
    return stale_ ? tokens_ : std::max(tokens_, totals_.logTokens);
}

void SheetFoot::refresh() {
    const bool ready = state_.phase == SheetPhase::Ready;
    const qint64 tokens = shownTokens();
    const bool over = ready && tokens > budget();
    sum_->setText(!ready ? ProjectText::scan(state_)
                         : tr("%1 of %2 tokens, %3 files ticked, %4 left out")
                               .arg(ProjectText::number(tokens), ProjectText::number(budget()),
                                    ProjectText::number(files_), ProjectText::number(leftOut_)));
    if (ready || state_.ofFiles > 0) {
        const qint64 done = ready ? tokens : state_.files;
        const qint64 all = ready ? budget() : state_.ofFiles;
        bar_->setRange(0, 1000);
        bar_->setValue(static_cast<int>(std::min<qint64>(1000, 1000 * done / std::max<qint64>(1, all))));
    } else {
        bar_->setRange(0, state_.phase == SheetPhase::Failed ? 1 : 0);
    }
    bar_->setVisible(state_.phase != SheetPhase::Failed);
    setLook(bar_, "over", over ? QStringLiteral("true") : QStringLiteral("false"));
    over_->setVisible(over || !state_.sentence.isEmpty());
    over_->setText(over ? tr("%1 over the budget. Untick files, or raise the budget: beyond 256k tokens "
                             "the model has not been tested.")
                              .arg(ProjectText::tokens(tokens - budget()))
                        : state_.sentence);
    sum_->setVisible(state_.phase != SheetPhase::Failed);
    plan_->setVisible(ready);
    cost_->setVisible(ready);
    recall_->setVisible(ready && !totals_.recall.isEmpty());
    recall_->setText(totals_.recall);
    budget_->setVisible(ready);
    budgetLabel_->setVisible(ready);
    // While the new sum is under way the old sentence stays, quietly: it comes back within moments.
    plan_->setEnabled(!stale_);
    plan_->setText(ProjectText::plan(totals_));
    cost_->setText(ProjectText::cost(totals_));
    read_->setVisible(state_.phase != SheetPhase::Failed);
    read_->setEnabled(ready && !stale_ && !over && files_ > 0);
    read_->setText(totals_.upToDate && !stale_ ? tr("Ask about it")
                   : totals_.readBefore        ? tr("Update")
                                               : tr("Read"));
    read_->setAccessibleName(read_->text());
    cancel_->setText(state_.phase == SheetPhase::Failed ? tr("Back") : tr("Cancel"));
    cancel_->setAccessibleName(cancel_->text());
    bar_->setAccessibleName(ready ? tr("Tokens against the budget") : tr("Progress"));
    bar_->setAccessibleDescription(sum_->text());
}

void SheetFoot::retranslate() {
    for (int i = 0; i < budget_->count(); ++i)
        budget_->setItemText(i, ProjectText::tokens(kBudgets[static_cast<std::size_t>(i)]));
    budgetLabel_->setText(tr("Budget"));
    budget_->setAccessibleName(tr("Budget"));
    refresh();
}

void SheetFoot::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace sidewinder::ui
