#pragma once

#include <QHash>
#include <QWidget>

#include "ui/models/model_card.h"
#include "ui/models/model_values.h"
#include "ui/theme/theme.h"
#include "ui/values.h"

class QLabel;
class QPushButton;
class QScrollArea;
class QToolButton;
class QVBoxLayout;

namespace sidewinder::ui {

class ElidedLabel;
class FolderForm;
class NoticeBar;
class ProgressBlock;
class RepositoryForm;

/// The models of this machine and those that could be: shows values and emits intentions, as the window does.
/// After an intention it waits for the controller to call a slot. Everything is asked in place.
class ModelsPage : public QWidget {
    Q_OBJECT

  public:
    explicit ModelsPage(const Theme& theme, QWidget* parent = nullptr);

    void setSettings(const Settings& settings);
    NoticeBar& notices() { return *notices_; }
    QToolButton& sidebarButton() { return *sidebar_; }
    ModelCard* card(const QString& id) const { return cards_.value(id); }
    void open();           ///< it is shown now: the focus goes to the first thing to do
    bool closeQuestion();  ///< what Esc closes before the page; false: nothing was open

  public Q_SLOTS:
    void setCatalog(const sidewinder::ui::ModelCatalog& catalog);
    /// One at a time for each id; task None: it is over. Cheap.
    void setWork(const sidewinder::ui::ModelWork& work);
    void setNote(const sidewinder::ui::ModelNote& note);
    void reveal(const QString& id);  ///< scrolls to a card and gives it the focus

  Q_SIGNALS:
    void closed();
    void sidebarToggled();
    void useRequested(const QString& id, const QString& precision);
    void addRequested(const QString& id);
    void downloadRequested(const QString& id, bool goOnline);
    void pauseRequested(const QString& id);
    void resumeRequested(const QString& id);
    void cancelRequested(const QString& id, bool removeParts);
    void stopRequested(const QString& id);  ///< of any other work
    void verifyRequested(const QString& id);
    void makeRequested(const QString& id, const QString& precision);
    void exportRequested(const QString& id, const QString& folder);
    void removeRequested(const QString& id);
    void importRequested(const QString& folder, bool link);
    void repositoryAdded(const sidewinder::ui::OtherRepository& repository);
    void downloadShareChanged(int percent);  ///< of the whole; -1: none is under way

  protected:
    void keyPressEvent(QKeyEvent* event) override;
    void resizeEvent(QResizeEvent* event) override;
    void changeEvent(QEvent* event) override;

  private:
    void buildHead();
    void buildList();
    void connectForms();
    ModelCard* addCard(const QString& id);
    void refreshContext();
    void refreshPrimary();
    void refreshTexts();
    void restyle();
    void placeNotices();
    void showFocus();

    const Theme& theme_;
    Settings settings_;
    ModelCatalog catalog_;
    QHash<QString, ModelWork> works_;  ///< those under way
    QHash<QString, ModelCard*> cards_;
    QWidget* head_;
    QToolButton* sidebar_;
    QToolButton* back_;
    QLabel* title_;
    QPushButton* import_;
    QPushButton* other_;
    QScrollArea* scroll_;
    QWidget* column_;
    QVBoxLayout* list_;
    QLabel* where_;
    QLabel* offline_;
    QLabel* looking_;
    FolderForm* importForm_;
    RepositoryForm* otherForm_;
    ProgressBlock* importWork_;
    SentenceBlock* importNote_;
    NoticeBar* notices_;
};

}  // namespace sidewinder::ui
