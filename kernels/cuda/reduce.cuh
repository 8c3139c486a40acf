#pragma once

#include <cuda_runtime.h>

namespace sidewinder::kernels::cuda {

inline constexpr int kWarp = 32;
inline constexpr unsigned kAllLanes = 0xffffffffu;

/// Sum over the warp, the same bits in every lane: each level adds the same two numbers on both sides.
__device__ __forceinline__ float warp_sum(float v) {
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) v += __shfl_xor_sync(kAllLanes, v, mask);
    return v;
}

/// Sum over the block's warps, the same bits in every thread. `partial`: a shared float for each warp; not to
/// be used again before the block's next __syncthreads.
__device__ __forceinline__ float block_sum(float v, float* partial) {
    v = warp_sum(v);
    if (threadIdx.x % kWarp == 0) partial[threadIdx.x / kWarp] = v;
    __syncthreads();
    float sum = 0.0f;
    for (unsigned warp = 0; warp < blockDim.x / kWarp; ++warp) sum += partial[warp];
    return sum;
}

}  // namespace sidewinder::kernels::cuda
