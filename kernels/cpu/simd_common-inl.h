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

HWY_INLINE float Sum(V v) {
    return hn::GetLane(hn::SumOfLanes(kF, v));
}

/// v / (1 + exp(-v)); the clamp keeps exp finite, and a NaN stays one through v.
HWY_INLINE V Silu(V v) {
    const V e = hn::Exp(kF, hn::Min(hn::Max(hn::Neg(v), hn::Set(kF, -87.0f)), hn::Set(kF, 87.0f)));
    return hn::Div(v, hn::Add(hn::Set(kF, 1.0f), e));
}

}  // namespace
}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
