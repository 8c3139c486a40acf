#include "app/window/engine_worker.h"

#include <chrono>
#include <new>
#include <span>

#include "inference/error.h"
#include "kernels/error.h"

namespace sidewinder::app {

namespace {

using Clock = std::chrono::steady_clock;
constexpr auto kTextInterval = std::chrono::milliseconds(33);
constexpr auto kSaveInterval = std::chrono::milliseconds(900);
constexpr auto kProgressInterval = std::chrono::milliseconds(100);

double seconds(Clock::duration d) {
    return std::chrono::duration<double>(d).count();
}

/// As a person chose it: "int8", and the whole name only of an unusual one.
std::string short_name(const inference::WeightRecipe& recipe) {
    for (const char* usual : {"int8", "int4"})
        if (inference::WeightRecipe::parse(usual).name() == recipe.name()) return usual;
    return recipe.name();
}

}  // namespace

/// Turns the generator's callbacks into signals at the rate that the window and the store can use.
class EngineWorker::Stream {
  public:
    Stream(EngineWorker& worker, qint64 answer, qint64 prompt)
        : worker_(worker), answer_(answer), prompt_(prompt), start_(Clock::now()) {
        so_far_.answer = answer;
    }

    void reading(const inference::Timeline::Progress& p) {
        const Clock::time_point now = Clock::now();
        if (now - last_progress_ < kProgressInterval) return;
        last_progress_ = now;
        const double done = seconds(now - start_);
        const double left = p.read > 0 ? done * (static_cast<double>(p.to_read) - p.read) / p.read : -1;
        Q_EMIT worker_.reading({answer_, static_cast<qint64>(p.read), p.to_read, left});
    }

    void token(inference::TokenId id, std::string_view piece) {
        const Clock::time_point now = Clock::now();
        if (so_far_.tokens.empty()) first_token_ = last_save_ = now;
        so_far_.tokens.push_back(id);
        so_far_.text += piece;
        pending_ += piece;
        if (now - last_text_ >= kTextInterval) flush(now);
        if (now - last_save_ >= kSaveInterval) {
            last_save_ = now;
            Q_EMIT worker_.soFar(so_far_);
        }
    }

    void saveSoFar() {
        flush(Clock::now());
        Q_EMIT worker_.soFar(so_far_);
    }

    void flush(Clock::time_point now) {
        if (pending_.empty()) return;
        last_text_ = now;
        const auto count = static_cast<qint64>(so_far_.tokens.size());
        const double time = seconds(now - first_token_);
        const double rate = count > 1 && time > 0 ? static_cast<double>(count - 1) / time : 0;
        Q_EMIT worker_.text(answer_, QString::fromStdString(pending_), prompt_ + count, rate);
        pending_.clear();
    }

