#include "app/window/models_controller.h"

#include <QMetaObject>

#include <algorithm>

#include "kernels/error.h"
#include "storage/error.h"

namespace sidewinder::app {

using ui::ModelsPage;
using ui::ModelTask;

ModelsController::ModelsController(const Parts& parts, const Settings& settings, QObject* parent)
    : QObject(parent), parts_(parts), settings_(settings), worker_(new ModelsWorker(parts.paths)) {
    thread_.setObjectName(QStringLiteral("models"));
    worker_->moveToThread(&thread_);
    connect(&thread_, &QThread::finished, worker_, &QObject::deleteLater);
    connectPage();
    connectWorker();
    catalog_.folder = QString::fromStdString(parts.paths.models().string());
    parts_.page.setCatalog(catalog_);
    thread_.start();
}

ModelsController::~ModelsController() {
    stop_.request_stop();
    delete download_;  // its process saves what has come and ends
    thread_.quit();
    thread_.wait();
}

void ModelsController::setSettings(const Settings& settings) {
    const bool downloads = settings.downloads != settings_.downloads;
    settings_ = settings;
    if (settings_.offline && download_) download_->end(false);
    if (downloads) show();
}

void ModelsController::connectPage() {
    ModelsPage* p = &parts_.page;
    connect(p, &ModelsPage::downloadRequested, this, &ModelsController::download);
    connect(p, &ModelsPage::pauseRequested, this, [this] {
        if (download_) download_->pause();
    });
    connect(p, &ModelsPage::resumeRequested, this, [this] {
        if (download_) download_->resume();
    });
    connect(p, &ModelsPage::cancelRequested, this, &ModelsController::cancelDownload);
    connect(p, &ModelsPage::stopRequested, this, &ModelsController::stop);
    connect(p, &ModelsPage::useRequested, this, &ModelsController::use);
    connect(p, &ModelsPage::addRequested, this, &ModelsController::add);
    connect(p, &ModelsPage::removeRequested, this, &ModelsController::remove);
    connect(p, &ModelsPage::repositoryAdded, this, &ModelsController::addRepository);
    connect(p, &ModelsPage::verifyRequested, this, [this](const QString& id) {
        run({ModelJob::Kind::Verify, id.toStdString(), {}, false, {}});
    });
    connect(p, &ModelsPage::makeRequested, this, [this](const QString& id, const QString& weights) {
        run({ModelJob::Kind::Quantize, id.toStdString(), {}, false, weights.toStdString()});
    });
    connect(p, &ModelsPage::exportRequested, this, [this](const QString& id, const QString& folder) {
        run({ModelJob::Kind::Export, id.toStdString(), folder.toStdString(), false, {}});
    });
    connect(p, &ModelsPage::importRequested, this, [this](const QString& folder, bool link) {
        run({ModelJob::Kind::Import, {}, folder.toStdString(), link, {}});
    });
}

void ModelsController::connectWorker() {
    connect(worker_, &ModelsWorker::listed, this, [this](const ModelListing& listing) {
        listing_ = listing;
        show();
        if (pending_) {
            note(pending_->id, pending_->sentence, pending_->problem);
            pending_.reset();
        }
        if (!reveal_.isEmpty()) parts_.page.reveal(reveal_);
        reveal_.clear();
        Q_EMIT this->listed();
    });
    connect(worker_, &ModelsWorker::listFailed, this,
            [this](const QString& sentence) { note(ui::kImportId, sentence, true); });
    connect(worker_, &ModelsWorker::progress, this, &ModelsController::onProgress);
    connect(worker_, &ModelsWorker::ended, this, &ModelsController::onEnded);
}

void ModelsController::refresh() {
    QMetaObject::invokeMethod(
        worker_, [w = worker_, backends = parts_.backends] { w->list(backends); }, Qt::QueuedConnection);
}

void ModelsController::show() {
    if (!listing_) return;
    catalog_ = to_view(*listing_, parts_.paths, use_, settings_.downloads);
    parts_.page.setCatalog(catalog_);
}

const ui::ModelItem* ModelsController::item(const QString& id) const {
    const auto found = std::find_if(catalog_.models.begin(), catalog_.models.end(),
                                    [&](const ui::ModelItem& m) { return m.id == id; });
    return found == catalog_.models.end() ? nullptr : &*found;
}

void ModelsController::note(const QString& id, const QString& sentence, bool problem) {
    parts_.page.setNote({.id = item(id) ? id : ui::kImportId, .sentence = sentence, .problem = problem});
}

// The model that answers.

void ModelsController::use(const QString& id, const QString& weights) {
    if (id == kDemoModelId)
        Q_EMIT useRequested({}, QStringLiteral("bf16"));
    else
        Q_EMIT useRequested(id, weights);
}

void ModelsController::setLoading(const std::string& called, const QString& weights, double share) {
    const QString id = page_id(called, parts_.paths);
    if (loading_ != id && !loading_.isEmpty()) parts_.page.setWork({.id = loading_});
    loading_ = id;
    if (id.isEmpty() || id == kDemoModelId) return;
    const ui::ModelItem* model = item(id);
    const bool makes = model && std::any_of(model->precisions.begin(), model->precisions.end(),
                                            [&](const ui::ModelPrecision& p) {
                                                return p.name == weights && p.disk > 0 && p.made < 0;
                                            });
    constexpr qint64 kWhole = 1000;
    parts_.page.setWork({.id = id,
                         .task = ModelTask::Loading,
                         .what = makes ? tr("%1, whose file is made now").arg(weights) : weights,
                         .bytes = static_cast<qint64>(share * kWhole),
                         .size = kWhole});
}

void ModelsController::setLoaded(const ModelInUse& use) {
    if (!loading_.isEmpty()) parts_.page.setWork({.id = loading_});
    loading_.clear();
    use_ = use;
    show();
    if (listing_) refresh();  // a file may have been made, and memory is another
}

void ModelsController::setLoadFailed(const std::string& called, const QString& sentence) {
    if (!loading_.isEmpty()) parts_.page.setWork({.id = loading_});
    loading_.clear();
    use_ = {};
    show();
    const QString id = page_id(called, parts_.paths);
    if (!sentence.isEmpty() && item(id)) note(id, sentence, true);
}

void ModelsController::setGpuOff(const QString& why) {
    parts_.backends.cuda = [reason = why.toStdString()](const kernels::Dims&, kernels::WeightFormat,
                                                        bool) -> std::unique_ptr<kernels::Backend> {
        throw kernels::Error(kernels::Error::Kind::Unsupported, reason);
    };
    if (listing_) refresh();
}

}  // namespace sidewinder::app
