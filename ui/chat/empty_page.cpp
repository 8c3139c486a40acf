#include "ui/chat/empty_page.h"

#include <QEvent>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "ui/theme/icon.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

namespace {
constexpr int kChip = 260;
constexpr int kTwoColumns = 2 * kChip + 10 + 2 * 24;
}  // namespace

EmptyPage::EmptyPage(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    mark_ = new QLabel(this);
    name_ = new QLabel(QStringLiteral("Sidewinder"), this);
    setKind(name_, "display");
    sentence_ = new QLabel(this);
    setKind(sentence_, "hint");
    model_ = new QLabel(this);
    setKind(model_, "quiet");
    for (QLabel* label : {mark_, name_, sentence_, model_}) {
        label->setAlignment(Qt::AlignHCenter);
        label->setTextFormat(Qt::PlainText);
    }
    project_ = new QPushButton(this);
    setKind(project_, "drop");
    project_->setIconSize(QSize(18, 18));
    project_->setCursor(Qt::PointingHandCursor);
    models_ = new QPushButton(this);
    setKind(models_, "link");
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(24, 24, 24, 24);
    column->setSpacing(0);
    column->addStretch(5);
    column->addWidget(mark_);
    column->addSpacing(14);
    column->addWidget(name_);
    column->addSpacing(6);
    column->addWidget(sentence_);
    column->addSpacing(28);
    grid_ = new QGridLayout;
    QGridLayout* grid = grid_;
    grid->setSpacing(10);
    for (int i = 0; i < samples().size(); ++i) {
        auto* chip = new QPushButton(this);
        setKind(chip, "chip");
        chip->setCursor(Qt::PointingHandCursor);
        chip->setMinimumWidth(kChip);
        connect(chip, &QPushButton::clicked, this,
                [this, i] { Q_EMIT promptChosen(samples().at(i).prompt); });
        grid->addWidget(chip, i / 2, i % 2);
        chips_ << chip;
    }
    grid->addWidget(project_, 2, 0, 1, 2);
    auto* centred = new QHBoxLayout;
    centred->addStretch();
    centred->addLayout(grid);
    centred->addStretch();
    column->addLayout(centred);
    column->addSpacing(22);
    column->addWidget(model_);
    column->addSpacing(4);
    column->addWidget(models_, 0, Qt::AlignHCenter);
    column->addStretch(6);
    connect(project_, &QPushButton::clicked, this, &EmptyPage::projectRequested);
    connect(models_, &QPushButton::clicked, this, &EmptyPage::modelsRequested);
    connect(&theme_, &Theme::changed, this, &EmptyPage::restyle);
    restyle();
    retranslate();
}

QList<EmptyPage::Sample> EmptyPage::samples() const {
    // What the demo model can do, in the one language that it knows.
    if (status_.demo) {
        return {
            {tr("Reverse a string"), QStringLiteral("Write a function that reverses a string")},
            {tr("Check for a prime number"),
             QStringLiteral("Write a function that checks if a number is prime")},
            {tr("A class for a stack"), QStringLiteral("Write a class for a stack")},
            {tr("Count the words of a text"),
             QStringLiteral("Write a function that counts the words in a text")},
        };
    }
    return {
        {tr("Write a binary search in C++"), tr("Write a binary search over a sorted std::span in C++20, "
                                                "with tests for the empty and one-element cases.")},
        {tr("Explain a regular expression"),
         tr("Explain this regular expression piece by piece: ^(?:[a-z0-9]+(?:-[a-z0-9]+)*)$")},
        {tr("Turn a shell script into Python"),
         tr("Turn this shell script into a small Python program:\n\nfor f in *.log; do gzip -9 \"$f\" && mv "
            "\"$f.gz\" old/; done")},
        {tr("Find the bug in a function"),
         tr("Find the bug:\n\n```c\nint mean(const int *v, unsigned n) {\n    int sum = 0;\n    for "
            "(unsigned i = 0; i <= n; i++) sum += v[i];\n    return sum / n;\n}\n```")},
    };
}

void EmptyPage::setStatus(const EngineStatus& status) {
    status_ = status;
    retranslate();
}

void EmptyPage::retranslate() {
    sentence_->setText(tr("Runs on this machine. Nothing leaves it."));
    const auto prompts = samples();
    for (int i = 0; i < chips_.size(); ++i) {
        chips_[i]->setText(prompts[i].label);
        chips_[i]->setAccessibleName(prompts[i].label);
    }
    project_->setText(tr("Ask about a project: drop a folder here"));
    project_->setAccessibleName(project_->text());
    project_->setToolTip(tr("Open project… (Ctrl+O)"));
    const bool none = status_.phase == Phase::NoModel;
    model_->setVisible(status_.demo || none);
    models_->setVisible(status_.demo || none);
    model_->setText(none ? tr("There is no model on this machine yet.")
                         : tr("Demo model, for trying Sidewinder out. It is too small to be right."));
    models_->setText(none ? tr("Get a model") : tr("Get the full model"));
    models_->setAccessibleName(models_->text());
}

// Where two samples do not fit beside each other, the first two stand one below the other.
void EmptyPage::arrange() {
    const bool narrow = width() < kTwoColumns;
    if (narrow == narrow_) return;
    narrow_ = narrow;
    for (int i = 0; i < chips_.size(); ++i) {
        grid_->removeWidget(chips_[i]);
        grid_->addWidget(chips_[i], narrow ? i : i / 2, narrow ? 0 : i % 2);
        chips_[i]->setVisible(!narrow || i < 2);
    }
    grid_->removeWidget(project_);
    grid_->addWidget(project_, narrow ? static_cast<int>(chips_.size()) : 2, 0, 1, narrow ? 1 : 2);
}

void EmptyPage::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    arrange();
}

void EmptyPage::restyle() {
    project_->setIcon(theme_.icon("folder"));
    mark_->setPixmap(applicationIcon().pixmap(QSize(64, 64), devicePixelRatioF()));
}

void EmptyPage::changeEvent(QEvent* event) {
    QWidget::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) retranslate();
}

}  // namespace sidewinder::ui
