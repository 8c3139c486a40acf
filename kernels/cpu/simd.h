#pragma once

#include <cstdint>

#include "hwy/detect_compiler_arch.h"

#include "kernels/tensor.h"

/// The vector kernels, one instance for each instruction set, chosen at run time. They take ranges, allocate
/// nothing, never throw and know nothing of threads. All arrays are float32 unless said otherwise.
namespace sidewinder::kernels::cpu {

const char* simd_name();  ///< "AVX2", "AVX-512", …

// ---- simd_norm.cpp

/// out[0, cols) = x * rsqrt(mean(x^2) + eps) * weight
void rms_norm(const float* x, const float* weight, float eps, std::int64_t cols, float* out);

/// u = y * silu(z); y = u * rsqrt(mean(u^2) + eps) * weight, over one group of one token.
void gate_and_norm(float* y, const float* z, const float* weight, float eps, std::int64_t cols);

// ---- simd_mixer.cpp

/// Causal conv1d of width 4 and SiLU over channels [0, n) of T rows:
///     out[t, c] = silu(bias[c] + sum_k weight[c, k] * in[t - 3 + k, c]); earlier rows are in `state`, which
///     moves on.
struct ConvTile {
    const float* weight;  ///< [n, 4]
    const float* bias;    ///< [n]
    const float* in;      ///< [T, n], row stride in_stride
    std::int64_t in_stride;
    float* state;  ///< [n, 4], oldest first
    float* out;    ///< [T, n], row stride out_stride
    std::int64_t out_stride;
    std::int64_t T;
};
constexpr std::int64_t kConvTile = 256;  ///< most channels a call
void conv_silu(const ConvTile& tile, std::int64_t n);

/// dt = softplus(raw + bias), decay = exp(dt * A), for n heads of one token.
void softplus_decay(const float* raw, const float* bias, const float* A, std::int64_t n, float* dt,
                    float* decay);

/// T steps of one head. Rows of a token are `*_stride` floats after the rows of the token before it.
///     state[p, n] = state[p, n] * decay + dt * x[p] * B[n];   y[p] = sum_n state[p, n] * C[n] + D * x[p]
struct HeadScan {
    float* state;        ///< [headdim, d_state]
    const float* dt;     ///< one a token, dt_stride apart
    const float* decay;  ///< likewise
    std::int64_t dt_stride;
    const float* x;  ///< [T, headdim]
    const float* B;  ///< [T, d_state]
    const float* C;  ///< [T, d_state]
    std::int64_t xbc_stride;
    float D;
    float* y;  ///< [T, headdim]
    std::int64_t y_stride;
    std::int64_t T;
    std::int64_t headdim;
    std::int64_t d_state;
};
void scan_head(const HeadScan& scan);

// ---- Products: out[t, row] (+)= weight[row, :] . x[t, :]

/// Activations for Int8 and Int4 weights: int16 with a scale for each group of the weight, which costs about
/// 3e-5 of a product. For Int4 the columns of a group are reordered as simd_int_dot.cpp says.
struct QuantizedActivations {
    const std::int16_t* q = nullptr;       ///< [T, padded_cols]
    const float* scale = nullptr;          ///< [T, padded_cols / group]
    const std::int32_t* offset = nullptr;  ///< [T, padded_cols / group]: -8 * sum of q for Int4, else 0
};

struct Linear {
    WeightView weight;
    const float* x = nullptr;  ///< [T, cols], row stride x_stride
    std::int64_t x_stride = 0;
    QuantizedActivations quantized;  ///< instead of x in int_dot_rows
    std::int64_t T = 0;
    float* out = nullptr;
    std::int64_t out_stride = 0;
    bool add = false;
};

// For few tokens, bound by the reading of the weights: simd_dot.cpp for F32 and BF16, simd_int_dot.cpp for
// the others.
void dot_rows(const Linear& linear, std::int64_t row_begin, std::int64_t row_end);
void int_dot_rows(const Linear& linear, std::int64_t row_begin, std::int64_t row_end);
void quantize_activations(const float* x, const WeightLayout& layout, std::int16_t* q, float* scale,
                          std::int32_t* offset);

// For many tokens, bound by arithmetic: simd_gemm.cpp and simd_int_gemm.cpp, from packed panels of
// activations; at most kGemmMaxRows rows and kGemmMaxTokens tokens a call.
constexpr std::int64_t kGemmDepth = 256;  ///< columns a block, a multiple of every group
constexpr std::int64_t kIntGemmDepth = 256;
constexpr std::int64_t kGemmMaxRows = 96;      ///< rows of weight a block
constexpr std::int64_t kGemmRowMultiple = 12;  ///< blocks of so many rows fill every register tile
constexpr std::int64_t kGemmMaxTokens = 256;

std::int64_t gemm_panel_tokens();  ///< tokens side by side in a packed panel

/// One worker's blocks. Strides of a line more than a power of two keep rows out of one another's cache sets.
constexpr std::int64_t kGemmWeightStride = kGemmDepth + 16;
constexpr std::int64_t kIntWeightStride = kIntGemmDepth + 32;
constexpr std::int64_t kGemmSumStride = kGemmMaxTokens + 16;
struct GemmScratch {
    float* weights = nullptr;  ///< [kGemmMaxRows, kGemmWeightStride]
    float* sums = nullptr;     ///< [kGemmMaxRows, kGemmSumStride]
};

/// panel[k, j] = x[j, k] for `tokens` rows, zero for the rest of the panel.
void pack_panel(const float* x, std::int64_t x_stride, std::int64_t tokens, std::int64_t cols, float* panel);
void gemm_rows(const Linear& linear, const float* panels, const GemmScratch& scratch, std::int64_t row_begin,
               std::int64_t row_end);

/// Whether the integer block product serves this machine; it needs multiply-adds that keep pairs in their
/// lanes.
constexpr bool kHasIntGemm = HWY_ARCH_X86;
struct IntPanels {
    const std::int16_t* q = nullptr;  ///< [panels][padded_cols / 2][panel tokens][2]
    const float* scales = nullptr;    ///< [panels][padded_cols / group][panel tokens]
};
/// Columns [k, k + n) of one panel, whole groups; `panel` and `scales` are where column k goes.
void pack_int_panel(const float* x, std::int64_t x_stride, std::int64_t tokens, const WeightLayout& layout,
                    std::int64_t k, std::int64_t n, std::int16_t* panel, float* scales);
void int_gemm_rows(const Linear& linear, const IntPanels& panels, const GemmScratch& scratch,
                   std::int64_t row_begin, std::int64_t row_end);

// ---- simd_quant.cpp

/// One row of an Int8 or Int4 weight, as quantize_rows (kernels/quant.h) says; the same bytes with every
/// instruction set. `data` gets row_bytes(), `scales` one for each group.
void quantize_weight_row(const WeightLayout& layout, const float* row, std::byte* data, float* scales);
/// Whole column group g of `count` rows of an Int4 weight, see quantize_rows_following. `rows`, `data` and
/// `scales` begin at the first row's first column.
void quantize_following_group(const WeightLayout& layout, const float* rows, std::int64_t count,
                              std::int64_t g, const float* follow, std::byte* data, float* scales);
/// sums[i, j] = sum_t x[t, i] x[t, j]; x [T, n], n a multiple of 32.
void gram_matrix(const float* x, std::int64_t T, std::int64_t n, float* sums);
void widen_bf16(const std::uint16_t* from, std::int64_t n, float* to);

}  // namespace sidewinder::kernels::cpu
