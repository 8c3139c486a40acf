// Downloads and jobs. The rest of the ModelsController is in models_controller.cpp.

#include <QMetaObject>

#include <algorithm>

#include "app/window/models_controller.h"
#include "storage/error.h"

namespace sidewinder::app {

using ui::ModelTask;

// Downloads.

void ModelsController::download(const QString& id, bool goOnline) {
    if (download_ || !preparing_.isEmpty()) return;
    if (settings_.offline && !goOnline) return;
    if (settings_.offline) {
        settings_.offline = false;
        Q_EMIT onlineRequested();
    }
    const Settings::Download what = described(id);
    if (what.repo.empty()) return;
    remember(what);
    preparing_ = id;
    parts_.page.setNote({.id = id});
    parts_.page.setWork({.id = id, .task = ModelTask::Listing});
    run({ModelJob::Kind::PrepareDownload, what.id, {}, false, {}});
}

Settings::Download ModelsController::described(const QString& id) const {
    for (const Settings::Download& known : settings_.downloads)
        if (known.id == id.toStdString()) return known;
    const ui::ModelItem* model = item(id);
    if (!model) return {};
    return {id.toStdString(), model->repo.toStdString(),
            model->revision.isEmpty() ? "main" : model->revision.toStdString(),
            model->endpoint.toStdString()};
}

void ModelsController::startDownload(const Settings::Download& what) {
    FetchOptions options;
    options.repo = what.repo;
    options.revision = what.revision;
    options.into = parts_.paths.models() / what.id;
    options.endpoint = what.endpoint.empty() ? settings_.endpoint : what.endpoint;
    options.proxy = settings_.proxy;
    options.ca_file = settings_.ca_file;
    options.token_file = settings_.token_file;
    const QString id = QString::fromStdString(what.id);
    download_ = new ModelDownload(id, this);
    connect(download_, &ModelDownload::changed, this, [this] { parts_.page.setWork(download_->work()); });
    connect(download_, &ModelDownload::ended, this, &ModelsController::onDownloadEnded);
    try {
        download_->start(parts_.fetch, options);
    } catch (const std::exception& error) {
        delete std::exchange(download_, nullptr);
        parts_.page.setWork({.id = id});
        note(id, QString::fromUtf8(error.what()), true);
        Q_EMIT downloadEnded(false);
    }
}

void ModelsController::cancelDownload(const QString& id, bool removeParts) {
    if (download_ && download_->work().id == id) download_->end(removeParts);
    if (preparing_ != id) return;
    preparing_.clear();
    parts_.page.setWork({.id = id});
}

void ModelsController::onDownloadEnded(bool done, const QString& sentence, bool resumable) {
    const QString id = download_->work().id;
    const bool removes = download_->removesParts();
    std::exchange(download_, nullptr)->deleteLater();
    parts_.page.setWork({.id = id});
    if (done) {
        run({ModelJob::Kind::FinishDownload, id.toStdString(), {}, false, {}});
        return;
    }
    if (!resumable && !item(id)) forget(id.toStdString());
    if (removes) run({ModelJob::Kind::Remove, id.toStdString(), {}, false, {}});
    if (!sentence.isEmpty()) pending_ = {id, sentence, true};
    reveal_ = id;
    refresh();
    Q_EMIT downloadEnded(false);
}

void ModelsController::addRepository(const ui::OtherRepository& repository) {
    try {
        Settings::Download what{{},
                                repository.repo.toStdString(),
                                repository.revision.toStdString(),
                                repository.endpoint.toStdString()};
        if (what.revision.empty()) what.revision = "main";
        what.id = download_id(what.repo, what.revision);
        remember(what);
        show();
        parts_.page.reveal(QString::fromStdString(what.id));
    } catch (const storage::Error& error) {
        note(ui::kImportId, QString::fromUtf8(error.what()), true);
    }
}

void ModelsController::remember(const Settings::Download& what) {
    std::vector<Settings::Download>& all = settings_.downloads;
    std::erase_if(all, [&](const Settings::Download& d) { return d.id == what.id; });
    all.push_back(what);
    Q_EMIT downloadsChanged(all);
}

void ModelsController::forget(const std::string& id) {
    if (std::erase_if(settings_.downloads, [&](const Settings::Download& d) { return d.id == id; }) > 0)
        Q_EMIT downloadsChanged(settings_.downloads);
}

// Jobs.

QString ModelsController::shownId(const ModelJob& job) {
    return job.kind == ModelJob::Kind::Import ? ui::kImportId : QString::fromStdString(job.id);
}

ModelTask ModelsController::taskOf(ModelJob::Kind kind) {
    constexpr ModelTask kTasks[] = {ModelTask::Importing, ModelTask::Checking, ModelTask::Making,
                                    ModelTask::Exporting, ModelTask::Removing, ModelTask::Listing,
                                    ModelTask::Publishing};
    return kTasks[static_cast<int>(kind)];
}

void ModelsController::remove(const QString& id) {
    const ui::ModelItem* model = item(id);
    if (!model) return;
    if (id == use_.id || id == loading_) {
        note(id, tr("%1 is in use. Use another model first, then remove it.").arg(model->name), true);
        return;
    }
    run({ModelJob::Kind::Remove, id.toStdString(), {}, false, {}});
}

void ModelsController::add(const QString& id) {
    if (const ui::ModelItem* model = item(id); model && model->state == ui::ModelState::Cached)
        run({ModelJob::Kind::Import, {}, model->place.toStdString(), true, {}});
}

void ModelsController::stop(const QString& id) {
    if (id == loading_)
        Q_EMIT stopUseRequested();
    else
        stop_.request_stop();
}

void ModelsController::run(ModelJob job) {
    const bool ofDownload =
        job.kind == ModelJob::Kind::PrepareDownload || job.kind == ModelJob::Kind::FinishDownload;
    if (running_ > 0 && !ofDownload && job.kind != ModelJob::Kind::Remove) return;
    if (running_++ == 0) stop_ = std::stop_source();
    if (!ofDownload) {
        parts_.page.setNote({.id = shownId(job)});
        parts_.page.setWork(
            {.id = shownId(job), .task = taskOf(job.kind), .what = QString::fromStdString(job.weights)});
    }
    QMetaObject::invokeMethod(
        worker_, [w = worker_, job = std::move(job), stop = stop_.get_token()] { w->run(job, stop); },
        Qt::QueuedConnection);
}

void ModelsController::onProgress(const ModelJobProgress& p) {
    const double left = p.rate > 0 ? static_cast<double>(p.total - p.done) / p.rate : -1;
    parts_.page.setWork({.id = shownId(p.job),
                         .task = taskOf(p.job.kind),
                         .what = QString::fromStdString(p.job.weights.empty() ? p.file : p.job.weights),
                         .bytes = p.done,
                         .size = p.total,
                         .rate = p.rate,
                         .secondsLeft = static_cast<qint64>(left)});
}

void ModelsController::onEnded(const ModelJobEnd& end) {
    --running_;
    const QString id = shownId(end.job);
    const bool done = end.how == ModelJobEnd::How::Done;
    if (end.job.kind == ModelJob::Kind::PrepareDownload) {
        if (preparing_ != id) return;  // it was cancelled meanwhile
        preparing_.clear();
        if (done && !settings_.offline) return startDownload(described(id));
        parts_.page.setWork({.id = id});
        if (!done) note(id, end.sentence, true);
        Q_EMIT downloadEnded(false);
        return;
    }
    parts_.page.setWork({.id = id});
    if (done)
        sayDone(end);
    else if (end.how == ModelJobEnd::How::Failed)
        pending_ = {id, end.sentence, true};
    refresh();
    if (end.job.kind == ModelJob::Kind::FinishDownload) Q_EMIT downloadEnded(done);
    Q_EMIT jobEnded(done);
}

void ModelsController::sayDone(const ModelJobEnd& end) {
    using Kind = ModelJob::Kind;
    const QString id = QString::fromStdString(end.result.id);
    const auto say = [&](const QString& sentence) { pending_ = {id, sentence, false}; };
    switch (end.job.kind) {
        case Kind::Import:
            reveal_ = id;
            return say(tr("Imported, and every file was checked."));
        case Kind::FinishDownload:
            forget(end.job.id);
            reveal_ = id;
            return say(tr("Downloaded, and every file was checked."));
        case Kind::Verify: {
            const auto& checks = end.result.checks;
            const auto wrong = std::find_if(checks.begin(), checks.end(),
                                            [](const storage::FileCheck& c) { return !c.problem.empty(); });
            if (wrong == checks.end()) return say(tr("Every file is right."));
            pending_ = {id, QString::fromStdString(wrong->problem), true};
            return;
        }
        case Kind::Quantize:
            return say(tr("The %1 file is made.").arg(QString::fromStdString(end.job.weights)));
        case Kind::Export:
            return say(tr("Exported to %1. “sha256sum -c SHA256SUMS” checks it there.")
                           .arg(QString::fromStdString(end.result.folder.string())));
        case Kind::Remove:
            return forget(end.job.id);
        case Kind::PrepareDownload:
            return;
    }
}

}  // namespace sidewinder::app
