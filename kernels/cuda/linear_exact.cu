#include <cuda_bf16.h>

#include <algorithm>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/refuse.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kWarps = 8;   // a block; one output row each
constexpr int kTokens = 8;  // that a warp multiplies at once

/// Element `col` of a row that starts at `row`; layouts in kernels/quant.h.
template <WeightFormat kFormat>
__device__ __forceinline__ float weight_at(const unsigned char* row, const float* scales, std::int64_t group,
                                           std::int64_t col) {
    if constexpr (kFormat == WeightFormat::F32) {
        return reinterpret_cast<const float*>(row)[col];
    } else if constexpr (kFormat == WeightFormat::BF16) {
        return __bfloat162float(reinterpret_cast<const __nv_bfloat16*>(row)[col]);
    } else {
        const std::int64_t g = col / group;
        if constexpr (kFormat == WeightFormat::Int8) {
            return static_cast<float>(static_cast<signed char>(row[col])) * scales[g];
        }
        const std::int64_t j = col % group;
        const std::int64_t half = group / 2;
        const int byte = row[g * half + j % half];
        return static_cast<float>((j < half ? byte & 15 : byte >> 4) - 8) * scales[g];
    }
}

struct ExactLinear {
    const unsigned char* data;
    const float* scales;
    std::int64_t rows, cols, group, row_bytes, row_scales;
    const float* x;
    std::int64_t x_stride, T;
    float* out;
    std::int64_t out_stride;
    bool add;
};

/// A warp a row; lane l adds up columns l, l + 32, ... so that a sum never depends on T.
template <WeightFormat kFormat>
__global__ void __launch_bounds__(kWarps* kWarp) linear_exact_kernel(ExactLinear p) {
    const std::int64_t row = static_cast<std::int64_t>(blockIdx.x) * kWarps + threadIdx.x / kWarp;
    const int lane = threadIdx.x % kWarp;
    if (row >= p.rows) return;
    const unsigned char* data = p.data + row * p.row_bytes;
    const float* scales = p.scales + row * p.row_scales;
    for (std::int64_t first = static_cast<std::int64_t>(blockIdx.y) * kTokens; first < p.T;
         first += static_cast<std::int64_t>(gridDim.y) * kTokens) {
        const float* x[kTokens];
        float sum[kTokens];
#pragma unroll
        for (int i = 0; i < kTokens;
             ++i) {  // past the end the last token again, so that no load needs a test
            x[i] = p.x + (first + i < p.T ? first + i : p.T - 1) * p.x_stride;
            sum[i] = 0.0f;
        }
        for (std::int64_t c = lane; c < p.cols; c += kWarp) {
            const float w = weight_at<kFormat>(data, scales, p.group, c);
#pragma unroll
            for (int i = 0; i < kTokens; ++i) sum[i] = fmaf(w, x[i][c], sum[i]);
        }
#pragma unroll
        for (int i = 0; i < kTokens; ++i) {
            const float total = warp_sum(sum[i]);
            if (lane == 0 && first + i < p.T) {
                float* out = p.out + (first + i) * p.out_stride + row;
                *out = p.add ? *out + total : total;
            }
        }
    }
}

}  // namespace

void linear_exact(const Context& context, const WeightView& weight, const float* x, std::int64_t x_stride,
                  std::int64_t T, float* out, std::int64_t out_stride, bool add) {
    const WeightLayout& layout = weight.layout;
    ExactLinear p{};
    p.data = static_cast<const unsigned char*>(weight.data);
    p.scales = weight.scales;
    p.rows = layout.rows;
    p.cols = layout.cols;
    p.group = layout.group;
    p.row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    p.row_scales = static_cast<std::int64_t>(layout.scale_count()) / std::max<std::int64_t>(layout.rows, 1);
    p.x = x;
    p.x_stride = x_stride;
    p.T = T;
    p.out = out;
    p.out_stride = out_stride;
    p.add = add;
    auto kernel = linear_exact_kernel<WeightFormat::F32>;
    if (layout.format == WeightFormat::BF16) kernel = linear_exact_kernel<WeightFormat::BF16>;
    if (layout.format == WeightFormat::Int8) kernel = linear_exact_kernel<WeightFormat::Int8>;
    if (layout.format == WeightFormat::Int4) kernel = linear_exact_kernel<WeightFormat::Int4>;
    if (layout.rows < 1 || T < 1) refuse("An exact product was asked for without rows or tokens");
    const std::int64_t row_blocks = (layout.rows + kWarps - 1) / kWarps;
    // A block walks over tokens, so that its rows stay near; more blocks only where rows are few.
    const std::int64_t slices = std::clamp<std::int64_t>(2048 / row_blocks, 1, (T + kTokens - 1) / kTokens);
    const LaunchShape shape{.grid = dim3(static_cast<unsigned>(row_blocks), static_cast<unsigned>(slices)),
                            .block = dim3(kWarps * kWarp)};
    launch(context, "linear_exact", shape, kernel, p);
}

}  // namespace sidewinder::kernels::cuda
