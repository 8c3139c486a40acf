#include <QAction>
#include <QMenu>

#include "ui/chat/chat_header.h"
#include "ui/chat/composer.h"
#include "ui/main_window.h"
#include "ui/main_window_parts.h"
#include "ui/panels/about_dialog.h"
#include "ui/panels/shortcuts_dialog.h"
#include "ui/transcript/transcript_view.h"

namespace sidewinder::ui {

void MainWindow::buildActions() {
    WindowActions& a = parts_->actions;
    ChatPane& chat = *parts_->chat;
    const auto add = [this, &a](const QList<QKeySequence>& keys, auto&& slot) {
        auto* action = new QAction(this);
        action->setShortcuts(keys);
        connect(action, &QAction::triggered, this, std::forward<decltype(slot)>(slot));
        addAction(action);
        a.all << action;
        return action;
    };
    a.newChat = add({QKeySequence(Qt::CTRL | Qt::Key_N)}, [this] { Q_EMIT newConversationRequested(); });
    a.openProject = add({QKeySequence(Qt::CTRL | Qt::Key_O)}, [this] { chooseProject(); });
    a.search = add({QKeySequence(Qt::CTRL | Qt::Key_K)}, [this] { openSearch(); });
    a.find = add({QKeySequence(Qt::CTRL | Qt::Key_F)}, [&chat] { chat.openFind(); });
    a.stop = add({QKeySequence(Qt::Key_Escape)}, [this] { Q_EMIT stopRequested(); });
    a.regenerate = add({QKeySequence(Qt::CTRL | Qt::Key_R)},
                       [this, &chat] { Q_EMIT regenerateRequested(chat.transcript().lastAnswer()); });
    a.copyAnswer = add({QKeySequence(Qt::CTRL | Qt::SHIFT | Qt::Key_C)},
                       [&chat] { chat.transcript().copyLastAnswer(); });
    a.rename = add({QKeySequence(Qt::Key_F2)}, [this] {
        if (!parts_->sidebar->isVisible()) toggleSidebar();
        parts_->sidebar->renameCurrent();
    });
    a.pin = add(
        {}, [this] { Q_EMIT pinRequested(parts_->current, !parts_->sidebar->isPinned(parts_->current)); });
    a.remove = add({}, [this] { deleteConversation(parts_->current); });
    a.focusComposer = add({QKeySequence(Qt::CTRL | Qt::Key_L)}, [this] { openChat(); });
    a.sidebar = add({QKeySequence(Qt::CTRL | Qt::Key_B)}, [this] { toggleSidebar(); });
    a.models = add({QKeySequence(Qt::CTRL | Qt::Key_M)}, [this] { openModels(); });
    a.settings = add({QKeySequence(Qt::CTRL | Qt::Key_Comma)}, [this] { openSettings(); });
    a.zoomIn = add({QKeySequence(Qt::CTRL | Qt::Key_Plus), QKeySequence(Qt::CTRL | Qt::Key_Equal)},
                   [this] { changeFontSize(+1); });
    a.zoomOut = add({QKeySequence(Qt::CTRL | Qt::Key_Minus)}, [this] { changeFontSize(-1); });
    a.zoomReset = add({QKeySequence(Qt::CTRL | Qt::Key_0)}, [this] { changeFontSize(0); });
    a.shortcuts = add({QKeySequence(Qt::Key_F1)}, [this] { openShortcuts(); });
    a.about = add({}, [this] { openAbout(); });
    a.quit = add({QKeySequence(Qt::CTRL | Qt::Key_Q)}, [this] { close(); });
    nameActions();

    auto* menu = new QMenu(this);
    menu->addActions({a.rename, a.pin, a.remove});
    menu->addSeparator();
    menu->addActions({a.regenerate, a.copyAnswer});
    menu->addSeparator();
    menu->addActions({a.openProject, a.search, a.models, a.settings, a.shortcuts, a.about});
    chat.header().setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &MainWindow::refreshActions);
}

void MainWindow::nameActions() {
    WindowActions& a = parts_->actions;
    a.newChat->setText(tr("New chat"));
    a.openProject->setText(tr("Open project…"));
    a.search->setText(tr("Search all chats"));
    a.find->setText(tr("Find in this chat"));
    a.stop->setText(tr("Stop the answer"));
    a.regenerate->setText(tr("Answer again"));
    a.copyAnswer->setText(tr("Copy the last answer"));
    a.rename->setText(tr("Rename chat"));
    a.pin->setText(tr("Pin chat"));
    a.remove->setText(tr("Delete chat"));
    a.focusComposer->setText(tr("Write a message"));
    a.sidebar->setText(tr("Show or hide the sidebar"));
    a.models->setText(tr("Models"));
    a.settings->setText(tr("Settings"));
    a.zoomIn->setText(tr("Larger text"));
    a.zoomOut->setText(tr("Smaller text"));
    a.zoomReset->setText(tr("Normal text size"));
    a.shortcuts->setText(tr("Keyboard shortcuts"));
    a.about->setText(tr("About Sidewinder"));
    a.quit->setText(tr("Quit"));
}

void MainWindow::refreshActions() {
    WindowActions& a = parts_->actions;
    if (a.all.isEmpty()) return;
    const bool stored = parts_->current != 0;
    const bool idle = parts_->status.phase == Phase::Idle;
    const TranscriptView& transcript = parts_->chat->transcript();
    const bool chat = !showsModels() && !showsSheet();
    a.stop->setEnabled(isBusy() && chat);  // there Esc goes back
    a.regenerate->setEnabled(idle && chat && transcript.lastAnswer() != 0);
    a.copyAnswer->setEnabled(chat && !transcript.isEmpty());
    a.find->setEnabled(chat && !transcript.isEmpty());
    for (QAction* action : {a.pin, a.remove}) action->setEnabled(stored);
    a.pin->setText(parts_->sidebar->isPinned(parts_->current) ? tr("Unpin chat") : tr("Pin chat"));
}

void MainWindow::toggleSidebar() {
    parts_->sidebar->setVisible(!parts_->sidebar->isVisible());
}

void MainWindow::openSearch() {
    parts_->search->open();
}

void MainWindow::openShortcuts() {
    auto* dialog = new ShortcutsDialog(parts_->actions.all, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void MainWindow::openAbout() {
    auto* dialog = new AboutDialog(parts_->about, parts_->theme, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

}  // namespace sidewinder::ui
