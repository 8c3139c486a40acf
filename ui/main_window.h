#pragma once

#include <QByteArray>
#include <QList>
#include <QWidget>

#include <memory>

#include "ui/projects/project_values.h"
#include "ui/values.h"

namespace sidewinder::ui {

class ModelsPage;
class ProjectSheet;
class Theme;
struct MainWindowParts;

/// The window. Shows values and emits intentions; knows neither engine nor store, and decides nothing about
/// them: after an intention it waits for the controller to call a slot. GUI thread only. Nothing in it opens
/// a file or a socket.
///
/// What it does by itself: copy to the clipboard, find in the open conversation, zoom (reported as a changed
/// Settings::fontSize), drafts per conversation, the undo notice after a delete, consent before a link is
/// opened.
class MainWindow : public QWidget {
    Q_OBJECT

  public:
    /// The first one sets the application's style, palette, font and style sheet.
    explicit MainWindow(QWidget* parent = nullptr);
    ~MainWindow() override;

    /// Geometry, sidebar width and visibility. The application keeps it. False: not ours, nothing changed.
    QByteArray saveState() const;
    bool restoreState(const QByteArray& state);

    qint64 currentConversation() const;  ///< 0: the unsaved new chat
    Settings settings() const;
    void setDraft(const QString& text);  ///< into the composer
    QString draft() const;
    ModelsPage& models();  ///< takes the chat's place while it is open
    bool showsModels() const;
    ProjectSheet& sheet();  ///< takes the chat's place while it is open
    bool showsSheet() const;
    qint64 chatProject() const;  ///< of the open chat; 0: none

  public Q_SLOTS:
    /// The whole list, in any order; the window sorts it. The open conversation stays open.
    void setConversations(const QList<ConversationItem>& items);

    /// Opens a conversation: the path of messages from the first to the newest. Id 0 with no messages is the
    /// empty new chat. `scrollTo` is a message to show (a search hit); 0: the end. The same id again: a new
    /// path (a sibling was chosen, an edit was sent); the place on the screen is kept where the messages are
    /// the same.
    void setCurrentConversation(qint64 id, const QList<sidewinder::ui::MessageView>& messages,
                                qint64 scrollTo = 0);

    /// After the store has given the new chat its row: ids only, nothing else moves.
    void setCurrentConversationId(qint64 id);

    void appendMessage(const sidewinder::ui::MessageView& message);

    /// Streaming. Cheap: repaints are coalesced to at most 30 a second. Unknown ids are dropped.
    void appendText(qint64 messageId, const QString& delta);

    /// Replaces the message with that id. If `message.text` equals what was streamed, nothing is laid out
    /// again.
    void updateMessage(const sidewinder::ui::MessageView& message);

    /// A temporary id becomes the store's.
    void setMessageId(qint64 oldId, qint64 newId);

    void setStatus(const sidewinder::ui::EngineStatus& status);
    void setSettings(const sidewinder::ui::Settings& settings);  ///< does not emit settingsChanged

    void sayProxyPassword(const QString& sentence);  ///< in the settings, if they are open

    void setAbout(const sidewinder::ui::AboutView& about);

    /// One at a time; a newer one replaces the older.
    void showNotice(const sidewinder::ui::Notice& notice);

    /// For the query last emitted by searchRequested; results for any other query are dropped.
    void setSearchResults(const QString& query, const QList<sidewinder::ui::SearchHit>& hits);

    /// The whole list, in its order. One that was removed stays out of sight until Undo.
    void setProjects(const QList<sidewinder::ui::ProjectItem>& items);
    /// The project that the open chat belongs to, 0: none. `removable`: the person may still do without.
    void setChatProject(qint64 project, bool removable);
    void setReading(const sidewinder::ui::ReadingView& view);  ///< cheap; phase None: nothing is being read
    /// What was put beside the last question of the open chat; empty hides the note.
    void setExcerpts(const QList<sidewinder::ui::ExcerptItem>& excerpts);
    void openSheet();

    void openModels();  ///< emits modelsOpened
    void openChat();

  Q_SIGNALS:
    void newConversationRequested();
    void conversationSelected(qint64 id);
    void renameRequested(qint64 id, const QString& title);
    void deleteRequested(qint64 id);      ///< the window offers Undo by itself
    void undoDeleteRequested(qint64 id);  ///< within the notice's time, about 10 s
    void pinRequested(qint64 id, bool pinned);

    void sendRequested(const QString& text);  ///< into currentConversation(); the composer is empty now
    void stopRequested();
    void editRequested(qint64 messageId, const QString& newText);  ///< resend as a sibling
    void regenerateRequested(qint64 messageId);
    void siblingRequested(qint64 messageId, int delta);  ///< -1 or +1

    void searchRequested(
        const QString& query);  ///< over all conversations, not empty, 150 ms after the last key
    void searchHitActivated(qint64 conversationId, qint64 messageId);
    void settingsChanged(const sidewinder::ui::Settings& settings);
    /// To be kept outside of the settings; sayProxyPassword() answers.
    void proxyPasswordGiven(const QString& proxy, const QString& password, bool inFile);
    void proxyPasswordForgotten(const QString& proxy);
    void noticeActionTriggered(qint64 actionId);
    void linkOpenRequested(
        const QUrl& url);  ///< http or https, after the person has seen it whole and agreed

    void projectOpenRequested(const QString& folder);  ///< dropped or chosen
    void projectChatRequested(qint64 id);              ///< a new chat in it
    void projectSheetRequested(qint64 id);             ///< its files are wanted
    void projectUpdateRequested(qint64 id);            ///< read what changed, or go on with reading
    void projectRemoveRequested(qint64 id);            ///< the window offers Undo by itself
    void undoProjectRemoveRequested(qint64 id);        ///< within the notice's time, about 10 s
    void projectDetached();                            ///< the new chat shall do without its project
    void sheetCancelled();
    void readingPauseRequested();
    void readingContinueRequested();
    void readingCancelRequested();
    void excerptSwitched(int index, bool on);
    void activated();  ///< the window has the focus again: files may have changed meanwhile

    void modelsOpened();  ///< the page of models is in sight now, so what it shows is wanted

  protected:
    void changeEvent(QEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void wheelEvent(QWheelEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dragLeaveEvent(QDragLeaveEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void buildActions();
    void connectSidebar();
    void connectChat();
    void connectPanels();
    void connectModels();
    void connectProjects();
    void noticeTriggered(qint64 id);
    void chooseProject();
    void showChatProject();
    void removeProject(qint64 id);
    bool undoneProject(qint64 action);
    void nameActions();
    void refreshActions();
    void refreshTitle();
    void openSettings();
    void openShortcuts();
    void openAbout();
    void openSearch();
    void toggleSidebar();
    void changeFontSize(int step);  ///< 0: back to the system's
    void applySettings(const Settings& settings);
    void deleteConversation(qint64 id);
    void confirmLink(const QUrl& url);
    bool isBusy() const;

    std::unique_ptr<MainWindowParts> parts_;
};

}  // namespace sidewinder::ui
