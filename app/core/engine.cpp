#include "app/core/engine.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <optional>

#include "app/core/calibration_sample.h"
#include "inference/calibration.h"
#include "inference/content_hash.h"
#include "inference/error.h"
#include "inference/quantized_file.h"
#include "kernels/error.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using inference::Error;
using inference::Fault;

namespace {

bool is_demo(const fs::path& folder) {
    std::error_code ignored;
    const fs::path demo = demo_model_folder();
    return !demo.empty() && fs::equivalent(folder, demo, ignored);
}

inference::CachedWeights load_weights(const inference::ModelFolder& folder, const EngineOptions& options,
                                      kernels::Backend& backend,
                                      const std::function<void(inference::Weights::Progress)>& progress,
                                      std::stop_token stop) {
    if (!options.quantized_cache.empty()) {
        return inference::load_with_cache(folder, options.weights, backend, options.quantized_cache, progress,
                                          stop, [&] { return calibration_sample(folder.tokenizer); });
    }
    std::optional<inference::Calibration> calibration;
    if (options.weights.calibrated)
        calibration = inference::Calibration::measure(*folder.tensors, folder.config,
                                                      calibration_sample(folder.tokenizer),
                                                      options.weights.group, options.threads, {}, stop);
    return {.weights = inference::Weights::load(*folder.tensors, folder.config, options.weights, backend,
                                                progress, stop, calibration ? &*calibration : nullptr),
            .origin = inference::CachedWeights::Origin::Model,
            .note = {}};
}

}  // namespace

fs::path demo_model_folder() {
    std::error_code ignored;
    const fs::path binary = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    const std::array<fs::path, 2> places{binary.parent_path() / "share/sidewinder/demo-model",
                                         fs::path(SIDEWINDER_RESOURCES) / "demo-model"};
    const auto found = std::find_if(places.begin(), places.end(), [&](const fs::path& place) {
        return fs::exists(place / "params.json", ignored);
    });
    return found == places.end() ? fs::path() : *found;
}

const inference::Tokenizer& Engine::tokenizer() const {
    if (!tokenizer_) {
        throw Error(Fault::MissingFile,
                    "The model folder has no tokenizer.model.v3, so text cannot be read or written.");
    }
    return *tokenizer_;
}

std::string tokenizer_identity(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    inference::ContentHash hash;
    hash.add(std::string(std::istreambuf_iterator<char>(in), {}));
    return hash.hex();
}

void Engine::open_tokenizer(const inference::ModelFolder& folder) {
    if (folder.tokenizer.empty()) return;
    tokenizer_ = inference::Tokenizer::load(folder.tokenizer);
    tokenizer_id_ = tokenizer_identity(folder.tokenizer);
    if (tokenizer_->vocab_size() != folder.config.dims.vocab) {
        throw Error(Fault::BadTokenizer, "The tokenizer has " + std::to_string(tokenizer_->vocab_size()) +
                                             " pieces, but the model's vocabulary is " +
                                             std::to_string(folder.config.dims.vocab) +
                                             ". They belong to different models.");
    }
}

// All or nothing: what was allocated goes back in order when a step throws.
void Engine::put_on(std::unique_ptr<kernels::Backend> backend, const inference::ModelFolder& folder,
                    const EngineOptions& options, const Progress& progress, std::stop_token stop) {
    memory_ = inference::fit_in_memory(*folder.tensors, folder.config, options.weights, *backend);
    inference::CachedWeights loaded = load_weights(folder, options, *backend, progress, stop);
    auto model =
        std::make_unique<inference::Model>(*backend, folder.config, std::move(loaded.weights), memory_.chunk);
    memory_ = inference::keep_copies(memory_, *model);  // before the state format is asked: it may change it
    const bool quantised = options.weights.group != 0;
    fingerprint_ = folder.content_hash + "/" + options.weights.name() +
                   (quantised ? std::string("-v") + inference::kQuantizedVersion : "") + "/" +
                   backend->state_format();
    timeline_ =
        std::make_unique<inference::Timeline>(*model, fingerprint_, options.host_budget, options.checkpoints);
    note_ = loaded.note;
    model_ = std::move(model);
    backend_ = std::move(backend);
}

std::unique_ptr<Engine> Engine::load(const EngineOptions& options, const Progress& progress,
                                     std::stop_token stop) {
    using kernels::Error;
    inference::ModelFolder folder = inference::ModelFolder::open(options.model);
    folder.source_sha256 = options.source_sha256;
    std::unique_ptr<Engine> engine(new Engine);
    engine->name_ = is_demo(options.model) ? kDemoModelName : folder.name;
    engine->recipe_ = options.weights;
    engine->open_tokenizer(folder);
    if (options.device != Device::Cpu) {
        try {
            if (!options.cuda_off.empty()) throw Error(Error::Kind::Unsupported, options.cuda_off);
            engine->put_on(
                options.backends.cuda(folder.config.dims, options.weights.format, options.float8_prefill),
                folder, options, progress, stop);
            return engine;
        } catch (const Error& error) {
            if (options.device == Device::Cuda || error.kind() == Error::Kind::DeviceLost) throw;
            engine->device_note_ = error.what();
        }
    }
    engine->put_on(options.backends.cpu(options.threads), folder, options, progress, stop);
    return engine;
}

}  // namespace sidewinder::app
