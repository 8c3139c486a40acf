// Included once for each instruction set, inside foreach_target: Highway's guard instead of #pragma once.
#if defined(SIDEWINDER_SIMD_QUANTIZE) == defined(HWY_TARGET_TOGGLE)
#ifdef SIDEWINDER_SIMD_QUANTIZE
#undef SIDEWINDER_SIMD_QUANTIZE
#else
#define SIDEWINDER_SIMD_QUANTIZE
#endif

#include "kernels/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

constexpr std::int64_t kMaxGroup = 128;

/// values = round(x / scale) in [-32767, 32767], zero from `valid` to `group`; returns the scale. 16 bits a
/// value keep the error of a product near 3e-5, and a group's sum of products with int8 within 31 bits.
HWY_INLINE float QuantizeGroup(const float* x, std::int64_t valid, std::int64_t group, std::int32_t* values) {
    constexpr hn::RebindToSigned<F> i32;
    V peak = hn::Zero(kF);
    for (std::int64_t i = 0; i < HWY_MIN(group, valid); i += kLanes) {
        peak = hn::Max(peak, hn::Abs(LoadPart(x + i, valid - i)));
    }
    const float scale = hn::GetLane(hn::MaxOfLanes(kF, peak)) / 32767.0f;
    const V limit = hn::Set(kF, 32767.0f);  // only what is not a number reaches beyond it
    const V inverse = hn::Set(kF, scale >= 1e-35f ? 1.0f / scale : 0.0f);
    for (std::int64_t i = 0; i < group; i += kLanes) {
        const V v = i < valid ? LoadPart(x + i, valid - i) : hn::Zero(kF);
        hn::StoreU(hn::NearestInt(hn::Min(hn::Max(hn::Mul(v, inverse), hn::Neg(limit)), limit)), i32,
                   values + i);
    }
    return scale;
}

}  // namespace
}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
