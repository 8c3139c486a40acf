#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/config.h"
#include "inference/tensor_source.h"
#include "kernels/backend.h"

namespace sidewinder::inference {

class Calibration;

/// What the linear weights become in memory. Embedding, dt rows and all small tensors keep their precision;
/// the head of an int8 or int4 model is int8.
struct WeightRecipe {
    kernels::WeightFormat format = kernels::WeightFormat::BF16;
    std::int64_t group = 0;  ///< 64 or 128 for int8 and int4, else 0
    /// int4 only: rounded by quantize_rows_following with what the weights meet on a sample text, which costs
    /// a pass of the model over it. Same layout, same speed.
    bool calibrated = false;

    /// "bf16", "f32", "int8-g128", "int4-g64", "int4-g128-calibrated", …
    std::string name() const;
    static WeightRecipe parse(const std::string& name);  ///< also "int8", "int4" (group 128); throws Error
};

/// All weights of a model in one backend's memory, immutable. Owner; the views point into it.
class Weights {
  public:
    struct Progress {
        std::uint64_t done_bytes = 0;
        std::uint64_t total_bytes = 0;
    };

    /// Checks the tensor set against the configuration (names, shapes, dtypes, none missing, none extra),
    /// then loads and, where the recipe asks, quantises. Accepts both layouts' names: an optional `model.`
    /// prefix, `embedding` or `embeddings`; F32, F16 and BF16 per tensor. Throws inference::Error or
    /// kernels::Error; stop throws Stopped. A calibrated recipe needs a `calibration` of its group.
    static Weights load(const TensorSource& source, const Config& config, const WeightRecipe& recipe,
                        kernels::Backend& backend, const std::function<void(Progress)>& progress = {},
                        std::stop_token stop = {}, const Calibration* calibration = nullptr);

    const kernels::WeightView& embedding() const { return embedding_; }
    const kernels::WeightView& head() const { return head_; }
    const kernels::LayerWeights& layer(std::int64_t i) const { return layers_[static_cast<std::size_t>(i)]; }
    std::span<const kernels::LayerWeights> layers() const { return layers_; }
    const float* final_norm() const { return final_norm_; }
    std::uint64_t bytes() const { return bytes_; }                   ///< device bytes held
    std::uint64_t bytes_per_token() const { return decode_bytes_; }  ///< weight bytes one decoded token reads

  private:
    friend class WeightLoader;
    Weights() = default;
    std::vector<kernels::Buffer> buffers_;
    kernels::WeightView embedding_;
    kernels::WeightView head_;
    std::vector<kernels::LayerWeights> layers_;
    const float* final_norm_ = nullptr;
    std::uint64_t bytes_ = 0;
    std::uint64_t decode_bytes_ = 0;
};

/// Thrown when a stop_token ended an operation that has no result then. Not an error for the person.
struct Stopped {};

}  // namespace sidewinder::inference
