#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "app/core/device.h"
#include "inference/checkpoint_files.h"
#include "inference/memory_budget.h"
#include "inference/model.h"
#include "inference/model_folder.h"
#include "inference/timeline.h"
#include "inference/tokenizer.h"
#include "inference/weights.h"
#include "kernels/backend.h"

namespace sidewinder::app {

struct EngineOptions {
    std::filesystem::path model;  ///< a model folder in either layout
    inference::WeightRecipe weights;
    Device device = Device::Auto;
    std::string cuda_off;         ///< not empty: why the GPU must not be touched any more in this process
    bool float8_prefill = false;  ///< on a GPU that can: long prompts are read faster and less exactly
    int threads = 0;              ///< 0: one for each physical core
    std::size_t host_budget = std::size_t{4} << 30;  ///< bytes of checkpoints in host memory
    std::filesystem::path quantized_cache;  ///< where int8/int4 files are kept; empty: quantise at each load
    std::string source_sha256;  ///< of an installed model's weights, which such a file names; else empty
    inference::CheckpointFiles* checkpoints = nullptr;  ///< must outlive the engine; null: none on disk
    BackendMaker backends = real_backends();
};

/// A loaded model and everything that it takes to answer with it. Qt-free; one thread uses it.
class Engine {
  public:
    using Progress = std::function<void(inference::Weights::Progress)>;

    /// Throws inference::Error, kernels::Error, or inference::Stopped. A lost GPU is thrown, whatever
    /// `device` says: the caller keeps its sentence for `cuda_off`.
    static std::unique_ptr<Engine> load(const EngineOptions& options, const Progress& progress = {},
                                        std::stop_token stop = {});

    const std::string& model_name() const { return name_; }
    std::string device_name() const { return backend_->device_name(); }
    /// A sentence when the GPU was wanted and the CPU serves: why. Else empty.
    const std::string& device_note() const { return device_note_; }
    /// Could EngineOptions::float8_prefill be had here?
    bool offers_float8_prefill() const { return backend_->offers_float8_prefill(); }
    const inference::WeightRecipe& recipe() const { return recipe_; }
    const inference::MemoryNeed& memory() const { return memory_; }
    /// Names all that the numbers in a state depend on: weights, recipe, state format, backend.
    const std::string& fingerprint() const { return fingerprint_; }
    const inference::Config& config() const { return model_->config(); }
    /// Throws inference::Error for a folder that has none. Immutable: any thread may use it while the engine
    /// lives.
    const inference::Tokenizer& tokenizer() const;
    /// The same for other threads: it outlives the engine for as long as somebody holds it. Null if there is
    /// none.
    std::shared_ptr<const inference::Tokenizer> shared_tokenizer() const { return tokenizer_; }
    /// Tells tokenizers apart: ids that another one made mean something else.
    const std::string& tokenizer_id() const { return tokenizer_id_; }
    inference::Model& model() { return *model_; }
    inference::Timeline& timeline() { return *timeline_; }
    const std::string& note() const {
        return note_;
    }  ///< for the person: a quantised file that had to be made anew, or empty

  private:
    Engine() = default;
    void open_tokenizer(const inference::ModelFolder& folder);
    void put_on(std::unique_ptr<kernels::Backend> backend, const inference::ModelFolder& folder,
                const EngineOptions& options, const Progress& progress, std::stop_token stop);

    std::string name_;
    std::string fingerprint_;
    std::string tokenizer_id_;
    std::string note_;
    std::string device_note_;
    inference::WeightRecipe recipe_;
    inference::MemoryNeed memory_;
    std::unique_ptr<kernels::Backend> backend_;
    std::shared_ptr<const inference::Tokenizer> tokenizer_;
    std::unique_ptr<inference::Model> model_;
    std::unique_ptr<inference::Timeline> timeline_;
};

/// Engine::tokenizer_id of this tokenizer file.
std::string tokenizer_identity(const std::filesystem::path& file);

/// The small model that comes with the program, or an empty path when the installation lacks it.
std::filesystem::path demo_model_folder();

/// What the window and the terminal call the demo model, so that nobody takes it for the real one.
inline constexpr const char* kDemoModelName = "demo model, for trying Sidewinder out";

}  // namespace sidewinder::app
