#include "app/window/models_worker.h"

#include <chrono>
#include <new>

#include "inference/error.h"
#include "storage/error.h"

namespace sidewinder::app {

namespace {
using Clock = std::chrono::steady_clock;
constexpr auto kInterval = std::chrono::milliseconds(100);
}  // namespace

void ModelsWorker::list(const BackendMaker& backends) {
    try {
        Q_EMIT listed(list_models(paths_, backends));
    } catch (const std::exception& error) {
        Q_EMIT listFailed(QString::fromUtf8(error.what()));
    }
}

void ModelsWorker::run(const ModelJob& job, std::stop_token stop) {
    const Clock::time_point begun = Clock::now();
    Clock::time_point told{};
    const auto tell = [&](const storage::ByteProgress& p) {
        const Clock::time_point now = Clock::now();
        if (now - told < kInterval) return;
        told = now;
        const double seconds = std::chrono::duration<double>(now - begun).count();
        Q_EMIT progress({job, p.file, static_cast<qint64>(p.done), static_cast<qint64>(p.total),
                         seconds > 0.5 ? static_cast<double>(p.done) / seconds : 0});
    };
    ModelJobEnd end{job, ModelJobEnd::How::Done, {}, {}};
    try {
        end.result = run_model_job(job, paths_, tell, stop);
    } catch (const storage::Stopped&) {
        end.how = ModelJobEnd::How::Stopped;
    } catch (const inference::Stopped&) {
        end.how = ModelJobEnd::How::Stopped;
    } catch (const std::bad_alloc&) {
        end.how = ModelJobEnd::How::Failed;
        end.sentence = tr("There was not enough memory for this. Close other programs and try again.");
    } catch (const std::exception& error) {
        end.how = ModelJobEnd::How::Failed;
        end.sentence = QString::fromUtf8(error.what());
    }
    Q_EMIT ended(end);
}

}  // namespace sidewinder::app
