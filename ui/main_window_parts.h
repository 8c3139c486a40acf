#pragma once

#include <QHash>
#include <QPointer>

#include "ui/chat/chat_pane.h"
#include "ui/models/models_page.h"
#include "ui/panels/search_panel.h"
#include "ui/panels/settings_dialog.h"
#include "ui/sidebar/sidebar.h"
#include "ui/theme/theme.h"

class QAction;
class QMenu;
class QStackedWidget;

namespace sidewinder::ui {

class DropOverlay;
class ProjectSheet;

struct WindowActions {
    QAction* newChat;
    QAction* openProject;
    QAction* search;
    QAction* find;
    QAction* stop;
    QAction* regenerate;
    QAction* copyAnswer;
    QAction* rename;
    QAction* pin;
    QAction* remove;
    QAction* focusComposer;
    QAction* sidebar;
    QAction* models;
    QAction* settings;
    QAction* zoomIn;
    QAction* zoomOut;
    QAction* zoomReset;
    QAction* shortcuts;
    QAction* about;
    QAction* quit;
    QList<QAction*> all;
};

/// What a MainWindow is made of. Widgets belong to the window by Qt's ownership.
struct MainWindowParts {
    Theme theme;
    Sidebar* sidebar = nullptr;
    QStackedWidget* centre = nullptr;  // the chat, the models or the sheet
    ChatPane* chat = nullptr;
    ModelsPage* models = nullptr;
    ProjectSheet* sheet = nullptr;
    DropOverlay* drop = nullptr;
    SearchPanel* search = nullptr;
    QPointer<SettingsDialog> settingsDialog;
    WindowActions actions{};
    Settings settings;
    EngineStatus status;
    AboutView about;
    qint64 current = 0;
    qint64 deleted = 0;  // what Undo brings back
    qint64 removedProject = 0;
    qint64 chatProject = 0;
    bool chatProjectRemovable = false;
    QHash<qint64, QString> drafts;
};

}  // namespace sidewinder::ui
