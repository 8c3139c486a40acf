#pragma once

#include <QHash>
#include <QObject>
#include <QSet>
#include <QThread>
#include <QTimer>

#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>

#include "app/core/checkpoint_store.h"
#include "app/core/settings.h"
#include "app/window/engine_worker.h"
#include "app/window/projects_worker.h"
#include "app/window/store_thread.h"
#include "ui/main_window.h"

namespace sidewinder::app {

/// Between the window's side of projects, their folders, the store and the engine: the sheet, reading with
/// pauses, what changed, removal. Chats are the Controller's, which asks here what must be read before an
/// answer. GUI thread; never blocks.
class ProjectsController : public QObject {
    Q_OBJECT

  public:
    /// All of it must outlive this, `engine` until disconnectEngine(). `checkpoints` may be null.
    struct Parts {
        ui::MainWindow& window;
        StoreThread& store;
        CheckpointStore* checkpoints = nullptr;
        EngineWorker* engine = nullptr;
        std::filesystem::path recall = {};  ///< load_recall()'s file
    };
    ProjectsController(const Parts& parts, const Settings& settings, QObject* parent = nullptr);
    ~ProjectsController() override;

    void start();  ///< lists the projects
    void setEngine(const EngineInfo& info);
    void setNoEngine();       ///< it is being loaded anew, or is off: nothing is read meanwhile
    void disconnectEngine();  ///< its thread is about to end

    /// The reading behind a new chat in the project: null if nothing of it was prepared for this tokenizer.
    std::shared_ptr<const storage::Reading> current(qint64 project) const;
    QString nameOf(qint64 project) const;
    std::filesystem::path rootOf(qint64 project) const;  ///< empty: it is not known any more
    /// True if an answer that branches off this reading must wait until it is read; reading begins, or goes
    /// on, by itself then, since the person asked.
    bool readBefore(qint64 project, qint64 reading);
    void answerBegins();  ///< another answer goes first: reading pauses
    void answersEnded();  ///< and goes on
    void checkChanges();  ///< of all that is read

    double rate() const { return rate_; }  ///< tokens a second with this model; 0: not measured yet
    bool isReading() const { return reading_.has_value(); }

  Q_SIGNALS:
    void chatRequested(qint64 project);  ///< show a new chat in it
    /// No more waiting for it: read, or cancelled or failed.
    void readingOver(qint64 project, bool read);
    void readingProgress(const sidewinder::ui::ReadingView& view);
    void listed();
    void removed(qint64 project);
    void problem(const QString& sentence);
    void budgetChanged(qint64 tokens);
    void surveyed();

  private:
    struct Known {
        storage::Project row;
        std::shared_ptr<const storage::Reading> reading;  ///< the current one, if this tokenizer made it
        bool read_by_another = false;
        qint64 reused = -1, to_read = -1;  ///< of `reading`; < 0: not known yet
        std::optional<CheckResult> check;
    };
    struct Sheet {
        qint64 run = 0;
        qint64 project = 0;
        bool made = false;  ///< the row was made for this sheet
        bool updating = false;
        std::string root;
        std::stop_source stop;
        ui::SheetTotals totals;
    };
    struct UnderWay {
        qint64 run = 0;  ///< of the last request to the engine
        qint64 project = 0;
        std::shared_ptr<const storage::Reading> reading;  ///< null while it is being prepared
        std::stop_source stop;
        ui::ReadingView view;
        bool on_engine = false;  ///< the engine has it, or will
        bool cancelled = false;
    };
    struct Listing;

    void connectWindow();
    void connectWorker();
    void connectEngine();

    void refresh();
    void onListed(const Listing& listing);
    void show();
    ui::ProjectItem item(const Known& known) const;
    Known* find(qint64 project);
    const Known* find(qint64 project) const;
    SharedMakers makers() const;

    void openFolder(const QString& folder);
    void openSheet(const std::string& root, const QString& name, bool updating);
    void survey();
    void onSurveyed(const SurveyResult& result);
    void showTotals(ui::SheetTotals totals);
    void cancelSheet();
    void read();
    void onWritten(const WrittenLog& written);
    void update(qint64 project);

    void startReading(qint64 project);
    void feed();
    void pause();
    void goOn();
    void cancelReading();
    void onProgress(const ProjectReadProgress& progress);
    void onEnded(const ProjectReadEnd& end);
    void endReading(bool read);
    void showReading();

    void remove(qint64 project);
    void undoRemove(qint64 project);
    void forget(qint64 project);
    void check(const Known& known);

    Parts parts_;
    Settings settings_;
    QThread thread_;
    ProjectsWorker* worker_;  ///< lives on thread_, and as long as that
    std::optional<EngineInfo> engine_;
    QList<Known> projects_;
    std::optional<Sheet> sheet_;
    QString waiting_;  ///< a folder that was dropped before a model was loaded
    std::optional<UnderWay> reading_;
    QString recall_;          ///< what was measured of the loaded model, a sentence
    double rate_ = 0;         ///< tokens a second, as measured last with this model; 0: not yet
    bool answering_ = false;  ///< the engine is the answers' now
    qint64 last_run_ = 0;
    std::stop_source checks_;
    QSet<qint64> checking_;
    QHash<qint64, QTimer*> removing_;  ///< until Undo's time is over
};

}  // namespace sidewinder::app