  private:
    EngineWorker& worker_;
    qint64 answer_;
    qint64 prompt_;
    AnswerSoFar so_far_;
    std::string pending_;
    Clock::time_point start_, first_token_{}, last_text_{}, last_save_{}, last_progress_{};
};

void EngineWorker::load(const LoadRequest& request, std::stop_token stop) {
    if (!letGo() && request.options.device != Device::Cpu) return;
    const auto fail = [&](const QString& sentence) { Q_EMIT loadFailed(request.called, sentence); };
    try {
        EngineOptions with = request.options;
        with.checkpoints = checkpoints_;
        with.cuda_off = cuda_off_;
        const ModelChoice choice = chosen(request);
        with.model = choice.folder;
        with.quantized_cache = choice.quantized_cache;
        with.source_sha256 = choice.source_sha256;
        const auto progress = [this](inference::Weights::Progress p) {
            Q_EMIT loading(p.total_bytes == 0
                               ? 1.0
                               : static_cast<double>(p.done_bytes) / static_cast<double>(p.total_bytes));
        };
        engine_ = Engine::load(with, progress, stop);
        Q_EMIT loaded(info(request));
    } catch (const inference::Stopped&) {
        // Another load follows, or the program ends: nothing to say.
    } catch (const std::bad_alloc&) {
        fail(
            tr("There is not enough memory for this model. Close other programs, or choose a smaller "
               "precision on the Models page."));
    } catch (const std::exception& error) {
        if (!lostDevice(error)) fail(QString::fromUtf8(error.what()));
    }
}

ModelChoice EngineWorker::chosen(const LoadRequest& request) {
    if (!request.called.empty()) return choose_model(request.called, request.paths);
    const std::filesystem::path demo = demo_model_folder();
    if (demo.empty())
        throw inference::Error(
            inference::Fault::MissingFile,
            "No model is here: the demo model is not installed. Get one on the Models page.");
    return {demo, request.paths.cache / "quantized", {}};
}

EngineInfo EngineWorker::info(const LoadRequest& request) const {
    EngineInfo info;
    info.demo = engine_->model_name() == kDemoModelName;
    // An installed model's folder is named owner--name@revision.
    const auto id = storage::ModelId::parse(engine_->model_name());
    info.model = QString::fromStdString(id ? id->name : engine_->model_name());
    if (!info.demo && engine_->recipe().group != 0)
        info.model += QStringLiteral(", ") + QString::fromStdString(short_name(engine_->recipe()));
    info.device = QString::fromStdString(engine_->device_name());
    info.device_note = QString::fromStdString(engine_->device_note());
    info.offers_float8 = engine_->offers_float8_prefill();
    info.tokenizer = engine_->tokenizer_id();
    info.note = QString::fromStdString(engine_->note());
    info.called = request.called;
    info.memory = engine_->memory().total();
    info.fingerprint = engine_->fingerprint();
    info.state_bytes = inference::State::bytes_for(engine_->config());
    info.shared_tokenizer = engine_->shared_tokenizer();
    return info;
}

bool EngineWorker::letGo() {
    try {
        if (engine_) engine_->model().backend().synchronize();
    } catch (const std::exception& error) {  // what else went wrong goes with the engine
        if (lostDevice(error)) return false;
    }
    engine_.reset();
    return true;
}

bool EngineWorker::lostDevice(const std::exception& error) {
    const auto* device = dynamic_cast<const kernels::Error*>(&error);
    if (!device || device->kind() != kernels::Error::Kind::DeviceLost) return false;
    cuda_off_ = error.what();
    engine_.reset();
    Q_EMIT deviceLost(QString::fromStdString(cuda_off_));
    return true;
}

void EngineWorker::answer(const AnswerRequest& request) {
    try {
        if (!engine_ && !cuda_off_.empty())
            throw kernels::Error(kernels::Error::Kind::Unsupported, cuda_off_);
        if (!engine_)
            throw inference::Error(inference::Fault::MissingFile,
                                   "No model is loaded. Choose one on the Models page.");
        run(request);
    } catch (const std::bad_alloc&) {
        Q_EMIT failed(request.answer, tr("There was not enough memory to go on. The conversation is saved."));
    } catch (const std::exception& error) {
        Q_EMIT failed(request.answer, QString::fromUtf8(error.what()));
        lostDevice(error);
    }
}

void EngineWorker::run(const AnswerRequest& request) {
    std::span<const inference::TokenId> project;
    if (request.project)
        project = std::span(request.project->tokens).first(static_cast<std::size_t>(request.project_tokens));
    const ConversationLog log = build_log(engine_->tokenizer(), request.system_prompt, request.path, project);
    for (const LogPart& part : log.encoded) Q_EMIT encoded(part.message, part.tokens);
    Stream stream(*this, request.answer, static_cast<qint64>(log.tokens.size()));
    inference::GenerateCallbacks on;
    on.reading = [&](const inference::Timeline::Progress& p) { stream.reading(p); };
    on.token = [&](inference::TokenId id, std::string_view piece) { stream.token(id, piece); };
    AnswerResult result;
    result.answer = request.answer;
    try {
        result.generated = inference::generate(engine_->timeline(), engine_->tokenizer(), log.tokens,
                                               request.options, request.stop, on);
    } catch (...) {
        stream.saveSoFar();  // text and ids that belong together
        throw;
    }
    result.position = engine_->timeline().position();
    stream.flush(Clock::now());
    Q_EMIT finished(result);
}

}  // namespace sidewinder::app
