// How the engine reads a project. The rest of the EngineWorker is in engine_worker.cpp.

#include <chrono>
#include <new>

#include "app/window/engine_worker.h"
#include "inference/error.h"
#include "kernels/error.h"

namespace sidewinder::app {

namespace {
using Clock = std::chrono::steady_clock;
constexpr auto kInterval = std::chrono::milliseconds(100);
constexpr double kSteadySeconds = 0.3;  // before, a rate says little
}  // namespace

void EngineWorker::readProject(const ProjectReadRequest& request) {
    ProjectReadEnd end{.run = request.run,
                       .project = request.project,
                       .reading = request.reading->id,
                       .done = {},
                       .sentence = {}};
    const Clock::time_point start = Clock::now();
    Clock::time_point told{};
    ReadingHooks hooks;
    hooks.progress = [&](double read, std::int64_t to_read) {
        const Clock::time_point now = Clock::now();
        if (now - told < kInterval) return;
        told = now;
        const double seconds = std::chrono::duration<double>(now - start).count();
        Q_EMIT projectProgress({.run = request.run,
                                .read = static_cast<qint64>(read),
                                .to_read = to_read,
                                .kept = std::ssize(request.reading->tokens) - to_read,
                                .tokens_per_second = seconds > kSteadySeconds ? read / seconds : 0});
    };
    hooks.kept = [&](const storage::LadderStep& step) { Q_EMIT projectStep(request.reading->id, step); };
    try {
        if (!engine_ && !cuda_off_.empty())
            throw kernels::Error(kernels::Error::Kind::Unsupported, cuda_off_);
        if (!engine_)
            throw inference::Error(inference::Fault::MissingFile,
                                   "No model is loaded. Choose one on the Models page.");
        const std::int64_t rung = ladder_rung(inference::State::bytes_for(engine_->config()));
        end.done =
            read_project(engine_->timeline(), *request.reading, checkpoints_, rung, request.stop, hooks);
    } catch (const std::bad_alloc&) {
        end.sentence = tr("There was not enough memory to go on reading. What was read is kept.");
    } catch (const std::exception& error) {
        end.sentence = QString::fromUtf8(error.what());
        lostDevice(error);
    }
    Q_EMIT projectEnded(end);
}

void EngineWorker::planProject(qint64 project, const std::shared_ptr<const storage::Reading>& reading) {
    if (!engine_ || reading->tokenizer != engine_->tokenizer_id()) return;
    const inference::Timeline::Plan plan = reading_plan(engine_->timeline(), *reading);
    Q_EMIT projectPlanned({project, reading->id, plan.reused, plan.to_read});
}

}  // namespace sidewinder::app
