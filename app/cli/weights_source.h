#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "inference/config.h"
#include "inference/tensor_source.h"
#include "inference/weights.h"
#include "kernels/backend.h"

namespace sidewinder::cli {

/// What is measured: a model's shape, where its weights come from and where it runs.
struct WeightsSource {
    inference::Config config;
    std::shared_ptr<const inference::TensorSource> tensors;
    std::filesystem::path tokenizer;  ///< empty for random weights and for a folder without one
    bool gpu = false;
    int threads = 0;              ///< of a CPU backend
    bool float8_prefill = false;  ///< of a GPU backend, where it can

    /// Each form of weights has a backend of its own. Throws kernels::Error when there is none.
    std::unique_ptr<kernels::Backend> make_backend(const inference::WeightRecipe& recipe) const;
};

/// Whether "cpu", "cuda" or "auto" (the GPU when it can be used) means the GPU here.
bool means_gpu(const std::string& backend);

WeightsSource open_weights(const std::filesystem::path& folder);
/// Random weights of a named shape; `layers` 0: all of them.
WeightsSource random_weights(const std::string& shape, std::int64_t layers);

}  // namespace sidewinder::cli
