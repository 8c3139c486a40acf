#include <QStackedWidget>

#include "ui/chat/chat_header.h"
#include "ui/chat/composer.h"
#include "ui/chat/empty_page.h"
#include "ui/chat/notice_bar.h"
#include "ui/chat/status_line.h"
#include "ui/main_window.h"
#include "ui/main_window_parts.h"
#include "ui/panels/link_dialog.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {
namespace {
constexpr qint64 undoAction = -1;  // controllers use ids >= 0
}

void MainWindow::connectSidebar() {
    const Sidebar* sidebar = parts_->sidebar;
    connect(sidebar, &Sidebar::newRequested, this, &MainWindow::newConversationRequested);
    connect(sidebar, &Sidebar::searchRequested, this, &MainWindow::openSearch);
    connect(sidebar, &Sidebar::modelsRequested, this, &MainWindow::openModels);
    connect(sidebar, &Sidebar::settingsRequested, this, &MainWindow::openSettings);
    connect(sidebar, &Sidebar::selected, this, &MainWindow::conversationSelected);
    connect(sidebar, &Sidebar::deleteRequested, this, &MainWindow::deleteConversation);
    connect(sidebar, &Sidebar::pinRequested, this, &MainWindow::pinRequested);
    connect(sidebar, &Sidebar::renamed, this, [this](qint64 id, const QString& title) {
        refreshTitle();
        Q_EMIT renameRequested(id, title);
    });
}

void MainWindow::connectChat() {
    ChatPane& chat = *parts_->chat;
    connect(&chat.header(), &ChatHeader::sidebarToggled, this, &MainWindow::toggleSidebar);
    connect(&chat.header(), &ChatHeader::newRequested, this, &MainWindow::newConversationRequested);
    connect(&chat.header(), &ChatHeader::findRequested, &chat, &ChatPane::openFind);
    connect(&chat.empty(), &EmptyPage::promptChosen, this, [&chat](const QString& text) {
        chat.composer().setText(text);
        chat.composer().focusInput();
    });
    connect(&chat.empty(), &EmptyPage::modelsRequested, this, &MainWindow::openModels);
    connect(&chat.status(), &StatusLine::modelsRequested, this, &MainWindow::openModels);
    connect(&chat.composer(), &Composer::sendRequested, this, &MainWindow::sendRequested);
    connect(&chat.composer(), &Composer::stopRequested, this, &MainWindow::stopRequested);
    connect(&chat.composer(), &Composer::editLastRequested, this,
            [&chat] { chat.transcript().editLastOwn(); });
    const TranscriptView& transcript = chat.transcript();
    connect(&transcript, &TranscriptView::editRequested, this, &MainWindow::editRequested);
    connect(&transcript, &TranscriptView::regenerateRequested, this, &MainWindow::regenerateRequested);
    connect(&transcript, &TranscriptView::siblingRequested, this, &MainWindow::siblingRequested);
    connect(&transcript, &TranscriptView::linkActivated, this, &MainWindow::confirmLink);
}

void MainWindow::connectPanels() {
    connect(parts_->search, &SearchPanel::searchRequested, this, &MainWindow::searchRequested);
    connect(parts_->search, &SearchPanel::hitActivated, this, &MainWindow::searchHitActivated);
    connect(parts_->search, &SearchPanel::closed, this, [this] {
        if (!showsModels() && !showsSheet()) parts_->chat->composer().focusInput();
    });
    for (const NoticeBar* bar : {&parts_->chat->notices(), &parts_->models->notices()})
        connect(bar, &NoticeBar::actionTriggered, this, &MainWindow::noticeTriggered);
}

void MainWindow::noticeTriggered(qint64 id) {
    if (undoneProject(id)) return;
    if (id != undoAction) {
        Q_EMIT noticeActionTriggered(id);
        return;
    }
    parts_->sidebar->showConversation(parts_->deleted);
    Q_EMIT undoDeleteRequested(parts_->deleted);
}

void MainWindow::connectModels() {
    connect(parts_->models, &ModelsPage::closed, this, &MainWindow::openChat);
    connect(parts_->models, &ModelsPage::sidebarToggled, this, &MainWindow::toggleSidebar);
    connect(parts_->models, &ModelsPage::downloadShareChanged, parts_->sidebar, &Sidebar::setDownloadShare);
    // Whoever goes to a conversation wants to see it.
    connect(this, &MainWindow::conversationSelected, this, &MainWindow::openChat);
    connect(this, &MainWindow::newConversationRequested, this, &MainWindow::openChat);
    connect(this, &MainWindow::searchHitActivated, this, &MainWindow::openChat);
}

void MainWindow::openModels() {
    if (!showsModels()) {
        parts_->centre->setCurrentWidget(parts_->models);
        refreshTitle();
        refreshActions();
        Q_EMIT modelsOpened();
    }
    parts_->models->open();
}

void MainWindow::openChat() {
    parts_->centre->setCurrentWidget(parts_->chat);
    refreshTitle();
    refreshActions();
    parts_->chat->composer().focusInput();
}

void MainWindow::openSettings() {
    if (!parts_->settingsDialog) {
        parts_->settingsDialog = new SettingsDialog(parts_->theme, this);
        connect(parts_->settingsDialog, &SettingsDialog::changed, this, [this](const Settings& settings) {
            applySettings(settings);
            Q_EMIT settingsChanged(settings);
        });
        connect(parts_->settingsDialog, &SettingsDialog::proxyPasswordGiven, this,
                &MainWindow::proxyPasswordGiven);
        connect(parts_->settingsDialog, &SettingsDialog::proxyPasswordForgotten, this,
                &MainWindow::proxyPasswordForgotten);
    }
    parts_->settingsDialog->setSettings(parts_->settings);
    parts_->settingsDialog->setFloat8Offered(parts_->status.offersFloat8);
    parts_->settingsDialog->show();
    parts_->settingsDialog->raise();
    parts_->settingsDialog->activateWindow();
}

void MainWindow::sayProxyPassword(const QString& sentence) {
    if (parts_->settingsDialog) parts_->settingsDialog->sayProxyPassword(sentence);
}

void MainWindow::deleteConversation(qint64 id) {
    if (id == 0) return;
    const QString title = parts_->sidebar->titleOf(id);
    parts_->deleted = id;
    parts_->sidebar->hideConversation(id);
    Q_EMIT deleteRequested(id);
    Notice notice;
    notice.sentence =
        title.isEmpty() ? tr("The chat was deleted.") : tr("“%1” was deleted.").arg(title.left(80));
    notice.actionLabel = tr("Undo");
    notice.actionId = undoAction;
    notice.milliseconds = 10000;
    showNotice(notice);
}

void MainWindow::confirmLink(const QUrl& url) {
    auto* dialog = new LinkDialog(url, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &LinkDialog::accepted, this, [this, url] { Q_EMIT linkOpenRequested(url); });
    dialog->open();
}

}  // namespace sidewinder::ui
