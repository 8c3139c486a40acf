#pragma once

#include <cstddef>
#include <cstdint>

#include "kernels/quant.h"

namespace sidewinder::kernels {

/// Everything about a model's shape that a kernel needs. Names follow mamba_ssm (state-spaces/mamba,
/// mamba2.py).
struct Dims {
    std::int64_t d_model = 0;
    std::int64_t d_inner = 0;  ///< expand * d_model = n_heads * headdim
    std::int64_t n_heads = 0;
    std::int64_t headdim = 0;
    std::int64_t n_groups =
        0;  ///< B, C and the gated norm are per group; head h belongs to group h / (n_heads / n_groups)
    std::int64_t d_state = 0;
    std::int64_t d_conv = 4;
    std::int64_t vocab = 0;
    float norm_eps = 1e-5f;

    std::int64_t conv_dim() const { return d_inner + 2 * n_groups * d_state; }       ///< channels x | B | C
    std::int64_t zxbc_rows() const { return 2 * d_inner + 2 * n_groups * d_state; }  ///< z | x | B | C
    std::int64_t in_proj_rows() const { return zxbc_rows() + n_heads; }              ///< z | x | B | C | dt
    std::int64_t conv_state_size() const { return conv_dim() * d_conv; }             ///< floats a layer
    std::int64_t ssm_state_size() const { return n_heads * headdim * d_state; }      ///< floats a layer
};

// Views: addresses in a backend's memory (device memory on a GPU), owned by somebody else's Buffer.

struct WeightView {
    WeightLayout layout;
    const void* data = nullptr;
    const float* scales = nullptr;  ///< null for F32 and BF16
};

/// All float32 in every weight format.
struct MixerWeights {
    const float* conv_weight = nullptr;  ///< [conv_dim, d_conv], tap d_conv-1 meets the current token
    const float* conv_bias = nullptr;    ///< [conv_dim]
    const float* dt_bias = nullptr;      ///< [n_heads]
    const float* A = nullptr;            ///< [n_heads], already -exp(A_log)
    const float* D = nullptr;            ///< [n_heads]
    const float* norm_weight = nullptr;  ///< [d_inner]
};

struct LayerWeights {
    const float* norm_weight = nullptr;  ///< [d_model]
    WeightView in_proj;                  ///< rows z | x | B | C: [zxbc_rows, d_model]
    WeightView in_proj_dt;  ///< rows dt: [n_heads, d_model], never quantised: its errors grow with time
    MixerWeights mixer;
    WeightView out_proj;  ///< [d_model, d_inner]
};

/// One layer's memory of what was read. float32.
struct LayerState {
    float* conv = nullptr;  ///< [conv_dim, d_conv]: the last d_conv columns before conv1d, oldest first
    float* ssm = nullptr;   ///< [n_heads, headdim, d_state]
};

}  // namespace sidewinder::kernels
