// Chats and the projects behind them. The rest of the Controller is in controller.cpp.

#include <algorithm>

#include "app/window/controller.h"

namespace sidewinder::app {

using ui::MainWindow;

void Controller::connectProjects() {
    connect(&projects_, &ProjectsController::chatRequested, this, [this](qint64 project) {
        newChat(project);
        parts_.window.openChat();
    });
    connect(&projects_, &ProjectsController::readingOver, this, &Controller::onReadingOver);
    connect(&projects_, &ProjectsController::readingProgress, this, &Controller::onReadingProgress);
    connect(&projects_, &ProjectsController::problem, this, &Controller::showProblem);
    connect(&projects_, &ProjectsController::listed, this, &Controller::refreshList);
    connect(&projects_, &ProjectsController::removed, this, [this](qint64 project) {
        if (parts_.window.chatProject() == project && parts_.window.currentConversation() == 0)
            parts_.window.setChatProject(0, true);
    });
    connect(&projects_, &ProjectsController::budgetChanged, this, [this](qint64 tokens) {
        settings_.project_budget = tokens;
        save_later_.start();
    });
    connect(&parts_.window, &MainWindow::projectDetached, this,
            [this] { parts_.window.setChatProject(0, true); });
}

void Controller::newChat(qint64 project) {
    parts_.window.setCurrentConversation(0, {});
    parts_.window.setChatProject(project, true);
    showExcerpts({});
}

// What waited for the project goes to the engine; if it was not read to its end, only to be told so.
void Controller::onReadingOver(qint64 project, bool read) {
    QList<Waiting> now;
    for (qsizetype i = waiting_.size(); i-- > 0;)
        if (waiting_[i].project == project) now.prepend(waiting_.takeAt(i));
    for (Waiting& waiting : now) {
        if (const auto answer = answers_.find(waiting.request.answer); !read && answer != answers_.end())
            answer->stop.request_stop();
        toEngine(std::move(waiting.request));
    }
}

// One that waits is stopped at once, not when its turn comes.
void Controller::releaseStopped() {
    for (qsizetype i = waiting_.size(); i-- > 0;)
        if (waiting_[i].request.stop.stop_requested()) toEngine(waiting_.takeAt(i).request);
}

void Controller::onReadingProgress(const ui::ReadingView& view) {
    const bool waits = std::any_of(waiting_.begin(), waiting_.end(),
                                   [&](const Waiting& w) { return w.project == view.project; });
    if (!waits || waiting_.size() != answers_.size()) return;
    status_.tokensRead = view.read;
    status_.tokensToRead = view.toRead;
    status_.secondsLeft = view.secondsLeft;
    setPhase(ui::Phase::Reading);
}

void Controller::answerEnded() {
    if (answers_.size() == waiting_.size()) projects_.answersEnded();
}

}  // namespace sidewinder::app
