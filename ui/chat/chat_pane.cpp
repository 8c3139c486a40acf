#include "ui/chat/chat_pane.h"

#include <QHBoxLayout>
#include <QStackedWidget>
#include <QVBoxLayout>

#include <algorithm>

#include "ui/chat/chat_header.h"
#include "ui/chat/composer.h"
#include "ui/chat/empty_page.h"
#include "ui/chat/find_bar.h"
#include "ui/chat/notice_bar.h"
#include "ui/chat/status_line.h"
#include "ui/projects/excerpt_note.h"
#include "ui/projects/project_chip.h"
#include "ui/projects/reading_bar.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {

ChatPane::ChatPane(const Theme& theme, QWidget* parent) : QWidget(parent), theme_(theme) {
    header_ = new ChatHeader(theme, this);
    stack_ = new QStackedWidget(this);
    empty_ = new EmptyPage(theme, stack_);
    transcript_ = new TranscriptView(theme, stack_);
    stack_->addWidget(empty_);
    stack_->addWidget(transcript_);
    excerptNote_ = new ExcerptNote(theme, this);
    readingBar_ = new ReadingBar(this);
    projectChip_ = new ProjectChip(theme, this);
    composer_ = new Composer(theme, this);
    status_ = new StatusLine(this);
    notices_ = new NoticeBar(theme, this);
    findBar_ = new FindBar(theme, this);

    auto* bottom = new QVBoxLayout;
    bottom->setContentsMargins(metric::margin, 0, metric::margin, 6);
    bottom->setSpacing(3);
    bottom->addWidget(excerptNote_);
    bottom->addWidget(readingBar_);
    bottom->addWidget(projectChip_);
    bottom->addWidget(composer_);
    bottom->addWidget(status_);
    auto* bottomWidget = new QWidget(this);
    bottomWidget->setLayout(bottom);
    bottomWidget->setMaximumWidth(metric::column + 2 * metric::margin);
    auto* centred = new QHBoxLayout;
    centred->setContentsMargins(0, 0, 0, 0);
    centred->addStretch(1);
    centred->addWidget(bottomWidget, 1000);
    centred->addStretch(1);
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header_);
    column->addWidget(stack_, 1);
    column->addLayout(centred);
    connect(notices_, &NoticeBar::sizeChanged, this, &ChatPane::placeOverlays);
    connectFind();
}

void ChatPane::connectFind() {
    Finder& finder = transcript_->finder();
    connect(findBar_, &FindBar::queryChanged, this, [this, &finder](const QString& query) {
        transcript_->setFindVisible(true);
        finder.setQuery(query, {});
    });
    connect(findBar_, &FindBar::stepRequested, &finder, &Finder::step);
    connect(findBar_, &FindBar::closed, this, [this, &finder] {
        transcript_->setFindVisible(false);
        finder.setQuery({}, {});
        composer_->focusInput();
    });
    connect(&finder, &Finder::changed, this, [this, &finder] {
        findBar_->setCount(finder.currentIndex(), finder.count(), finder.isComplete());
    });
}

void ChatPane::showTranscriptOrEmpty() {
    status_->setOffersModels(!transcript_->isEmpty());
    header_->setCanFind(!transcript_->isEmpty());
    QWidget* wanted = transcript_->isEmpty() ? static_cast<QWidget*>(empty_) : transcript_;
    if (stack_->currentWidget() != wanted) stack_->setCurrentWidget(wanted);
}

void ChatPane::setProjectName(const QString& name) {
    if (name == projectName_) return;
    projectName_ = name;
    setStatus(shown_);
}

void ChatPane::setStatus(const EngineStatus& status) {
    shown_ = status;
    const bool busy = status.phase == Phase::Reading || status.phase == Phase::Generating;
    composer_->setBusy(busy);
    composer_->setCanSend(status.phase == Phase::Idle);
    switch (status.phase) {
        case Phase::NoModel:
            composer_->setPlaceholder(tr("Get a model to start"));
            break;
        case Phase::Loading:
            composer_->setPlaceholder(tr("Loading the model…"));
            break;
        case Phase::Off:
            composer_->setPlaceholder(tr("Restart Sidewinder to go on"));
            break;
        default:
            composer_->setPlaceholder(projectName_.isEmpty() ? tr("Ask about code")
                                                             : tr("Ask about %1").arg(projectName_));
    }
    transcript_->setEngineFree(status.phase == Phase::Idle);
    transcript_->setProgress(StatusLine::readingSentence(status));
    empty_->setStatus(status);
    status_->setStatus(status);
}

void ChatPane::openFind() {
    if (transcript_->isEmpty()) return;
    placeOverlays();
    findBar_->open();
}

void ChatPane::resizeEvent(QResizeEvent* event) {
    QWidget::resizeEvent(event);
    placeOverlays();
}

void ChatPane::placeOverlays() {
    const int width = std::min(420, this->width() - 48);
    findBar_->setGeometry(this->width() - width - 20, header_->height() + 4, width,
                          findBar_->sizeHint().height());
    const int column = std::min(metric::column, this->width() - 2 * metric::margin);
    notices_->place(QRect((this->width() - column) / 2, 0, column, height()), stack_->geometry().bottom());
}

}  // namespace sidewinder::ui
