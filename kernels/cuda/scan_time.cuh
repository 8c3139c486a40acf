#pragma once

#include "kernels/cuda/scan_pieces.cuh"

/// The time steps of a chunk, which one warp works out.
namespace sidewinder::kernels::cuda::scan {

/// A head's raw time steps and what they need.
struct TimeInput {
    const float* dt;  // of this head, rows `stride` apart
    std::int64_t stride;
    float bias;
    float A;
    int T;
};

/// One lane's dt of a chunk: tokens lane * Q / 32 and on.
template <int Q>
__device__ __forceinline__ void load_dt(float (&raw)[Q / kWarp], const TimeInput& in, int chunk, int lane) {
#pragma unroll
    for (int i = 0; i < Q / kWarp; ++i) {
        const int t = chunk * Q + lane * (Q / kWarp) + i;
        raw[i] = in.dt[min(t, in.T - 1) * in.stride];
    }
}

/// One warp: a chunk's time steps.
template <int Q>
__device__ __forceinline__ void time_steps(Steps<Q>& out, const TimeInput& in, int chunk, int lane) {
    constexpr int kOwn = Q / kWarp;
    float raw[kOwn];
    load_dt<Q>(raw, in, chunk, lane);
    const float rate = in.A * kLog2E;
    float dt[kOwn];
    float cs[kOwn];
    float sum = 0.0f;
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
        const int t = chunk * Q + lane * kOwn + i;
        dt[i] = t < in.T ? softplus_fast(raw[i] + in.bias) : 0.0f;
        sum += fmaxf(dt[i] * rate, -256.0f);  // 2^-256 is 0 already; keeps the sums exact enough
        cs[i] = sum;
    }
#pragma unroll
    for (int step = 1; step < kWarp; step *= 2) {
        const float below = __shfl_up_sync(kAllLanes, sum, step);
        if (lane >= step) sum += below;
    }
    float before = __shfl_up_sync(kAllLanes, sum, 1);
    if (lane == 0) before = 0.0f;
#pragma unroll
    for (int i = 0; i < kOwn; ++i) cs[i] += before;
    const float last = __shfl_sync(kAllLanes, cs[kOwn - 1], kWarp - 1);

    float weight[kOwn];
    float largest = 0.0f;
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
        weight[i] = exp2_approx(fminf(last - cs[i], 0.0f)) * dt[i];
        largest = fmaxf(largest, weight[i]);
    }
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) {
        largest = fmaxf(largest, __shfl_xor_sync(kAllLanes, largest, mask));
    }
    int exponent = static_cast<int>(__float_as_uint(largest) >> 23) - 126;  // largest < 2^exponent
    exponent = exponent < -60 ? -60 : (exponent > 60 ? 60 : exponent);
    const float grow = __uint_as_float(static_cast<unsigned>(127 + exponent) << 23);
    const float inverse = __uint_as_float(static_cast<unsigned>(127 - exponent) << 23);
#pragma unroll
    for (int i = 0; i < kOwn; ++i) {
        const int at = lane * kOwn + i;
        out.log2_decay[at] = cs[i];
        out.log2_in[at] = __log2f(dt[i]) - cs[i];  // dt = 0: minus infinity
        out.to_end[at] = __float2half_rn(fminf(weight[i] * inverse, 1.0f));
    }
    if (lane == 0) {
        out.shrink = exp2_approx(last) * inverse;
        out.grow = grow;
    }
}

}  // namespace sidewinder::kernels::cuda::scan
