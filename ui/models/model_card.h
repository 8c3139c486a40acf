#pragma once

#include <QFrame>

#include "ui/models/model_values.h"
#include "ui/models/sentence_block.h"
#include "ui/theme/theme.h"

class QLabel;
class QPushButton;
class QToolButton;

namespace sidewinder::ui {

class FolderForm;
class ModelDetails;
class PrecisionTable;
class ProgressBlock;

/// What a card needs to know of the rest.
struct ModelCardContext {
    bool offline = true;
    bool sendsToken = false;  ///< a token file is set
    QString endpoint;         ///< of models that name none themselves
    bool busy = false;        ///< a check, an import, … is under way, and one is done at a time
    bool downloading = false;

    bool operator==(const ModelCardContext&) const = default;
};

/// One model: what it is, whether it fits, what can be done with it, how far that is.
class ModelCard : public QFrame {
    Q_OBJECT

  public:
    ModelCard(const Theme& theme, QWidget* parent);

    void setModel(const ModelItem& model);
    void setContext(const ModelCardContext& context);
    void setWork(const ModelWork& work);  ///< task None: nothing is done any more
    void setNote(const ModelNote& note);
    /// Its main button is the page's primary one; no two are.
    void setPrimary(bool primary);
    bool wantsPrimary() const;  ///< it has a main button that may be primary
    bool asks() const;          ///< a question of its own is open, with a primary button
    bool closeQuestion();       ///< false: none was open
    void focusMain();

    const ModelItem& model() const { return model_; }
    QString precision() const;

  Q_SIGNALS:
    void useRequested(const QString& id, const QString& precision);
    void addRequested(const QString& id);  ///< of Cached: into the list, with its files where they are
    void downloadRequested(const QString& id, bool goOnline);
    void pauseRequested(const QString& id);
    void resumeRequested(const QString& id);
    void cancelRequested(const QString& id, bool removeParts);
    void stopRequested(const QString& id);
    void verifyRequested(const QString& id);
    void makeRequested(const QString& id, const QString& precision);
    void exportRequested(const QString& id, const QString& folder);
    void removeRequested(const QString& id);
    void changed();  ///< a question was opened or closed

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void build();
    QPushButton* action(void (ModelCard::*what)());
    void refresh();
    void refreshTexts();
    void refreshActions();
    void restyle();
    void use();
    void download();
    void verify();
    void make();
    void exportTo();
    void askRemoval();
    void askCancel();
    void toggleDetails();
    void settle();  ///< after a question
    void ask(const QString& sentence, const QList<SentenceBlock::Choice>& choices);
    bool isDownload() const;
    bool isLoading() const;

    const Theme& theme_;
    ModelItem model_;
    ModelCardContext context_;
    bool primary_ = false;
    QLabel* name_;
    QLabel* badge_;
    QLabel* summary_;
    QLabel* sign_;
    QLabel* verdict_;
    QLabel* diskSign_;
    QLabel* disk_;
    QLabel* reason_;
    PrecisionTable* precisions_;
    ProgressBlock* progress_;
    SentenceBlock* note_;
    SentenceBlock* question_;
    FolderForm* export_;
    ModelDetails* details_;
    QPushButton *main_, *verify_, *make_, *exportTo_, *remove_, *more_;
};

}  // namespace sidewinder::ui
