#pragma once

#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/short_phase.h"

/// Floats that say themselves whether they have been written, from block to block of a cooperative launch.
/// Their lowest bit is no part of the value but its *sign*: the first writing of a launch has sign 1, the
/// next one of the same places 0, and so on, and all is 0 before the first. So that a reader takes each as
/// soon as it is there, no writer waits for a fence, and nobody for the slowest but of those it reads from.
///
/// Nothing but the values is ordered. Who writes a place again knows that all have read it: see
/// plan_handovers in short_handover.h.
namespace sidewinder::kernels::cuda::small {

__device__ __forceinline__ float without_sign(float v) {
    return __uint_as_float(__float_as_uint(v) & ~1u);
}
__device__ __forceinline__ float4 without_sign(const float4& v) {
    return {without_sign(v.x), without_sign(v.y), without_sign(v.z), without_sign(v.w)};
}

/// Is any of the signs another one? 0: no.
__device__ __forceinline__ unsigned other_sign(float v, unsigned sign) {
    return (__float_as_uint(v) ^ sign) & 1u;
}
__device__ __forceinline__ unsigned other_sign(const float4& v, unsigned sign) {
    return other_sign(v.x, sign) | other_sign(v.y, sign) | other_sign(v.z, sign) | other_sign(v.w, sign);
}
template <class V>
__device__ __forceinline__ V nothing_of(unsigned sign) {
    const float zero = __uint_as_float(sign & 1u);
    if constexpr (sizeof(V) == sizeof(float)) {
        return zero;
    } else {
        return {zero, zero, zero, zero};
    }
}

/// v, rounded towards zero by its lowest bit; with kNoSign as it is.
__device__ __forceinline__ void store_signed(float* to, float v, unsigned sign) {
    if (sign == kNoSign) return store_relaxed(to, v);
    store_relaxed(to, __uint_as_float((__float_as_uint(v) & ~1u) | sign));
}

/// What a linear phase adds to; an exact part of the sum, or a value with whatever sign.
__device__ __forceinline__ float sum_before(const LinearPhase& p, const float* out) {
    const float v = __ldcg(out);
    return p.first_column > 0 ? v : without_sign(v);
}

/// v[i] = what is at from(i), or 0 with the sign where that is null; V: float or float4. `settle` makes
/// values of it.
template <class V, int kCount, class From>
__device__ __forceinline__ void ask(V (&v)[kCount], unsigned sign, const From& from) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) {
        const V* place = from(i);
        v[i] = nothing_of<V>(sign);
        if (place) v[i] = load_relaxed(place);
    }
}

/// Asks again until all have this sign. The whole warp stays together, and calls this together: nothing is
/// gained by lanes that go ahead.
template <class V, int kCount, class From>
__device__ __forceinline__ void settle(V (&v)[kCount], unsigned sign, const From& from) {
    for (;;) {
        unsigned missing = 0;
#pragma unroll
        for (int i = 0; i < kCount; ++i) missing |= other_sign(v[i], sign);
        if (sign == kNoSign || !__any_sync(kAllLanes, missing != 0)) break;
#pragma unroll
        for (int i = 0; i < kCount; ++i) {
            if (from(i)) before_looking_again(from(i), sign);
        }
        ask(v, sign, from);
    }
#pragma unroll
    for (int i = 0; i < kCount; ++i) v[i] = without_sign(v[i]);
}

template <class V, int kCount, class From>
__device__ __forceinline__ void receive(V (&v)[kCount], unsigned sign, const From& from) {
    ask(v, sign, from);
    settle(v, sign, from);
}

}  // namespace sidewinder::kernels::cuda::small
