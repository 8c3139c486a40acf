#include "app/window/projects_controller.h"

#include <QFileInfo>
#include <QMetaObject>

#include <algorithm>

#include "storage/error.h"
#include "ui/projects/project_sheet.h"
#include "ui/projects/sheet_foot.h"

namespace sidewinder::app {

using storage::Conversations;
using storage::Projects;
using ui::MainWindow;

struct ProjectsController::Listing {
    std::vector<storage::Project> rows;
    QHash<qint64, std::shared_ptr<const storage::Reading>> readings;
    QSet<qint64> by_another;  ///< projects whose current reading another tokenizer made
};

ProjectsController::ProjectsController(const Parts& parts, const Settings& settings, QObject* parent)
    : QObject(parent), parts_(parts), settings_(settings), worker_(new ProjectsWorker) {
    thread_.setObjectName(QStringLiteral("projects"));
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    connectWindow();
    connectWorker();
    connectEngine();
    parts_.window.sheet().foot().setBudget(settings_.project_budget);
    thread_.start();
}

ProjectsController::~ProjectsController() {
    checks_.request_stop();
    cancelSheet();
    // Undo's time ends with the program: what was removed is not kept for want of a few seconds.
    const QList<qint64> removing = removing_.keys();
    for (const qint64 project : removing) forget(project);
    thread_.quit();
    thread_.wait();
}

void ProjectsController::start() {
    refresh();
}

void ProjectsController::connectWindow() {
    MainWindow* w = &parts_.window;
    connect(w, &MainWindow::projectOpenRequested, this, &ProjectsController::openFolder);
    connect(w, &MainWindow::projectSheetRequested, this, [this](qint64 id) {
        if (const Known* known = find(id))
            openSheet(known->row.root.string(), QString::fromStdString(known->row.name), false);
    });
    connect(w, &MainWindow::projectUpdateRequested, this, &ProjectsController::update);
    connect(w, &MainWindow::projectChatRequested, this, [this](qint64 id) {
        const Known* known = find(id);
        if (!known) return;
        if (known->reading || (reading_ && reading_->project == id))
            Q_EMIT chatRequested(id);
        else  // nothing of it was read with this model: first what there is to read
            openSheet(known->row.root.string(), QString::fromStdString(known->row.name), false);
    });
    connect(w, &MainWindow::projectRemoveRequested, this, &ProjectsController::remove);
    connect(w, &MainWindow::undoProjectRemoveRequested, this, &ProjectsController::undoRemove);
    connect(w, &MainWindow::sheetCancelled, this, &ProjectsController::cancelSheet);
    connect(w, &MainWindow::readingPauseRequested, this, &ProjectsController::pause);
    connect(w, &MainWindow::readingContinueRequested, this, &ProjectsController::goOn);
    connect(w, &MainWindow::readingCancelRequested, this, &ProjectsController::cancelReading);
    connect(w, &MainWindow::activated, this, &ProjectsController::checkChanges);
    ui::ProjectSheet* sheet = &w->sheet();
    connect(sheet, &ui::ProjectSheet::readRequested, this, &ProjectsController::read);
    connect(sheet, &ui::ProjectSheet::ticked, this,
            [this](const QList<int>& entries, const QString& folder, bool in) {
                if (!sheet_) return;
                QMetaObject::invokeMethod(
                    worker_,
                    [w = worker_, run = sheet_->run, entries, folder, in, stop = sheet_->stop.get_token()] {
                        w->tick(run, entries, folder, in, stop);
                    },
                    Qt::QueuedConnection);
            });
    connect(sheet, &ui::ProjectSheet::budgetChanged, this, &ProjectsController::budgetChanged);
}

void ProjectsController::connectWorker() {
    connect(worker_, &ProjectsWorker::opened, this, [this](qint64 run, const std::string& root) {
        if (!sheet_ || sheet_->run != run) return;
        sheet_->root = root;
        survey();
    });
    connect(worker_, &ProjectsWorker::scanning, this, [this](qint64 run, qint64 files, qint64 of) {
        if (sheet_ && sheet_->run == run)
            parts_.window.sheet().setState(
                {.phase = ui::SheetPhase::Scanning, .files = files, .ofFiles = of, .sentence = {}});
    });
    connect(worker_, &ProjectsWorker::surveyed, this, &ProjectsController::onSurveyed);
    connect(worker_, &ProjectsWorker::planned, this, [this](qint64 run, const ui::SheetTotals& totals) {
        if (sheet_ && sheet_->run == run) showTotals(totals);
    });
    connect(worker_, &ProjectsWorker::written, this, &ProjectsController::onWritten);
    connect(worker_, &ProjectsWorker::failed, this, [this](qint64 run, const QString& sentence) {
        if (reading_ && !reading_->reading && sheet_ && sheet_->run == run) {
            sheet_.reset();
            endReading(false);
            Q_EMIT problem(sentence);
        } else if (sheet_ && sheet_->run == run) {
            parts_.window.sheet().setState({.phase = ui::SheetPhase::Failed, .sentence = sentence});
        }
    });
    connect(worker_, &ProjectsWorker::checked, this, [this](const CheckResult& result) {
        checking_.remove(result.project);
        if (Known* known = find(result.project)) known->check = result;
        show();
    });
}

SharedMakers ProjectsController::makers() const {
    return {engine_->shared_tokenizer, engine_->tokenizer, engine_->fingerprint};
}

// The list.

void ProjectsController::refresh() {
    QHash<qint64, std::shared_ptr<const storage::Reading>> have;
    for (const Known& known : projects_)
        if (known.reading) have.insert(known.reading->id, known.reading);
    parts_.store.ask(
        this,
        [have, tokenizer = engine_ ? engine_->tokenizer : std::string()](Conversations&, Projects& p) {
            Listing listing;
            listing.rows = p.list();
            for (const storage::Project& row : listing.rows) {
                if (!row.current_reading) continue;
                auto reading = have.value(*row.current_reading);
                if (!reading && !tokenizer.empty())
                    reading = std::make_shared<const storage::Reading>(p.reading(*row.current_reading));
                if (!reading) continue;
                if (reading->tokenizer == tokenizer)
                    listing.readings.insert(row.id, reading);
                else
                    listing.by_another.insert(row.id);
            }
            return listing;
        },
        [this](const Listing& listing) { onListed(listing); });
}

void ProjectsController::onListed(const Listing& listing) {
    const QList<Known> before = projects_;
    projects_.clear();
    for (const storage::Project& row : listing.rows) {
        Known known{.row = row};
        known.reading = listing.readings.value(row.id);
        known.read_by_another = listing.by_another.contains(row.id);
        const auto old = std::find_if(before.begin(), before.end(),
                                      [&](const Known& one) { return one.row.id == row.id; });
        if (old != before.end() && old->reading && known.reading && old->reading->id == known.reading->id) {
            known.reused = old->reused;
            known.to_read = old->to_read;
            known.check = old->check;
        }
        if (known.reading && known.to_read < 0 && engine_)
            QMetaObject::invokeMethod(
                parts_.engine,
                [e = parts_.engine, id = row.id, reading = known.reading] { e->planProject(id, reading); },
                Qt::QueuedConnection);
        projects_.append(known);
    }
    show();
    checkChanges();
    Q_EMIT listed();
}

void ProjectsController::show() {
    QList<ui::ProjectItem> items;
    for (const Known& known : projects_) items.append(item(known));
    parts_.window.setProjects(items);
}

ui::ProjectItem ProjectsController::item(const Known& known) const {
    using State = ui::ProjectState;
    ui::ProjectItem item{.id = known.row.id,
                         .name = QString::fromStdString(known.row.name),
                         .path = QString::fromStdString(known.row.root.string())};
    const auto total = known.reading ? std::ssize(known.reading->tokens) : 0;
    item.tokens = total;
    const auto percent = [](qint64 part, qint64 whole) {
        return static_cast<int>(whole > 0 ? 100 * part / whole : 0);
    };
    if (reading_ && reading_->project == known.row.id) {
        const ui::ReadingView& view = reading_->view;
        item.percent = percent(view.kept + view.read, view.kept + view.toRead);
        item.state = view.phase == ui::ReadingPhase::PausedByPerson ? State::Paused : State::Reading;
    } else if (known.check && known.check->missing) {
        item.state = State::Missing;
    } else if (!engine_) {
        item.state = State::Unknown;
    } else if (!known.reading) {
        item.state = known.read_by_another ? State::OtherModel : State::NotRead;
    } else if (known.to_read < 0) {
        item.state = State::Unknown;
    } else if (known.to_read > 0) {
        const bool ours = known.reading->fingerprint == engine_->fingerprint;
        item.state = known.reused > 0 ? State::Paused : ours ? State::NotRead : State::OtherModel;
        item.percent = percent(known.reused, total);
    } else if (known.check && known.check->files > 0) {
        item.state = State::Changed;
        item.changedFiles = known.check->files;
        item.tokensToRead = known.check->tokens_to_read;
    } else {
        item.state = State::Read;
    }
    return item;
}

ProjectsController::Known* ProjectsController::find(qint64 project) {
    const auto found = std::find_if(projects_.begin(), projects_.end(),
                                    [project](const Known& known) { return known.row.id == project; });
    return found == projects_.end() ? nullptr : &*found;
}

const ProjectsController::Known* ProjectsController::find(qint64 project) const {
    return const_cast<ProjectsController*>(this)->find(project);
}

std::shared_ptr<const storage::Reading> ProjectsController::current(qint64 project) const {
    if (reading_ && reading_->project == project) return reading_->reading;
    const Known* known = find(project);
    return known ? known->reading : nullptr;
}

std::filesystem::path ProjectsController::rootOf(qint64 project) const {
    const Known* known = find(project);
    return known ? known->row.root : std::filesystem::path();
}

QString ProjectsController::nameOf(qint64 project) const {
    const Known* known = find(project);
    return known ? QString::fromStdString(known->row.name) : QString();
}

// Changes.

void ProjectsController::checkChanges() {
    if (!engine_ || !engine_->shared_tokenizer) return;
    for (const Known& known : projects_) {
        if (!known.reading || checking_.contains(known.row.id) || removing_.contains(known.row.id)) continue;
        if (reading_ && reading_->project == known.row.id) continue;
        check(known);
    }
}

void ProjectsController::check(const Known& known) {
    checking_.insert(known.row.id);
    parts_.store.ask(
        this,
        [root = known.row.root, tokenizer = engine_->tokenizer](Conversations&, Projects& p) {
            return recall_project(p, root, tokenizer);
        },
        [this, id = known.row.id, root = known.row.root.string()](ProjectMemory memory) {
            if (!engine_) {
                checking_.remove(id);
                return;
            }
            CheckRequest request{.project = id,
                                 .root = root,
                                 .memory = std::move(memory),
                                 .makers = makers(),
                                 .stop = checks_.get_token()};
            QMetaObject::invokeMethod(
                worker_, [w = worker_, request = std::move(request)] { w->check(request); },
                Qt::QueuedConnection);
        });
}

// Removal.

void ProjectsController::remove(qint64 project) {
    if (reading_ && reading_->project == project) cancelReading();
    auto* timer = new QTimer(this);
    timer->setSingleShot(true);
    removing_.insert(project, timer);
    connect(timer, &QTimer::timeout, this, [this, project] { forget(project); });
    timer->start(11'000);  // the notice with Undo stays 10 s
    Q_EMIT removed(project);
}

void ProjectsController::undoRemove(qint64 project) {
    delete removing_.take(project);
    show();
}

void ProjectsController::forget(qint64 project) {
    if (QTimer* timer = removing_.take(project)) timer->deleteLater();
    parts_.store.ask([project, files = parts_.checkpoints](Conversations&, Projects& p) {
        const std::vector<storage::DroppedReading> dropped = p.remove(project).readings;
        if (files) remove_checkpoints(*files, dropped);
    });
    projects_.removeIf([project](const Known& known) { return known.row.id == project; });
    refresh();
}

}  // namespace sidewinder::app
