#include "app/core/engine.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <fstream>
#include <iterator>

#include "inference/content_hash.h"
#include "inference/error.h"
#include "inference/quantized_file.h"
#include "kernels/cpu/cpu_backend.h"

namespace sidewinder::app {

namespace fs = std::filesystem;
using inference::Error;
using inference::Fault;

namespace {

// Raise it when a kernel's rounding or a state's layout changes: checkpoints made before are then read again.
constexpr const char* kStateFormat = "cpu-f32-1";

// Rounding differs between instruction sets, not between thread counts.
std::string state_format(const kernels::Backend& backend) {
    const std::string device = backend.device_name();
    return std::string(kStateFormat) + "-" + device.substr(device.rfind(' ') + 1);
}

std::string identity_of(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    inference::ContentHash hash;
    hash.add(std::string(std::istreambuf_iterator<char>(in), {}));
    return hash.hex();
}

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
                                          stop);
    }
    return {.weights = inference::Weights::load(*folder.tensors, folder.config, options.weights, backend,
                                                progress, stop),
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

std::unique_ptr<Engine> Engine::load(const EngineOptions& options,
                                     const std::function<void(inference::Weights::Progress)>& progress,
                                     std::stop_token stop) {
    const inference::ModelFolder folder = inference::ModelFolder::open(options.model);
    std::unique_ptr<Engine> engine(new Engine);
    engine->name_ = is_demo(options.model) ? kDemoModelName : folder.name;
    if (!folder.tokenizer.empty()) {
        engine->tokenizer_ = inference::Tokenizer::load(folder.tokenizer);
        engine->tokenizer_id_ = identity_of(folder.tokenizer);
        if (engine->tokenizer_->vocab_size() != folder.config.dims.vocab) {
            throw Error(Fault::BadTokenizer,
                        "The tokenizer has " + std::to_string(engine->tokenizer_->vocab_size()) +
                            " pieces, but the model's vocabulary is " +
                            std::to_string(folder.config.dims.vocab) + ". They belong to different models.");
        }
    }
    engine->backend_ = kernels::make_cpu_backend(options.threads);
    inference::CachedWeights loaded = load_weights(folder, options, *engine->backend_, progress, stop);
    engine->note_ = loaded.note;
    engine->model_ =
        std::make_unique<inference::Model>(*engine->backend_, folder.config, std::move(loaded.weights),
                                           engine->backend_->best_chunk(folder.config.dims));
    engine->fingerprint_ =
        folder.content_hash + "/" + options.weights.name() + "/" + state_format(*engine->backend_);
    engine->timeline_ = std::make_unique<inference::Timeline>(*engine->model_, engine->fingerprint_,
                                                              options.host_budget, options.checkpoints);
    return engine;
}

}  // namespace sidewinder::app
