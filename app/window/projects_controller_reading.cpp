// The sheet and the reading of a project. The rest of the ProjectsController is in projects_controller.cpp.

#include <QFileInfo>
#include <QMetaObject>

#include <algorithm>
#include <span>

#include "app/core/project_forget.h"
#include "app/window/projects_controller.h"
#include "app/window/projects_view.h"
#include "ui/projects/project_sheet.h"

namespace sidewinder::app {

using storage::Conversations;
using storage::Projects;

namespace {
constexpr qint64 kTokensOfARate = 200;  // a rate of fewer says little
}

void ProjectsController::connectEngine() {
    connect(parts_.engine, &EngineWorker::projectProgress, this, &ProjectsController::onProgress);
    connect(parts_.engine, &EngineWorker::projectEnded, this, &ProjectsController::onEnded);
    connect(parts_.engine, &EngineWorker::projectStep, this,
            [this](qint64 reading, const storage::LadderStep& step) {
                parts_.store.ask([reading, step](Conversations&, Projects& p) { p.add_step(reading, step); });
            });
    connect(parts_.engine, &EngineWorker::projectPlanned, this, [this](const ProjectPlan& plan) {
        Known* known = find(plan.project);
        if (!known || !known->reading || known->reading->id != plan.reading) return;
        known->reused = plan.reused;
        known->to_read = plan.to_read;
        show();
    });
}

void ProjectsController::setEngine(const EngineInfo& info) {
    if (!engine_ || engine_->fingerprint != info.fingerprint) {
        rate_ = 0;
        for (Known& known : projects_) known.reused = known.to_read = -1;
    }
    if (!engine_ || engine_->tokenizer != info.tokenizer) {
        if (sheet_) cancelSheet();
        for (Known& known : projects_) known.check.reset();
    }
    engine_ = info;
    recall_ = recall_sentence(load_recall(parts_.recall, info.fingerprint));
    refresh();
    if (!waiting_.isEmpty()) openFolder(std::exchange(waiting_, QString()));
}

void ProjectsController::setNoEngine() {
    engine_.reset();
    if (reading_) cancelReading();
    if (sheet_) {
        cancelSheet();
        if (parts_.window.showsSheet()) parts_.window.openChat();
    }
    show();
}

void ProjectsController::disconnectEngine() {
    if (reading_) reading_->stop.request_stop();
    engine_.reset();
}

// The sheet.

void ProjectsController::openFolder(const QString& folder) {
    openSheet({}, QFileInfo(folder).fileName(), false);
    ui::ProjectSheet& sheet = parts_.window.sheet();
    sheet.begin(QFileInfo(folder).fileName(), folder);
    if (!engine_ || !engine_->shared_tokenizer) {
        waiting_ = folder;
        sheet.setState({.phase = ui::SheetPhase::Waiting});
        return;
    }
    QMetaObject::invokeMethod(
        worker_, [w = worker_, run = sheet_->run, folder] { w->open(run, folder); }, Qt::QueuedConnection);
}

void ProjectsController::openSheet(const std::string& root, const QString& name, bool updating) {
    cancelSheet();
    sheet_ = Sheet{.run = ++last_run_, .updating = updating, .root = root};
    parts_.window.sheet().begin(name, QString::fromStdString(root));
    parts_.window.sheet().setState({.phase = ui::SheetPhase::Scanning});
    parts_.window.openSheet();
    if (!root.empty() && engine_) survey();
}

void ProjectsController::survey() {
    struct Recalled {
        ProjectMemory memory;
        bool made;
    };
    parts_.store.ask(
        this,
        [root = std::filesystem::path(sheet_->root), tokenizer = engine_->tokenizer](Conversations&,
                                                                                     Projects& p) {
            const bool made = !p.find(root);
            return Recalled{recall_project(p, root, tokenizer), made};
        },
        [this, run = sheet_->run](Recalled recalled) {
            if (!sheet_ || sheet_->run != run || !engine_) {
                if (recalled.made) forget(recalled.memory.project);
                return;
            }
            sheet_->project = recalled.memory.project;
            sheet_->made = recalled.made;
            parts_.window.sheet().begin(QString::fromStdString(recalled.memory.name),
                                        QString::fromStdString(sheet_->root));
            parts_.window.sheet().setState({.phase = ui::SheetPhase::Scanning});
            SurveyRequest request{.run = run,
                                  .root = sheet_->root,
                                  .memory = std::move(recalled.memory),
                                  .makers = makers(),
                                  .stop = sheet_->stop.get_token()};
            QMetaObject::invokeMethod(
                worker_, [w = worker_, request = std::move(request)] { w->survey(request); },
                Qt::QueuedConnection);
        });
}

void ProjectsController::onSurveyed(const SurveyResult& result) {
    if (!sheet_ || sheet_->run != result.run) return;
    ui::ProjectSheet& sheet = parts_.window.sheet();
    sheet.setEntries(result.entries);
    showTotals(result.totals);
    sheet.setState({.phase = ui::SheetPhase::Ready});
    if (sheet_->updating) sheet.showToRead();
    Q_EMIT surveyed();
}

void ProjectsController::showTotals(ui::SheetTotals totals) {
    if (!engine_) return;
    totals.secondsToRead = rate_ > 0 ? static_cast<double>(totals.toRead) / rate_ : -1;
    totals.diskBytes =
        parts_.checkpoints ? static_cast<qint64>(ladder_bytes(totals.logTokens, engine_->state_bytes)) : 0;
    totals.recall = recall_;
    sheet_->totals = totals;
    parts_.window.sheet().setTotals(totals);
}

void ProjectsController::cancelSheet() {
    waiting_.clear();
    if (!sheet_) return;
    sheet_->stop.request_stop();
    if (reading_ && !reading_->reading) endReading(false);  // what it was being prepared from is gone
    // A folder that was only looked at is no project yet.
    if (sheet_->made && !(reading_ && reading_->project == sheet_->project)) forget(sheet_->project);
    sheet_.reset();
    QMetaObject::invokeMethod(worker_, &ProjectsWorker::close, Qt::QueuedConnection);
}

void ProjectsController::read() {
    if (!sheet_ || !engine_) return;
    const qint64 project = sheet_->project;
    if (reading_) cancelReading();
    reading_ = UnderWay{.project = project};
    reading_->view = {.project = project, .phase = ui::ReadingPhase::Preparing};
    reading_->view.name = nameOf(project);
    if (reading_->view.name.isEmpty())
        reading_->view.name = QFileInfo(QString::fromStdString(sheet_->root)).fileName();
    showReading();
    QMetaObject::invokeMethod(
        worker_, [w = worker_, run = sheet_->run, stop = sheet_->stop.get_token()] { w->write(run, stop); },
        Qt::QueuedConnection);
    parts_.window.openChat();
    Q_EMIT chatRequested(project);
}

void ProjectsController::onWritten(const WrittenLog& written) {
    if (!sheet_ || sheet_->run != written.run) return;
    const qint64 project = sheet_->project;
    sheet_.reset();
    if (!reading_ || reading_->project != project || reading_->cancelled) return;
    QStringList left_out;
    for (const std::string& sentence : written.log->left_out) left_out << QString::fromStdString(sentence);
    if (!left_out.isEmpty()) Q_EMIT problem(left_out.join(QLatin1Char('\n')));
    parts_.store.ask(
        this,
        [written, project](Conversations&, Projects& p) {
            store_log(p, *written.log);
            const ProjectChoices stored = p.choices(project);
            for (const auto& [path, in] : stored)
                if (!written.choices.contains(path)) p.set_choice(project, path, std::nullopt);
            for (const auto& [path, in] : written.choices) p.set_choice(project, path, in);
            return std::make_shared<const storage::Reading>(std::move(written.log->reading));
        },
        [this, project](std::shared_ptr<const storage::Reading> reading) {
            refresh();
            if (!reading_ || reading_->project != project || reading_->cancelled) return;
            reading_->reading = std::move(reading);
            feed();
        });
}

void ProjectsController::update(qint64 project) {
    const Known* known = find(project);
    if (!known || (reading_ && reading_->project == project)) return goOn();
    const ui::ProjectState state = item(*known).state;
    if (state == ui::ProjectState::Paused)
        startReading(project);
    else
        openSheet(known->row.root.string(), QString::fromStdString(known->row.name),
                  state == ui::ProjectState::Changed);
}

// Reading.

void ProjectsController::startReading(qint64 project) {
    const Known* known = find(project);
    if (!known || !known->reading || !engine_) return;
    if (reading_) cancelReading();
    reading_ = UnderWay{.project = project, .reading = known->reading};
    reading_->view.project = project;
    reading_->view.name = QString::fromStdString(known->row.name);
    reading_->view.kept = std::max<qint64>(0, known->reused);
    reading_->view.toRead = std::ssize(known->reading->tokens) - reading_->view.kept;
    feed();
}

// Hands the log to the engine, unless an answer is being made: then when that is over.
void ProjectsController::feed() {
    UnderWay& now = *reading_;
    if (answering_) {
        now.view.phase = ui::ReadingPhase::PausedForAnswer;
        showReading();
        return;
    }
    now.stop = std::stop_source();
    now.run = ++last_run_;
    now.on_engine = true;
    now.view.phase = ui::ReadingPhase::Running;
    now.view.tokensPerSecond = 0;
    now.view.secondsLeft = -1;
    showReading();
    ProjectReadRequest request{
        .run = now.run, .project = now.project, .reading = now.reading, .stop = now.stop.get_token()};
    QMetaObject::invokeMethod(
        parts_.engine, [e = parts_.engine, request = std::move(request)] { e->readProject(request); },
        Qt::QueuedConnection);
}

void ProjectsController::pause() {
    if (!reading_ || !reading_->reading) return;
    reading_->view.phase = ui::ReadingPhase::PausedByPerson;
    reading_->stop.request_stop();
    showReading();
}

void ProjectsController::goOn() {
    if (!reading_ || reading_->view.phase != ui::ReadingPhase::PausedByPerson) return;
    reading_->view.phase = ui::ReadingPhase::Running;
    if (!reading_->on_engine) feed();  // else the engine's last word is still to come, and goes on then
    showReading();
}

void ProjectsController::cancelReading() {
    if (!reading_) return;
    reading_->cancelled = true;
    reading_->stop.request_stop();
    if (sheet_ && !reading_->reading) sheet_->stop.request_stop();  // it is still being prepared
    endReading(false);
}

void ProjectsController::answerBegins() {
    answering_ = true;
    if (!reading_ || !reading_->reading || reading_->view.phase != ui::ReadingPhase::Running) return;
    reading_->view.phase = ui::ReadingPhase::PausedForAnswer;
    reading_->stop.request_stop();
    showReading();
}

void ProjectsController::answersEnded() {
    answering_ = false;
    if (!reading_ || reading_->view.phase != ui::ReadingPhase::PausedForAnswer) return;
    reading_->view.phase = ui::ReadingPhase::Running;
    if (!reading_->on_engine) feed();
}

bool ProjectsController::readBefore(qint64 project, qint64 reading) {
    if (reading_ && reading_->project == project)
        return !reading_->reading || reading_->reading->id == reading;
    const Known* known = find(project);
    if (!known || !known->reading || known->reading->id != reading || known->to_read <= 0) return false;
    startReading(project);
    return true;
}

void ProjectsController::onProgress(const ProjectReadProgress& progress) {
    if (progress.tokens_per_second > 0 && progress.read >= kTokensOfARate) rate_ = progress.tokens_per_second;
    if (!reading_ || reading_->run != progress.run || !reading_->on_engine) return;
    ui::ReadingView& view = reading_->view;
    view.read = progress.read;
    view.toRead = progress.to_read;
    view.kept = progress.kept;
    view.tokensPerSecond = progress.tokens_per_second;
    view.secondsLeft =
        progress.tokens_per_second > 0
            ? static_cast<double>(progress.to_read - progress.read) / progress.tokens_per_second
            : -1;
    showReading();
}

void ProjectsController::onEnded(const ProjectReadEnd& end) {
    if (end.done.read >= kTokensOfARate && end.done.seconds > 0)
        rate_ = static_cast<double>(end.done.read) / end.done.seconds;
    if (Known* known = find(end.project); known && known->reading && known->reading->id == end.reading) {
        const auto total = std::ssize(known->reading->tokens);
        known->reused = end.done.stopped || !end.sentence.isEmpty() ? end.done.reused + end.done.read : total;
        known->to_read = total - known->reused;
    }
    // The step that was gone on from may have reached the disk a moment before a crash, and not the ladder.
    if (end.done.reused > 0)
        parts_.store.ask([reading = end.reading, position = end.done.reused](Conversations&, Projects& p) {
            const storage::Reading log = p.reading(reading);
            if (position > std::ssize(log.tokens)) return;
            p.add_step(reading,
                       {position,
                        storage::hash_log(std::span(log.tokens).first(static_cast<std::size_t>(position)))});
        });
    const bool ours = reading_ && reading_->run == end.run && reading_->on_engine;
    if (!ours) return show();
    reading_->on_engine = false;
    if (!end.sentence.isEmpty()) {
        Q_EMIT problem(end.sentence);
        return endReading(false);
    }
    if (end.done.stopped) {
        reading_->view.kept = end.done.reused + end.done.read;
        reading_->view.toRead = std::ssize(reading_->reading->tokens) - reading_->view.kept;
        reading_->view.read = 0;
        if (reading_->view.phase == ui::ReadingPhase::Running) return feed();
        return showReading();
    }
    parts_.store.ask([project = end.project, files = parts_.checkpoints](Conversations&, Projects& p) {
        const std::vector<storage::DroppedReading> dropped = prune_project(p, project);
        if (files) remove_checkpoints(*files, dropped);
    });
    endReading(true);
}

void ProjectsController::endReading(bool read) {
    const qint64 project = reading_->project;
    reading_.reset();
    if (Known* known = find(project)) known->check.reset();
    showReading();
    if (read) checkChanges();
    Q_EMIT readingOver(project, read);
}

void ProjectsController::showReading() {
    const ui::ReadingView view = reading_ ? reading_->view : ui::ReadingView{};
    parts_.window.setReading(view);
    show();
    Q_EMIT readingProgress(view);
}

}  // namespace sidewinder::app
