// Included once for each instruction set, inside foreach_target: Highway's guard instead of #pragma once.
#if defined(SIDEWINDER_SIMD_COMMON) == defined(HWY_TARGET_TOGGLE)
#ifdef SIDEWINDER_SIMD_COMMON
#undef SIDEWINDER_SIMD_COMMON
#else
#define SIDEWINDER_SIMD_COMMON
#endif

#include <cmath>
#include <cstdint>
#include <cstring>

#include "hwy/cache_control.h"
#include "hwy/contrib/math/math-inl.h"
#include "hwy/highway.h"
#include "kernels/cpu/simd.h"

HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

namespace hn = hwy::HWY_NAMESPACE;

using F = hn::ScalableTag<float>;
using V = hn::Vec<F>;
constexpr F kF;
constexpr std::int64_t kLanes = static_cast<std::int64_t>(hn::MaxLanes(F()));

/// The first n values, zeros after them; never reads past x + n.
HWY_INLINE V LoadPart(const float* x, std::int64_t n) {
    if (HWY_LIKELY(n >= kLanes)) return hn::LoadU(kF, x);
    HWY_ALIGN float lanes[kLanes] = {};
    for (std::int64_t i = 0; i < n; ++i) lanes[i] = x[i];
    return hn::Load(kF, lanes);
}

HWY_INLINE void StorePart(V v, float* x, std::int64_t n) {
    if (HWY_LIKELY(n >= kLanes)) return hn::StoreU(v, kF, x);
    HWY_ALIGN float lanes[kLanes];
    hn::Store(v, kF, lanes);
    for (std::int64_t i = 0; i < n; ++i) x[i] = lanes[i];
}

/// Into the second level: the first is full of what is being multiplied.
HWY_INLINE void PrefetchL2(const void* p) {
    __builtin_prefetch(p, 0, 2);
}

HWY_INLINE float Sum(V v) {
    return hn::GetLane(hn::SumOfLanes(kF, v));
}

/// v / (1 + exp(-v)); the clamp keeps exp finite, and a NaN stays one through v.
HWY_INLINE V Silu(V v) {
    const V e = hn::Exp(kF, hn::Min(hn::Max(hn::Neg(v), hn::Set(kF, -87.0f)), hn::Set(kF, 87.0f)));
    return hn::Div(v, hn::Add(hn::Set(kF, 1.0f), e));
}

/// out[t, row] (+)= sums[row, t], a line of tokens at a time so that neither side leaves the first-level
/// cache.
HWY_MAYBE_UNUSED void WriteSums(const Linear& l, const float* sums, std::int64_t begin, std::int64_t end) {
    constexpr std::int64_t kBlock = 16;
    for (std::int64_t t0 = 0; t0 < l.T; t0 += kBlock) {
        const std::int64_t n = HWY_MIN(kBlock, l.T - t0);
        for (std::int64_t r = 0; r < end - begin; ++r) {
            const float* from = sums + r * kGemmSumStride + t0;
            float* to = l.out + t0 * l.out_stride + begin + r;
            for (std::int64_t t = 0; t < n; ++t, to += l.out_stride) *to = l.add ? *to + from[t] : from[t];
        }
    }
}

}  // namespace
}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
