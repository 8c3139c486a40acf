#pragma once

#include <cuda_fp8.h>

#include <cstdint>

#include "kernels/cuda/reduce.cuh"

namespace sidewinder::kernels::cuda {

inline constexpr float kFloat8Most = 448.0f;

/// Largest v of the block, v >= 0, in every thread. `partial` as in block_sum.
__device__ __forceinline__ float block_max(float v, float* partial) {
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) v = fmaxf(v, __shfl_xor_sync(kAllLanes, v, mask));
    if (threadIdx.x % kWarp == 0) partial[threadIdx.x / kWarp] = v;
    __syncthreads();
    float most = 0.0f;
    for (unsigned warp = 0; warp < blockDim.x / kWarp; ++warp) most = fmaxf(most, partial[warp]);
    return most;
}

/// What a row is multiplied by: its largest magnitude becomes 448. Rows of next to nothing are rows of zeros.
__device__ __forceinline__ float to_float8(float largest) {
    return largest > 1e-30f ? kFloat8Most / largest : 0.0f;
}
__device__ __forceinline__ float from_float8(float largest) {
    return largest > 1e-30f ? largest / kFloat8Most : 0.0f;
}

/// Four e4m3, the first in the lowest byte.
__device__ __forceinline__ std::uint32_t pack_float8(float a, float b, float c, float d) {
    const auto low = __nv_cvt_float2_to_fp8x2(float2{a, b}, __NV_SATFINITE, __NV_E4M3);
    const auto high = __nv_cvt_float2_to_fp8x2(float2{c, d}, __NV_SATFINITE, __NV_E4M3);
    return static_cast<std::uint32_t>(low) | static_cast<std::uint32_t>(high) << 16;
}

}  // namespace sidewinder::kernels::cuda
