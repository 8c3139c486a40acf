#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "inference/weight_plan.h"
#include "inference/weights.h"

namespace sidewinder::inference {

/// Some rows of one planned tensor, as they will lie in memory. Work memory of one pipeline slot.
struct WeightBlock {
    std::vector<std::byte> data;
    std::vector<float> scales;
    std::vector<std::byte> raw;  ///< rows as the model's file has them
    std::vector<float> values;
};

/// What fills a block with rows [first, first + rows) of `tensor`. Called from several threads with different
/// blocks.
using BlockProducer = std::function<void(const PlannedTensor& tensor, std::int64_t first, std::int64_t rows,
                                         WeightBlock& block)>;

/// What else sees every block, in order, on the loading thread: a quantised file being written, a checksum.
using BlockObserver =
    std::function<void(std::size_t tensor, std::int64_t first, std::int64_t rows, const WeightBlock& block)>;

/// Reads rows from a model's files and converts them: A = -exp(A_log) in double, bf16 rounded to nearest
/// even, int8 and int4 by kernels::quantize_rows, or as a calibrated recipe says. `calibration` must outlive
/// the producer; throws Error when such a recipe comes without it.
BlockProducer convert_from(const TensorSource& source, const WeightRecipe& recipe,
                           const Calibration* calibration = nullptr);

/// Fills backend memory as planned. Host memory stays below about 50 MiB, 5 MiB a core for a computed
/// source.
class WeightLoader {
  public:
    /// Elements of a block (whole rows, at least one). A quantised file's checksum depends on it.
    static constexpr std::int64_t kBlockElements = 1 << 19;

    static Weights load(const WeightPlan& plan, const Config& config, kernels::Backend& backend,
                        const BlockProducer& produce, const BlockObserver& observe,
                        const std::function<void(Weights::Progress)>& progress, std::stop_token stop);

    /// The same blocks in the same order, without a backend: nothing of the model stays in memory.
    static void stream(const WeightPlan& plan, const BlockProducer& produce, const BlockObserver& observe,
                       const std::function<void(Weights::Progress)>& progress, std::stop_token stop);

  private:
    static void set_views(Weights& weights, const WeightPlan& plan, const Config& config);
};

}  // namespace sidewinder::inference
