#include <cuda_bf16.h>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kPiece = kThreads * 4;  // floats that the block loads with one instruction

__device__ __forceinline__ void store(float* out, float v) {
    *out = v;
}
__device__ __forceinline__ void store(__nv_bfloat16* out, float v) {
    *out = __float2bfloat16_rn(v);
}
__device__ __forceinline__ void store4(float* out, float4 v) {
    *reinterpret_cast<float4*>(out) = v;
}
__device__ __forceinline__ void store4(__nv_bfloat16* out, float4 v) {
    auto* pairs = reinterpret_cast<__nv_bfloat162*>(out);
    const __nv_bfloat162 low = __floats2bfloat162_rn(v.x, v.y);
    const __nv_bfloat162 high = __floats2bfloat162_rn(v.z, v.w);
    uint2 packed;
    packed.x = *reinterpret_cast<const std::uint32_t*>(&low);
    packed.y = *reinterpret_cast<const std::uint32_t*>(&high);
    *reinterpret_cast<uint2*>(pairs) = packed;
}

__device__ __forceinline__ float inverse_rms(float squares, std::int64_t width, float eps, float* partial) {
    return rsqrtf(block_sum(squares, partial) / static_cast<float>(width) + eps);
}

/// One block a token, the row in registers: width a multiple of 4, at most kPieces * kPiece.
template <class Out, int kPieces>
__global__ void __launch_bounds__(kThreads)
    rms_norm_row(const float* x, const float* weight, float eps, std::int64_t width, Out* out) {
    __shared__ float partial[kThreads / kWarp];
    wait_prior_grid();
    launch_dependents();
    const std::int64_t row = blockIdx.x * width;
    float4 v[kPieces];
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
        const std::int64_t c = i * kPiece + 4 * threadIdx.x;
        v[i] = c < width ? *reinterpret_cast<const float4*>(x + row + c) : float4{0.0f, 0.0f, 0.0f, 0.0f};
    }
    float squares = 0.0f;
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
        squares = fmaf(v[i].x, v[i].x, squares);
        squares = fmaf(v[i].y, v[i].y, squares);
        squares = fmaf(v[i].z, v[i].z, squares);
        squares = fmaf(v[i].w, v[i].w, squares);
    }
    const float r = inverse_rms(squares, width, eps, partial);
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
        const std::int64_t c = i * kPiece + 4 * threadIdx.x;
        if (c >= width) break;
        const float4 w = *reinterpret_cast<const float4*>(weight + c);
        store4(out + row + c, float4{v[i].x * r * w.x, v[i].y * r * w.y, v[i].z * r * w.z, v[i].w * r * w.w});
    }
}

/// Any width; reads the row twice.
template <class Out>
__global__ void __launch_bounds__(kThreads)
    rms_norm_any(const float* x, const float* weight, float eps, std::int64_t width, Out* out) {
    __shared__ float partial[kThreads / kWarp];
    wait_prior_grid();
    launch_dependents();
    const std::int64_t row = blockIdx.x * width;
    float squares = 0.0f;
    for (std::int64_t c = threadIdx.x; c < width; c += kThreads) {
        const float v = x[row + c];
        squares = fmaf(v, v, squares);
    }
    const float r = inverse_rms(squares, width, eps, partial);
    for (std::int64_t c = threadIdx.x; c < width; c += kThreads) {
        store(out + row + c, x[row + c] * r * weight[c]);
    }
}

template <class Out>
void norm_rows(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
               std::int64_t width, Out* out) {
    auto kernel = rms_norm_any<Out>;
    if (width % 4 == 0) {
        if (width <= kPiece) {
            kernel = rms_norm_row<Out, 1>;
        } else if (width <= 4 * kPiece) {
            kernel = rms_norm_row<Out, 4>;
        } else if (width <= 8 * kPiece) {
            kernel = rms_norm_row<Out, 8>;
        }
    }
    const LaunchShape shape{.grid = dim3(static_cast<unsigned>(T)), .block = dim3(kThreads), .overlap = true};
    launch(context, "rms_norm", shape, kernel, x, weight, eps, width, out);
}

}  // namespace

void rms_norm(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
              std::int64_t width, __nv_bfloat16* out) {
    norm_rows(context, x, weight, eps, T, width, out);
}

void rms_norm_exact(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
                    std::int64_t width, float* out) {
    norm_rows(context, x, weight, eps, T, width, out);
}

}  // namespace sidewinder::kernels::cuda
