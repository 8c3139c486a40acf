#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_norm.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"

HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {

const char* SimdName() {
    return hwy::TargetName(HWY_TARGET);
}

/// 1 / sqrt(mean(x^2) + eps). Four sums, so that additions do not wait for one another.
float InverseRms(const float* x, float eps, std::int64_t cols) {
    const std::int64_t N = kLanes;
    V s0 = hn::Zero(kF), s1 = s0, s2 = s0, s3 = s0;
    std::int64_t c = 0;
    for (; c + 4 * N <= cols; c += 4 * N) {
        const V a = hn::LoadU(kF, x + c), b = hn::LoadU(kF, x + c + N);
        const V d = hn::LoadU(kF, x + c + 2 * N), e = hn::LoadU(kF, x + c + 3 * N);
        s0 = hn::MulAdd(a, a, s0);
        s1 = hn::MulAdd(b, b, s1);
        s2 = hn::MulAdd(d, d, s2);
        s3 = hn::MulAdd(e, e, s3);
    }
    for (; c < cols; c += N) {
        const V a = LoadPart(x + c, cols - c);
        s0 = hn::MulAdd(a, a, s0);
    }
    const float sum = Sum(hn::Add(hn::Add(s0, s1), hn::Add(s2, s3)));
    return 1.0f / std::sqrt(sum / static_cast<float>(cols) + eps);
}

void RmsNorm(const float* x, const float* weight, float eps, std::int64_t cols, float* out) {
    const V r = hn::Set(kF, InverseRms(x, eps, cols));
    for (std::int64_t c = 0; c < cols; c += kLanes) {
        const std::int64_t n = cols - c;
        StorePart(hn::Mul(hn::Mul(LoadPart(x + c, n), r), LoadPart(weight + c, n)), out + c, n);
    }
}

void GateAndNorm(float* y, const float* z, const float* weight, float eps, std::int64_t cols) {
    for (std::int64_t c = 0; c < cols; c += kLanes) {
        const std::int64_t n = cols - c;
        StorePart(hn::Mul(LoadPart(y + c, n), Silu(LoadPart(z + c, n))), y + c, n);
    }
    RmsNorm(y, weight, eps, cols, y);
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(SimdName);
HWY_EXPORT(RmsNorm);
HWY_EXPORT(GateAndNorm);

const char* simd_name() {
    return HWY_DYNAMIC_DISPATCH(SimdName)();
}
void rms_norm(const float* x, const float* weight, float eps, std::int64_t cols, float* out) {
    HWY_DYNAMIC_DISPATCH(RmsNorm)(x, weight, eps, cols, out);
}
void gate_and_norm(float* y, const float* z, const float* weight, float eps, std::int64_t cols) {
    HWY_DYNAMIC_DISPATCH(GateAndNorm)(y, z, weight, eps, cols);
}

}  // namespace sidewinder::kernels::cpu
#endif
