#include "ui/models/sentence_block.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QGridLayout>
#include <QLabel>
#include <QPushButton>
#include <QToolButton>

#include <algorithm>
#include <utility>

#include "ui/models/flow_layout.h"
#include "ui/models/model_text.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {
namespace {
constexpr int kIcon = 18;
}

SentenceBlock::SentenceBlock(const Theme& theme, QWidget* parent) : QFrame(parent), theme_(theme) {
    setObjectName(QStringLiteral("SentenceBlock"));
    icon_ = new QLabel(this);
    sentence_ = new QLabel(this);
    sentence_->setTextFormat(Qt::PlainText);
    sentence_->setWordWrap(true);
    sentence_->setAlignment(Qt::AlignTop | Qt::AlignLeft);  // beside the icon
    close_ = new QToolButton(this);
    close_->setObjectName(QStringLiteral("SentenceClose"));
    close_->setIconSize(QSize(14, 14));
    close_->setFocusPolicy(Qt::TabFocus);
    connect(close_, &QToolButton::clicked, this, &SentenceBlock::dismiss);
    auto* grid = new QGridLayout(this);
    grid->setContentsMargins(12, 10, 12, 10);
    grid->setHorizontalSpacing(10);
    grid->setVerticalSpacing(8);
    grid->addWidget(icon_, 0, 0, Qt::AlignTop);
    grid->addWidget(sentence_, 0, 1);
    grid->addWidget(close_, 0, 2, Qt::AlignTop);
    grid->setColumnStretch(1, 1);
    QFrame::hide();
    connect(&theme_, &Theme::changed, this, &SentenceBlock::restyle);
}

void SentenceBlock::say(Tone tone, const QString& sentence, const QList<Choice>& choices) {
    close_->hide();
    show(tone, sentence, choices);
    if (!buttons_.isEmpty()) buttons_.first()->setFocus(Qt::OtherFocusReason);
}

void SentenceBlock::tell(const QString& sentence, bool problem) {
    close_->show();
    close_->setAccessibleName(tr("Close"));
    close_->setToolTip(tr("Close"));
    QList<Choice> choices;
    if (problem)
        choices << Choice{tr("Copy details"), [sentence] { QApplication::clipboard()->setText(sentence); },
                          false, true};
    show(problem ? Tone::Problem : Tone::Good, sentence, choices);
}

void SentenceBlock::show(Tone tone, const QString& sentence, const QList<Choice>& choices) {
    tone_ = tone;
    whole_ = sentence;
    sentence_->setText(ModelText::breakable(sentence));
    setAccessibleName(sentence);
    delete row_;  // its buttons act by queued call, so none of them is on the stack
    row_ = nullptr;
    buttons_.clear();
    if (!choices.isEmpty()) {
        row_ = new QWidget(this);
        auto* flow = new FlowLayout(8, row_);
        for (const Choice& choice : choices) {
            auto* button = new QPushButton(choice.label, row_);
            button->setAccessibleName(choice.label);
            if (choice.primary) setKind(button, "primary");
            connect(
                button, &QPushButton::clicked, this,
                [this, choice] {
                    if (!choice.stays) dismiss();
                    if (choice.act) choice.act();
                },
                Qt::QueuedConnection);  // the button goes with the block
            flow->addWidget(button);
            buttons_ << button;
        }
        static_cast<QGridLayout*>(layout())->addWidget(row_, 1, 1);
    }
    restyle();
    QFrame::show();
    QAccessibleEvent event(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&event);
}

void SentenceBlock::dismiss() {
    QFrame::hide();
}

QString SentenceBlock::sentence() const {
    return whole_;
}

bool SentenceBlock::hasPrimary() const {
    return isOpen() && std::any_of(buttons_.begin(), buttons_.end(), [](const QPushButton* button) {
               return button->property("kind").toString() == QLatin1String("primary");
           });
}

void SentenceBlock::restyle() {
    const Colours& c = theme_.colours();
    struct Look {
        const char* tone;
        const char* icon;
        QColor colour;
    };
    const Look looks[] = {{"plain", "info", c.quiet},
                          {"good", "check", c.accent},
                          {"warning", "warning", c.warning},
                          {"error", "warning", c.danger}};
    const Look& look = looks[static_cast<int>(tone_)];
    setLook(this, "tone", QLatin1String(look.tone));
    icon_->setPixmap(theme_.iconIn(look.icon, look.colour).pixmap(QSize(kIcon, kIcon), devicePixelRatioF()));
    close_->setIcon(theme_.icon("close"));
    const int lead = std::max(0, (sentence_->fontMetrics().height() - kIcon) / 2);
    icon_->setContentsMargins(0, lead, 0, 0);
}

}  // namespace sidewinder::ui
