#pragma once

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/cuda/launch.h"
#include "kernels/tensor.h"

/// Operands of the opt-in float8 prefill: e4m3 with one float32 scale a row, value = q * scale, where the
/// row's largest magnitude becomes 448. A row of zeros has scale 0. float8_weight.cu, float8_rows.cu.
namespace sidewinder::kernels::cuda {

/// Can this device and shape prefill in float8? Compute capability 9.0 (the scale of a row on both operands
/// is cuBLASLt's OUTER_VEC_32F, which it has there alone), fast kernels, d_model and d_inner up to 8192.
bool has_float8(const DeviceTraits& device, const Dims& dims);

/// Rows [first, first + rows) of a BF16, Int8 or Int4 weight, cols a multiple of 128 up to 8192 -> out [rows,
/// cols], scales [rows].
void weight_to_float8(const Context& context, const WeightView& weight, std::int64_t first, std::int64_t rows,
                      unsigned char* out, float* scales);

/// rms_norm of ops.h, and the same numbers before their rounding to bf16 as float8: out8 [T, width], scales
/// [T]; width a multiple of 4 up to 8192.
void rms_norm_float8(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
                     std::int64_t width, __nv_bfloat16* out, unsigned char* out8, float* scales);

/// What mixer_chunk's last kernel, gated_norm, does, with float8 out: y bf16 [T, d_inner] is read and its
/// rows overwritten; row t's e4m3 lie in the first half of its bytes, so that rows are 2 d_inner bytes apart.
void gated_norm_float8(const Context& context, const Dims& dims, __nv_bfloat16* y, const float* head_squares,
                       const float* norm_weight, std::int64_t T, float* scales);

}  // namespace sidewinder::kernels::cuda
