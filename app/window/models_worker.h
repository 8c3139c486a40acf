#pragma once

#include <QObject>
#include <QString>

#include <stop_token>

#include "app/core/model_jobs.h"

namespace sidewinder::app {

struct ModelJobProgress {
    ModelJob job;
    std::string file;
    qint64 done = 0, total = 0;
    double rate = 0;  ///< bytes a second
};

struct ModelJobEnd {
    ModelJob job;
    enum class How { Done, Stopped, Failed } how = How::Done;
    ModelJobResult result;
    QString sentence;  ///< of Failed
};

/// The models folder on a thread of its own: values in by queued call, values out by signal. One job after
/// the other.
class ModelsWorker : public QObject {
    Q_OBJECT

  public:
    explicit ModelsWorker(storage::Paths paths) : paths_(std::move(paths)) {}

  public Q_SLOTS:
    void list(const sidewinder::app::BackendMaker& backends);
    void run(const sidewinder::app::ModelJob& job, std::stop_token stop);

  Q_SIGNALS:
    void listed(const sidewinder::app::ModelListing& listing);
    void listFailed(const QString& sentence);
    void progress(const sidewinder::app::ModelJobProgress& progress);  ///< at most ten a second
    void ended(const sidewinder::app::ModelJobEnd& end);

  private:
    storage::Paths paths_;
};

}  // namespace sidewinder::app

Q_DECLARE_METATYPE(sidewinder::app::ModelListing)
Q_DECLARE_METATYPE(sidewinder::app::ModelJobProgress)
Q_DECLARE_METATYPE(sidewinder::app::ModelJobEnd)
