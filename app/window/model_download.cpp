#include "app/window/model_download.h"

#include <algorithm>

#include "storage/error.h"

namespace sidewinder::app {

using ui::ModelTask;

FetchMaker real_fetch() {
    return [](const FetchOptions& options) {
        const std::filesystem::path program = find_fetch_program();
        if (program.empty())
            throw storage::Error(
                storage::Error::Kind::NotFound,
                "This installation has no sidewinder-fetch, the program that downloads. Install "
                "it, or bring the model's folder on a stick and import it.");
        return std::make_unique<FetchProcess>(program, options);
    };
}

FetchMaker fetch_through(const ProcessStarter& starter) {
    return
        [&starter](const FetchOptions& options) { return std::make_unique<FetchProcess>(starter, options); };
}

ModelDownload::ModelDownload(QString id, QObject* parent) : QObject(parent) {
    work_.id = std::move(id);
    work_.task = ModelTask::Listing;
}

void ModelDownload::start(const FetchMaker& make, const FetchOptions& options) {
    process_ = make(options);
    notifier_ = std::make_unique<QSocketNotifier>(process_->output(), QSocketNotifier::Read);
    connect(notifier_.get(), &QSocketNotifier::activated, this, &ModelDownload::read);
}

void ModelDownload::pause() {
    if (process_) process_->send(FetchProcess::Command::Pause);
}

void ModelDownload::resume() {
    if (process_) process_->send(FetchProcess::Command::Resume);
}

void ModelDownload::end(bool removeParts) {
    remove_parts_ = removeParts;
    work_.ending = true;
    if (process_) process_->stop();
    Q_EMIT changed();
}

void ModelDownload::read() {
    const auto events = process_->events();
    if (!events) {
        finish();
        return;
    }
    for (const FetchEvent& event : *events) see(event);
    if (!events->empty()) Q_EMIT changed();
}

ui::ModelWork::File* ModelDownload::file(const std::string& name) {
    const auto found = std::find_if(
        work_.files.begin(), work_.files.end(),
        [wanted = QString::fromStdString(name)](const ui::ModelWork::File& f) { return f.name == wanted; });
    return found == work_.files.end() ? nullptr : &*found;
}

void ModelDownload::see(const FetchEvent& event) {
    using Kind = FetchEvent::Kind;
    switch (event.kind) {
        case Kind::State:
            work_.task = event.state == "downloading"  ? ModelTask::Downloading
                         : event.state == "paused"     ? ModelTask::Paused
                         : event.state == "verifying"  ? ModelTask::Verifying
                         : event.state == "publishing" ? ModelTask::Publishing
                                                       : ModelTask::Listing;
            work_.what = QString::fromStdString(event.file);
            if (work_.task == ModelTask::Paused) work_.note.clear();
            break;
        case Kind::Files:
            work_.files.clear();
            work_.size = 0;
            for (const FetchEvent::File& f : event.files) {
                work_.files.append({QString::fromStdString(f.name), 0, static_cast<qint64>(f.size), false});
                work_.size += static_cast<qint64>(f.size);
            }
            break;
        case Kind::Progress:
            seeProgress(event);
            break;
        case Kind::Retry:
        case Kind::Note:
            work_.note = QString::fromStdString(event.message);
            break;
        case Kind::Verified:
            if (ui::ModelWork::File* f = file(event.file)) {
                f->verified = true;
                f->bytes = f->size;
            }
            break;
        case Kind::Done:
        case Kind::Error:
            last_ = event;
            break;
        case Kind::Token:
        case Kind::Other:
            break;
    }
}

void ModelDownload::seeProgress(const FetchEvent& event) {
    const auto bytes = static_cast<qint64>(event.bytes), size = static_cast<qint64>(event.size);
    work_.rate = event.rate;
    work_.secondsLeft = event.seconds_left ? static_cast<qint64>(*event.seconds_left) : -1;
    if (work_.task == ModelTask::Verifying) {
        // The bar shows the reading only of a file that is most of it all: it would jump for the others.
        qint64 all = 0;
        for (const ui::ModelWork::File& f : work_.files) all += f.size;
        if (2 * size > all) {
            work_.bytes = bytes;
            work_.size = size;
        }
        return;
    }
    if (ui::ModelWork::File* f = file(event.file)) {
        if (bytes > f->bytes) work_.note.clear();  // it goes on
        f->bytes = bytes;
    }
    work_.bytes = static_cast<qint64>(event.total_bytes);
    work_.size = static_cast<qint64>(event.total_size);
}

void ModelDownload::finish() {
    notifier_.reset();
    const int code = process_->wait();  // it has closed its output: it is gone, or about to be
    process_.reset();
    const bool done = code == 0 && last_ && last_->kind == FetchEvent::Kind::Done;
    QString sentence = last_ ? QString::fromStdString(last_->message) : QString();
    if (sentence.isEmpty())
        sentence =
            tr("The download ended without saying why (code %1). Nothing is lost: resume it.").arg(code);
    Q_EMIT ended(done, done || isEnding() ? QString() : sentence, !last_ || last_->resumable);
}

}  // namespace sidewinder::app
