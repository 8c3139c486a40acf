// Included once for each instruction set, inside foreach_target: Highway's guard instead of #pragma once.
#if defined(SIDEWINDER_SIMD_WEIGHTS) == defined(HWY_TARGET_TOGGLE)
#ifdef SIDEWINDER_SIMD_WEIGHTS
#undef SIDEWINDER_SIMD_WEIGHTS
#else
#define SIDEWINDER_SIMD_WEIGHTS
#endif

#include "kernels/cpu/simd_common-inl.h"
#include "kernels/quant.h"

HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

struct WeightF32 {
    using Element = float;
    static HWY_INLINE V Load(const float* w) { return hn::LoadU(kF, w); }
    static HWY_INLINE V LoadPart(const float* w, std::int64_t n) { return HWY_NAMESPACE::LoadPart(w, n); }
};

struct WeightBF16 {
    using Element = std::uint16_t;
    static HWY_INLINE V Load(const std::uint16_t* w) {
        constexpr hn::RebindToUnsigned<F> u32;
        constexpr hn::Rebind<std::uint16_t, F> u16;
        return hn::BitCast(kF, hn::ShiftLeft<16>(hn::PromoteTo(u32, hn::LoadU(u16, w))));
    }
    static HWY_INLINE V LoadPart(const std::uint16_t* w, std::int64_t n) {
        HWY_ALIGN float lanes[kLanes] = {};
        for (std::int64_t i = 0; i < HWY_MIN(n, kLanes); ++i) lanes[i] = float_from_bf16(w[i]);
        return hn::Load(kF, lanes);
    }
};

}  // namespace
}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
