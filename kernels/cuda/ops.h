#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "kernels/cuda/launch.h"
#include "kernels/sampling.h"
#include "kernels/tensor.h"

/// The device operations, one .cu file each; host functions that check shapes, choose a grid and launch on
/// `context.stream`. All pointers are device memory. Sizes are 64-bit: an 18,560-wide buffer passes 2^31
/// elements at 115,705 tokens. Every function may throw kernels::Error.
///
/// Three sorts of T, each with its own form of the activations between the block's three operations:
///   short  T <= kShortTokens   float32; weights stream once through the tensor cores as m16n8k16 tiles
///   long   more                bfloat16, dt float32; cuBLASLt and the chunked scan
///   exact  any T               float32, plain kernels; F32 weights and unusual shapes
namespace sidewinder::kernels::cuda {

inline constexpr std::int64_t kShortTokens = 16;

/// Have `dims` the shape that the short and long kernels are written for? (Headdim 64, d_state 128, d_conv 4,
/// d_model and d_inner multiples of 128 and at most 65536.) If not, the exact kernels serve.
bool has_fast_kernels(const Dims& dims);

// --- embed.cu
/// residual[t, :] = table[ids[t], :]; table F32 or BF16. An id outside the table gives a row of NaN.
void embed(const Context& context, const WeightView& table, const std::int32_t* ids, std::int64_t T,
           float* residual);

// --- short_program.cpp: T <= kShortTokens, weights BF16, Int8 or Int4 (group 64 or 128), cols a multiple of
// 128.
/// How x becomes the operand. One of the two norms, or neither. `x`, its rows and `norm_weight` are aligned
/// to 16 bytes. Float32 up to here; the operand is rounded to bf16 for BF16 weights, to float16 for the
/// integer ones.
struct SmallLinearInput {
    const float* x = nullptr;  ///< [T, cols], rows `stride` apart
    std::int64_t stride = 0;
    const float* norm_weight = nullptr;  ///< RMSNorm: x * rsqrt(mean(x^2) + eps) * norm_weight
    const float* head_squares =
        nullptr;  ///< grouped: x[c] * rsqrt(sum of its group's head_squares / (cols / n_groups) + eps);
    std::int64_t n_heads = 0;  ///<   head_squares [T, n_heads]; the norm weight is in x already
    std::int64_t n_groups = 0;
    float eps = 0.0f;
};
struct SmallLinearOutput {
    float* out = nullptr;  ///< [T, rows], rows of `out` `stride` apart
    std::int64_t stride = 0;
    bool add = false;  ///< out += instead of out =, the side rows too
};
/// out[t, r] = sum_c weight[r, c] * operand[t, c]. `side` (may have no data: none) is a BF16 weight of a few
/// rows, not quantised and multiplied in float32, whose products go to out[t, weight.rows + r]: the dt rows
/// of in_proj. A token's result has the same bits whatever T it comes in.
void small_linear(const Context& context, const WeightView& weight, const WeightView& side, const Dims& dims,
                  const SmallLinearInput& input, std::int64_t T, const SmallLinearOutput& output);

// --- short_program.cpp: T <= kShortTokens, fast shapes.
/// zxbcdt float32 [T, in_proj_rows]. y float32 [T, d_inner]: (scan + D x) * silu(z) * norm_weight, not yet
/// divided by the group's rms; head_squares [T, n_heads]: sums over the head's channels of ((scan + D x) *
/// silu(z))^2. `arrivals`: int32 [n_groups], zero at the first call, left zero.
void mixer_step(const Context& context, const Dims& dims, const MixerWeights& weights,
                const LayerState& state, const float* zxbcdt, std::int64_t T, float* y, float* head_squares,
                std::int32_t* arrivals);

// --- rms_norm.cu: near the copy rate for widths that are multiples of 4 up to 8192.
/// out[t] = bf16(x[t] * rsqrt(mean(x[t]^2) + eps) * weight); x float32 [T, width].
void rms_norm(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
              std::int64_t width, __nv_bfloat16* out);
/// The same sums, with float32 out.
void rms_norm_exact(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
                    std::int64_t width, float* out);

// --- dequantize.cu
/// Rows [first, first + rows) of an Int8 or Int4 weight as bf16 [rows, cols].
void dequantize(const Context& context, const WeightView& weight, std::int64_t first, std::int64_t rows,
                __nv_bfloat16* out);

// --- mixer_chunk: conv_bc.cu, scan_chunk.cu, gated_norm.cu: any T, fast shapes.
struct MixerChunkWork {
    void* tiles = nullptr;          ///< mixer_chunk_bytes(dims, T), 256-byte aligned: see scan_work.h
    float* head_squares = nullptr;  ///< [T, n_heads]: sums over the head's channels of u^2, u = gated scan
    float* token_scales = nullptr;  ///< [T] or null: y then becomes float8, see gated_norm_float8
};
std::int64_t mixer_chunk_bytes(const Dims& dims, std::int64_t T);
/// zxbc bf16 [T, zxbc_rows] (z | x | B | C), dt float32 [T, n_heads] before bias and softplus -> y bf16 [T,
/// d_inner], gated and normed; `state` moves on by T tokens.
void mixer_chunk(const Context& context, const Dims& dims, const MixerWeights& weights,
                 const LayerState& state, const __nv_bfloat16* zxbc, const float* dt, std::int64_t T,
                 const MixerChunkWork& work, __nv_bfloat16* y);

// --- linear_exact.cu, mixer_exact.cu: any shape, any T, any weight format; float32 throughout, not fast.
/// out[t, r] (+)= sum_c weight[r, c] * x[t, c]; rows of x and out `x_stride` and `out_stride` apart.
void linear_exact(const Context& context, const WeightView& weight, const float* x, std::int64_t x_stride,
                  std::int64_t T, float* out, std::int64_t out_stride, bool add);
/// One thread block a head walks the tokens one by one. xbc: work, float32 [T, conv_dim].
void mixer_exact(const Context& context, const Dims& dims, const MixerWeights& weights,
                 const LayerState& state, const float* zxbcdt, std::int64_t T, float* xbc, float* y);

// --- sample.cu: any options, vocab up to 2^24.
/// What the draws go by, and what came of the last one.
struct SamplingState {
    SamplingOptions options;
    std::uint64_t position = 0;    ///< of the next draw
    std::int32_t* ring = nullptr;  ///< the token at position p is in slot p % ring_slots
    std::int32_t ring_slots = 0;   ///< 0: nothing is penalised; else the window, or more than will be drawn
    Drawn drawn;
};
struct SampleWork {
    SamplingState* state = nullptr;
    std::int32_t* counts = nullptr;  ///< [vocab]: how often a token is in the window, while ring_slots > 0
    unsigned* keys = nullptr;        ///< [vocab]
    unsigned long long* items = nullptr;  ///< [vocab]
    double* weights = nullptr;            ///< [vocab]
};
/// Draws from logits [vocab], 16-byte aligned: the token of kernels::draw_token. See Backend::sample.
void sample(const Context& context, const float* logits, std::int64_t vocab, const SampleWork& work,
            std::int32_t* token);

}  // namespace sidewinder::kernels::cuda
