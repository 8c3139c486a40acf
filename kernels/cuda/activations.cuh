#pragma once

#include <cuda_runtime.h>

namespace sidewinder::kernels::cuda {

__device__ __forceinline__ float silu_exact(float v) {
    return v / (1.0f + expf(-v));
}

/// Relative error about 1e-6 where it matters; far below zero it is zero.
__device__ __forceinline__ float silu_fast(float v) {
    return __fdividef(v, 1.0f + __expf(-v));
}

__device__ __forceinline__ float softplus(float v) {  // selective_state_update.py
    return v <= 20.0f ? log1pf(expf(v)) : v;
}

}  // namespace sidewinder::kernels::cuda
