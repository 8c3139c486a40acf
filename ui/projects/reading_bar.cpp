#include "ui/projects/reading_bar.h"

#include <QEvent>
#include <QHBoxLayout>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/projects/project_text.h"
#include "ui/theme/elided_label.h"
#include "ui/theme/kind.h"

namespace sidewinder::ui {

ReadingBar::ReadingBar(QWidget* parent) : QFrame(parent) {
    setObjectName(QStringLiteral("ReadingBar"));
    title_ = new ElidedLabel(this);
    setKind(title_, "strong");
    text_ = new ElidedLabel(this);
    setKind(text_, "quiet");
    bar_ = new QProgressBar(this);
    bar_->setTextVisible(false);
    pause_ = new QPushButton(this);
    cancel_ = new QPushButton(this);
    for (QPushButton* button : {pause_, cancel_}) setKind(button, "quiet");
    auto* words = new QVBoxLayout;
    words->setSpacing(5);
    words->addWidget(title_);
    words->addWidget(bar_);
    words->addWidget(text_);
    auto* row = new QHBoxLayout(this);
    row->setContentsMargins(14, 8, 8, 8);
    row->setSpacing(4);
    row->addLayout(words, 1);
    row->addSpacing(8);
    row->addWidget(pause_);
    row->addWidget(cancel_);
    connect(pause_, &QPushButton::clicked, this, [this] {
        if (view_.phase == ReadingPhase::PausedByPerson)
            Q_EMIT continueRequested();
        else
            Q_EMIT pauseRequested();
    });
    connect(cancel_, &QPushButton::clicked, this, &ReadingBar::cancelRequested);
    refresh();
}

void ReadingBar::setView(const ReadingView& view) {
    view_ = view;
    refresh();
}

void ReadingBar::refresh() {
    setVisible(view_.phase != ReadingPhase::None);
    if (view_.phase == ReadingPhase::None) return;
    const bool still = view_.phase != ReadingPhase::Running;
    title_->setWhole(ProjectText::reading(view_));
    const QString progress = ProjectText::progress(view_);
    text_->setWhole(progress.isEmpty() ? QStringLiteral(" ") : progress);
    setLook(bar_, "still", still ? QStringLiteral("true") : QStringLiteral("false"));
    if (view_.phase == ReadingPhase::Preparing) {
        bar_->setRange(0, 0);
    } else {
        bar_->setRange(0, 1000);
        bar_->setValue(static_cast<int>(1000 * view_.read / std::max<qint64>(1, view_.toRead)));
    }
    bar_->setAccessibleName(tr("Progress"));
    bar_->setAccessibleDescription(progress);
    pause_->setEnabled(view_.phase != ReadingPhase::Preparing);
    pause_->setText(view_.phase == ReadingPhase::PausedByPerson ? tr("Continue") : tr("Pause"));
    pause_->setAccessibleName(view_.phase == ReadingPhase::PausedByPerson ? tr("Continue reading")
                                                                          : tr("Pause reading"));
    cancel_->setText(tr("Cancel"));
    cancel_->setAccessibleName(tr("Cancel reading"));
    cancel_->setToolTip(tr("What was read is kept: reading can go on from there later."));
}

void ReadingBar::changeEvent(QEvent* event) {
    QFrame::changeEvent(event);
    if (event->type() == QEvent::LanguageChange) refresh();
}

}  // namespace sidewinder::ui
