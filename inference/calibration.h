#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/config.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// What a model's in_proj and out_proj are multiplied with on a sample text, as quantize_rows_following
/// (kernels/quant.h) wants it: group by group of columns. Immutable; 6.3 MB a layer for the 7B model with
/// groups of 128, half of that with 64.
class Calibration {
  public:
    /// Tokens that are enough; far fewer make int4 worse, not better.
    static constexpr std::size_t kTokens = 2048;

    /// Reads the sample with the model in bf16, on the CPU, a layer at a time: host memory holds one layer's
    /// weights and the activations of all of `sample` (140 KB a token for the 7B model). `threads` 0: one for
    /// each physical core. `progress(done, layers)` after each layer. Throws Error, and Stopped.
    static Calibration measure(const TensorSource& source, const Config& config,
                               std::span<const TokenId> sample, std::int64_t group, int threads = 0,
                               const std::function<void(std::int64_t, std::int64_t)>& progress = {},
                               std::stop_token stop = {});

    /// For a planned tensor's name ("layers.0.in_proj") [cols / group, group, group], or null.
    const float* follow(const std::string& tensor) const;

  private:
    std::map<std::string, std::vector<float>> follow_;
};

}  // namespace sidewinder::inference
