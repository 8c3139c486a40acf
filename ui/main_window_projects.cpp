// The window's side of projects: the sheet, the drop, the bar of a reading, the chip.

#include <QDragEnterEvent>
#include <QFileDialog>
#include <QStackedWidget>

#include "ui/chat/chat_header.h"
#include "ui/chat/composer.h"
#include "ui/chat/empty_page.h"
#include "ui/chat/notice_bar.h"
#include "ui/main_window.h"
#include "ui/main_window_parts.h"
#include "ui/projects/drop_overlay.h"
#include "ui/projects/excerpt_note.h"
#include "ui/projects/project_chip.h"
#include "ui/projects/project_list.h"
#include "ui/projects/project_sheet.h"
#include "ui/projects/reading_bar.h"

namespace sidewinder::ui {
namespace {
constexpr qint64 undoProjectAction = -2;
}

void MainWindow::connectProjects() {
    ProjectList& list = parts_->sidebar->projects();
    connect(&list, &ProjectList::openRequested, this, &MainWindow::chooseProject);
    connect(&list, &ProjectList::chatRequested, this, &MainWindow::projectChatRequested);
    connect(&list, &ProjectList::sheetRequested, this, &MainWindow::projectSheetRequested);
    connect(&list, &ProjectList::updateRequested, this, &MainWindow::projectUpdateRequested);
    connect(&list, &ProjectList::removeRequested, this, &MainWindow::removeProject);
    const ProjectChip& chip = parts_->chat->projectChip();
    connect(&chip, &ProjectChip::sheetRequested, this, &MainWindow::projectSheetRequested);
    connect(&chip, &ProjectChip::updateRequested, this, &MainWindow::projectUpdateRequested);
    connect(&chip, &ProjectChip::removed, this, &MainWindow::projectDetached);
    const ReadingBar& reading = parts_->chat->readingBar();
    connect(&reading, &ReadingBar::pauseRequested, this, &MainWindow::readingPauseRequested);
    connect(&reading, &ReadingBar::continueRequested, this, &MainWindow::readingContinueRequested);
    connect(&reading, &ReadingBar::cancelRequested, this, &MainWindow::readingCancelRequested);
    connect(&parts_->chat->excerptNote(), &ExcerptNote::switched, this, &MainWindow::excerptSwitched);
    connect(parts_->sheet, &ProjectSheet::sidebarToggled, this, &MainWindow::toggleSidebar);
    connect(parts_->sheet, &ProjectSheet::cancelled, this, [this] {
        openChat();
        Q_EMIT sheetCancelled();
    });
    connect(&parts_->chat->empty(), &EmptyPage::projectRequested, this, &MainWindow::chooseProject);
    connect(parts_->drop, &DropOverlay::dropped, this, &MainWindow::projectOpenRequested);
    connect(&parts_->sheet->notices(), &NoticeBar::actionTriggered, this, &MainWindow::noticeTriggered);
    setAcceptDrops(true);
}

void MainWindow::chooseProject() {
    auto* dialog = new QFileDialog(this, tr("Open project"));
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::projectOpenRequested);
    dialog->open();
}

void MainWindow::setProjects(const QList<ProjectItem>& items) {
    parts_->sidebar->projects().setProjects(items);
    showChatProject();
}

void MainWindow::setChatProject(qint64 project, bool removable) {
    parts_->chatProject = project;
    parts_->chatProjectRemovable = removable;
    parts_->sidebar->projects().setCurrent(project);
    showChatProject();
}

qint64 MainWindow::chatProject() const {
    return parts_->chatProject;
}

void MainWindow::showChatProject() {
    const ProjectItem* item = parts_->sidebar->projects().find(parts_->chatProject);
    parts_->chat->projectChip().setProject(item ? *item : ProjectItem{}, parts_->chatProjectRemovable);
    const ReadingView& reading = parts_->chat->readingBar().view();
    parts_->chat->projectChip().setBeingRead(item && reading.phase != ReadingPhase::None &&
                                             reading.project == item->id);
    parts_->chat->setProjectName(item ? item->name : QString());
}

void MainWindow::setReading(const ReadingView& view) {
    parts_->chat->readingBar().setView(view);
    showChatProject();
}

void MainWindow::setExcerpts(const QList<ExcerptItem>& excerpts) {
    parts_->chat->excerptNote().setExcerpts(excerpts);
}

ProjectSheet& MainWindow::sheet() {
    return *parts_->sheet;
}

bool MainWindow::showsSheet() const {
    return parts_->centre->currentWidget() == parts_->sheet;
}

void MainWindow::openSheet() {
    parts_->centre->setCurrentWidget(parts_->sheet);
    refreshTitle();
    refreshActions();
    parts_->sheet->open();
}

void MainWindow::removeProject(qint64 id) {
    const ProjectItem* item = parts_->sidebar->projects().find(id);
    if (!item) return;
    const QString name = item->name;
    parts_->removedProject = id;
    parts_->sidebar->projects().hideProject(id);
    Q_EMIT projectRemoveRequested(id);
    showNotice({.sentence = tr("“%1” was removed with what was read of it. Its folder and its chats stay.")
                                .arg(name.left(80)),
                .actionLabel = tr("Undo"),
                .actionId = undoProjectAction,
                .milliseconds = 10'000});
}

bool MainWindow::undoneProject(qint64 action) {
    if (action != undoProjectAction) return false;
    parts_->sidebar->projects().unhideProject(parts_->removedProject);
    Q_EMIT undoProjectRemoveRequested(parts_->removedProject);
    return true;
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (DropOverlay::folderIn(event->mimeData()).isEmpty()) return QWidget::dragEnterEvent(event);
    parts_->drop->cover();
    event->acceptProposedAction();
}

void MainWindow::dragLeaveEvent(QDragLeaveEvent* event) {
    parts_->drop->hide();
    QWidget::dragLeaveEvent(event);
}

void MainWindow::dropEvent(QDropEvent* event) {
    parts_->drop->hide();
    const QString folder = DropOverlay::folderIn(event->mimeData());
    if (folder.isEmpty()) return QWidget::dropEvent(event);
    event->acceptProposedAction();
    Q_EMIT projectOpenRequested(folder);
}

}  // namespace sidewinder::ui
