#pragma once

#include <cuda_bf16.h>

#include <cstdint>
#include <cstring>

#include "kernels/cuda/activations.cuh"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"

/// Small device functions that the kernels of mixer_chunk share.
namespace sidewinder::kernels::cuda {

inline constexpr float kLog2E = 1.4426950408889634f;

/// The halves of a word of two bfloat16.
__device__ __forceinline__ float low_bf16(std::uint32_t pair) {
    return __uint_as_float(pair << 16);
}
__device__ __forceinline__ float high_bf16(std::uint32_t pair) {
    return __uint_as_float(pair & 0xffff0000u);
}

__device__ __forceinline__ std::uint32_t pack_bf16(float low, float high) {
    const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
    std::uint32_t word;
    memcpy(&word, &pair, sizeof word);
    return word;
}

/// Two gated channels times 1 / rms and the norm's weights.
__device__ __forceinline__ std::uint32_t normed_pair(std::uint32_t pair, float r, float w0, float w1) {
    return pack_bf16(low_bf16(pair) * r * w0, high_bf16(pair) * r * w1);
}

/// v / (1 + e^-v) = h (1 + tanh h), h = v / 2: to 2^-12 of |v|, the half of a float16's last digit.
__device__ __forceinline__ float silu(float v) {
    const float h = 0.5f * v;
    return fmaf(h, tanh_approx(h), h);
}

/// log(1 + e^v) to 5e-6 of itself: a series where e^v is small, so that small steps keep their digits.
__device__ __forceinline__ float softplus_fast(float v) {
    const float e = exp2_approx(v * kLog2E);
    const float series = e * fmaf(e, fmaf(e, fmaf(e, -0.25f, 0.33333333f), -0.5f), 1.0f);
    const float small = e < 0.03125f ? series : __logf(1.0f + e);
    return v <= 20.0f ? small : v;
}

/// bias + sum_k taps[k] * column[k]: the order is that of the CPU's reference.
__device__ __forceinline__ float conv_4(float4 taps, float bias, float c0, float c1, float c2, float c3) {
    return fmaf(taps.w, c3, fmaf(taps.z, c2, fmaf(taps.y, c1, fmaf(taps.x, c0, bias))));
}

/// One channel's last four columns after T more tokens; raw[t * stride] is the channel's value at token t.
__device__ __forceinline__ void advance_conv_state(float4* columns, const __nv_bfloat16* raw,
                                                   std::int64_t stride, std::int64_t T) {
    float4 c = *columns;
    for (std::int64_t t = T > 4 ? T - 4 : 0; t < T; ++t) {
        c = float4{c.y, c.z, c.w, __bfloat162float(raw[t * stride])};
    }
    *columns = c;
}

}  // namespace sidewinder::kernels::cuda
