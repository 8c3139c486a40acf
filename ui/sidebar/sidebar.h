#pragma once

#include <QWidget>

#include <optional>

#include "ui/theme/theme.h"

class QLabel;
class QListView;
class QPushButton;
class QToolButton;

namespace sidewinder::ui {

class ConversationModel;
class ProjectList;
class ConversationDelegate;

/// New chat, search, the conversations. F2 renames, Del deletes, the context menu does all of it.
class Sidebar : public QWidget {
    Q_OBJECT

  public:
    explicit Sidebar(const Theme& theme, QWidget* parent = nullptr);

    void setConversations(const QList<ConversationItem>& items);
    void setCurrent(qint64 id);
    void renameCurrent();  ///< opens the editor in the list
    void hideConversation(qint64 id);
    void showConversation(qint64 id);
    QString titleOf(qint64 id) const;
    bool isPinned(qint64 id) const;
    void setDownloadShare(int percent);  ///< beside "Models"; < 0: none
    QListView* list() const { return list_; }
    ProjectList& projects() { return *projects_; }

  Q_SIGNALS:
    void newRequested();
    void searchRequested();
    void modelsRequested();
    void settingsRequested();
    void selected(qint64 id);
    void renamed(qint64 id, const QString& title);
    void deleteRequested(qint64 id);
    void pinRequested(qint64 id, bool pinned);

  protected:
    bool eventFilter(QObject* watched, QEvent* event) override;
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    void buildTop();
    void buildList();
    void restyle();
    void retranslate();
    void openMenu(const QPoint& position);
    qint64 idAt(const QModelIndex& index) const;

    const Theme& theme_;
    ConversationModel* model_;
    ConversationDelegate* delegate_;
    QLabel* mark_;
    QLabel* name_;
    QPushButton* new_;
    QPushButton* search_;
    QPushButton* models_;
    QLabel* modelsShare_;
    QPushButton* settings_;
    QLabel* searchKey_;
    ProjectList* projects_;
    QListView* list_;
    QLabel* nothing_;
    qint64 current_ = 0;
    std::optional<QList<ConversationItem>> waiting_;  ///< came while a title was being typed
};

}  // namespace sidewinder::ui
