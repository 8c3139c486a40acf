// Which model answers. The rest of the Controller is in controller.cpp.

#include <QMetaObject>

#include "app/window/controller.h"

namespace sidewinder::app {

void Controller::connectModels() {
    connect(&parts_.window, &ui::MainWindow::modelsOpened, &models_, &ModelsController::refresh);
    connect(&models_, &ModelsController::useRequested, this, &Controller::useModel);
    connect(&models_, &ModelsController::stopUseRequested, this, &Controller::stopUse);
    connect(&models_, &ModelsController::onlineRequested, this, &Controller::goOnline);
    connect(&models_, &ModelsController::downloadsChanged, this,
            [this](const std::vector<Settings::Download>& downloads) {
                settings_.downloads = downloads;
                saveSettings();  // at once: what a crash would lose
            });
}

void Controller::goOnline() {
    settings_.offline = false;
    parts_.window.setSettings(to_view(settings_));
    saveSettings();
}

std::string Controller::wantedModel() const {
    if (fallen_back_) return {};
    return parts_.model.empty() ? settings_.model : parts_.model.string();
}

void Controller::loadModel() {
    LoadRequest request{.called = wantedModel(), .paths = parts_.paths, .options = {}};
    EngineOptions& options = request.options;
    options.device = cpu_only_ ? Device::Cpu : settings_.device;
    options.backends = parts_.backends;
    options.float8_prefill = settings_.float8_prefill;
    options.threads = settings_.threads;
    options.host_budget = static_cast<std::size_t>(settings_.checkpoint_memory_mib) << 20;
    try {
        if (!fallen_back_) options.weights = inference::WeightRecipe::parse(settings_.weights);
    } catch (const std::exception& error) {
        showProblem(QString::fromUtf8(error.what()));
    }
    projects_.setNoEngine();
    loading_.request_stop();
    loading_ = std::stop_source();
    QMetaObject::invokeMethod(
        engine_, [e = engine_, request, stop = loading_.get_token()] { e->load(request, stop); },
        Qt::QueuedConnection);
}

void Controller::useModel(const QString& called, const QString& weights) {
    if (!before_) before_ = Chosen{settings_.model, settings_.weights, parts_.model};
    parts_.model.clear();
    settings_.model = called.toStdString();
    settings_.weights = weights.toStdString();
    fallen_back_ = false;
    off_ = false;
    save_later_.start();
    models_.setLoading(settings_.model, weights, 0);
    loadModel();
}

void Controller::stopUse() {
    if (!before_) return;
    settings_.model = before_->model;
    settings_.weights = before_->weights;
    parts_.model = before_->over;
    before_.reset();
    save_later_.start();
    models_.setLoadFailed({}, {});
    loadModel();
}

void Controller::onLoading(double share) {
    status_.note = tr("Loading the model: %1 %").arg(qRound(share * 100));
    models_.setLoading(wantedModel(), QString::fromStdString(settings_.weights), share);
    setPhase(ui::Phase::Loading);
}

// Never a window that answers nothing where something can: what answered before comes back, else the demo
// model.
void Controller::onLoadFailed(const std::string& called, const QString& sentence) {
    if (called != wantedModel()) return;  // another was chosen meanwhile
    showProblem(sentence);
    models_.setLoadFailed(called, sentence);
    const bool chosen = before_.has_value();
    if (chosen) {
        stopUse();
        return;
    }
    const bool demo = page_id(called, parts_.paths) == kDemoModelId;
    if (!demo && !demo_model_folder().empty()) {
        fallen_back_ = true;
        loadModel();
        return;
    }
    status_.note = standingNote();
    status_.model.clear();
    status_.device.clear();
    status_.deviceNote.clear();
    status_.offersFloat8 = false;
    setPhase(ui::Phase::NoModel);
}

}  // namespace sidewinder::app
