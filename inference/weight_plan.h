#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "inference/config.h"
#include "inference/tensor_source.h"
#include "inference/weights.h"
#include "kernels/tensor.h"

namespace sidewinder::inference {

/// One tensor as it will lie in the backend's memory, and where it comes from.
struct PlannedTensor {
    enum class Transform { None, NegativeExp };

    std::string name;              ///< in a quantised file: "layers.0.in_proj"
    kernels::WeightLayout layout;  ///< a vector is one float32 row
    std::string source;            ///< the tensor of the model's files
    DType source_dtype = DType::BF16;
    std::int64_t source_first_row = 0;
    Transform transform = Transform::None;

    std::size_t buffer = 0;  ///< 0 holds what is no layer's, i + 1 layer i
    std::uint64_t data_offset = 0;
    std::uint64_t scales_offset = 0;

    std::uint64_t bytes() const { return layout.data_bytes() + layout.scale_count() * sizeof(float); }
};

/// All tensors of a model under one recipe, in loading order, laid out in buffers at 256-byte boundaries.
struct WeightPlan {
    /// The order of a layer's tensors; layer i's first is tensors[layer_begin + i * kPerLayer].
    enum LayerPart {
        Norm,
        InProj,
        InProjDt,
        ConvWeight,
        ConvBias,
        DtBias,
        A,
        D,
        MixerNorm,
        OutProj,
        kPerLayer
    };

    std::vector<PlannedTensor> tensors;
    std::size_t embedding = 0, head = 0, final_norm = 0, layer_begin = 0;
    std::vector<std::uint64_t> buffer_bytes;
    std::uint64_t total_bytes = 0;  ///< of all tensors
    bool computed = false;          ///< the source computes its data: TensorSource::computed

    const PlannedTensor& part(std::int64_t layer, LayerPart which) const {
        return tensors[layer_begin + static_cast<std::size_t>(layer * kPerLayer + which)];
    }
};

/// Matches `source` with the configuration (see TensorTable, which throws) and plans. Reads no data.
WeightPlan plan_weights(const TensorSource& source, const Config& config, const WeightRecipe& recipe);

}  // namespace sidewinder::inference
