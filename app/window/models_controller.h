#pragma once

#include <QObject>
#include <QThread>

#include <optional>
#include <stop_token>

#include "app/core/settings.h"
#include "app/window/model_download.h"
#include "app/window/models_view.h"
#include "app/window/models_worker.h"
#include "ui/models/models_page.h"

namespace sidewinder::app {

/// Between the page of models, the models folder and sidewinder-fetch: lists, fetches one model at a time,
/// checks, converts, brings in, copies out, removes. What answers is the Controller's: it is asked by signal
/// and says how that went. GUI thread; never blocks.
class ModelsController : public QObject {
    Q_OBJECT

  public:
    /// What it works with; `page` must outlive it.
    struct Parts {
        ui::ModelsPage& page;
        storage::Paths paths;
        BackendMaker backends;
        FetchMaker fetch;
    };
    ModelsController(const Parts& parts, const Settings& settings, QObject* parent = nullptr);
    ~ModelsController() override;  ///< a download that is under way keeps what has come

    void setSettings(const Settings& settings);
    void refresh();  ///< lists anew; the page follows

    // What the Controller says about the model that answers.
    void setLoading(const std::string& called, const QString& weights, double share);
    void setLoaded(const ModelInUse& use);
    void setLoadFailed(const std::string& called, const QString& sentence);
    void setGpuOff(const QString& why);  ///< it must not be touched any more

    bool isDownloading() const { return download_ != nullptr; }

  Q_SIGNALS:
    void useRequested(const QString& called, const QString& weights);  ///< called empty: the demo model
    void stopUseRequested();
    void onlineRequested();
    void downloadsChanged(const std::vector<sidewinder::app::Settings::Download>& downloads);
    void listed();
    void downloadEnded(bool done);
    void jobEnded(bool done);

  private:
    void connectPage();
    void connectWorker();
    void show();

    void download(const QString& id, bool goOnline);
    void startDownload(const Settings::Download& what);
    void cancelDownload(const QString& id, bool removeParts);
    void onDownloadEnded(bool done, const QString& sentence, bool resumable);
    void addRepository(const ui::OtherRepository& repository);
    void remember(const Settings::Download& what);
    void forget(const std::string& id);
    Settings::Download described(const QString& id) const;

    void use(const QString& id, const QString& weights);
    void remove(const QString& id);
    void add(const QString& id);
    void stop(const QString& id);
    void run(ModelJob job);
    void onProgress(const ModelJobProgress& progress);
    void onEnded(const ModelJobEnd& end);
    void sayDone(const ModelJobEnd& end);
    void note(const QString& id, const QString& sentence, bool problem);
    const ui::ModelItem* item(const QString& id) const;
    static QString shownId(const ModelJob& job);
    static ui::ModelTask taskOf(ModelJob::Kind kind);

    Parts parts_;
    Settings settings_;
    QThread thread_;
    ModelsWorker* worker_;  ///< lives on thread_, and as long as that
    std::optional<ModelListing> listing_;
    ui::ModelCatalog catalog_;
    ModelInUse use_;
    QString loading_;        ///< the id of what is being loaded, or empty
    std::stop_source stop_;  ///< of the job under way
    int running_ = 0;        ///< jobs asked for and not ended
    ModelDownload* download_ = nullptr;
    QString preparing_;  ///< the id of a download whose folder is being looked at
    QString reveal_;     ///< to be shown once it is listed
    struct Pending {
        QString id, sentence;
        bool problem = false;
    };
    std::optional<Pending> pending_;  ///< to be said once it is listed
};

}  // namespace sidewinder::app
