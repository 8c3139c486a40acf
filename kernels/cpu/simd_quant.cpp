#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_quant.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include <limits>

#include "kernels/cpu/simd_weights-inl.h"

// The same bytes with every instruction set: sums run over 16 lanes, real or not, and are added up as one
// tree; this file is compiled without fused multiply-adds.
HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

using D = hn::CappedTag<float, 16>;
using VD = hn::Vec<D>;
constexpr D kD;
constexpr hn::RebindToSigned<D> kI;
constexpr std::int64_t kWidth = static_cast<std::int64_t>(hn::MaxLanes(D()));
constexpr std::int64_t kSumLanes = 16, kParts = kSumLanes / kWidth;
constexpr std::int64_t kMaxGroup = 128;
constexpr float kSmallestNormal = std::numeric_limits<float>::min();
constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits

/// peak / divisor is a scale to try: the grid is -8 .. 7, so that a negative one puts the peak on the long
/// side, and one beyond 8 clips it, which is often better.
constexpr float kDivisors[] = {-7.0f, -7.5f, -8.0f, -8.5f, -9.0f, -9.75f, 7.0f, 7.5f};

template <class Tag>
HWY_INLINE float TreeSum([[maybe_unused]] Tag tag, hn::Vec<Tag> v) {
    if constexpr (hn::MaxLanes(Tag()) > 4) {
        constexpr hn::Half<Tag> half;
        return TreeSum(half, hn::Add(hn::LowerHalf(half, v), hn::UpperHalf(half, v)));
    } else {
        v = hn::Add(v, hn::Shuffle1032(v));
        return hn::GetLane(hn::Add(v, hn::Shuffle2301(v)));
    }
}

struct LaneSums {
    VD parts[kParts];

    HWY_INLINE LaneSums() {
        for (VD& part : parts) part = hn::Zero(kD);
    }
    HWY_INLINE float Total() const {
        VD half[kParts];
        for (std::int64_t p = 0; p < kParts; ++p) half[p] = parts[p];
        for (std::int64_t n = kParts / 2; n > 0; n /= 2)
            for (std::int64_t p = 0; p < n; ++p) half[p] = hn::Add(half[p], half[p + n]);
        return TreeSum(kD, half[0]);
    }
};

/// A whole group of a row: NaN becomes 0, infinities the largest finite value, what is beyond the row is
/// zero.
struct Group {
    HWY_ALIGN float v[kMaxGroup];
    float peak;  ///< of largest magnitude, sign included

    HWY_INLINE void Load(const float* from, std::int64_t valid, std::int64_t size) {
        if (HWY_UNLIKELY(valid < size)) {
            for (std::int64_t i = 0; i < size; ++i) v[i] = i < valid ? from[i] : 0.0f;
            from = v;
        }
        const VD limit = hn::Set(kD, std::numeric_limits<float>::max() / 2.0f);
        VD most = hn::Zero(kD), least = most;
        for (std::int64_t i = 0; i < size; i += kWidth) {
            VD x = hn::LoadU(kD, from + i);
            x = hn::IfThenElseZero(hn::Eq(x, x), x);
            x = hn::Min(hn::Max(x, hn::Neg(limit)), limit);
            most = hn::Max(most, x);
            least = hn::Min(least, x);
            hn::Store(x, kD, v + i);
        }
        const float high = hn::GetLane(hn::MaxOfLanes(kD, most));
        const float low = hn::GetLane(hn::MinOfLanes(kD, least));
        peak = high >= -low ? high : low;
    }
};

void QuantizeInt8(const Group& group, std::int64_t size, std::byte* data, float* scale) {
    constexpr hn::Rebind<std::int8_t, D> i8;
    *scale = std::abs(group.peak) / 127.0f;
    if (*scale < kSmallestNormal) *scale = 0.0f;  // the reciprocal would overflow
    const VD inverse = hn::Set(kD, *scale > 0.0f ? 1.0f / *scale : 0.0f);
    const VD limit = hn::Set(kD, 127.0f);
    auto* out = reinterpret_cast<std::int8_t*>(data);
    for (std::int64_t i = 0; i < size; i += kWidth) {
        const VD v = hn::Mul(hn::Load(kD, group.v + i), inverse);
        const VD q = hn::Min(hn::Max(v, hn::Neg(limit)), limit);
        hn::StoreU(hn::DemoteTo(i8, hn::NearestInt(q)), i8, out + i);
    }
}

HWY_INLINE VD OnGrid(VD v) {
    return hn::Min(hn::Max(v, hn::Set(kD, -8.0f)), hn::Set(kD, 7.0f));
}

struct Fit {
    float gain;   ///< how much less than sum u^2 the squared error is with the best scale for these q
    float scale;  ///< that scale: (sum q u) / (sum q^2)
};

/// q = round(u * divisor) on the grid, then least squares.
HWY_INLINE Fit FitOf(const float* HWY_RESTRICT u, std::int64_t size, float divisor) {
    const VD d = hn::Set(kD, divisor), round = hn::Set(kD, kRound);
    LaneSums qu, qq;
    for (std::int64_t i = 0; i < size; i += kSumLanes) {
        for (std::int64_t p = 0; p < kParts; ++p) {
            const VD x = hn::Load(kD, u + i + p * kWidth);
            const VD q = hn::Sub(hn::Add(OnGrid(hn::Mul(x, d)), round), round);
            qu.parts[p] = hn::Add(qu.parts[p], hn::Mul(q, x));
            qq.parts[p] = hn::Add(qq.parts[p], hn::Mul(q, q));
        }
    }
    const float scale = qu.Total() / qq.Total();  // q of the peak is not 0
    return {qu.Total() * scale, scale};
}

/// Values relative to the peak, so that squares of huge ones stay finite; of the divisors the best.
template <std::int64_t kSize>
void QuantizeInt4(Group& group, std::byte* data, float* scale) {
    constexpr hn::Rebind<std::uint8_t, D> u8;
    constexpr std::int64_t kHalf = kSize / 2;
    const bool zero = std::abs(group.peak) / 16.0f < kSmallestNormal;
    const VD peak = hn::Set(kD, zero ? 1.0f : group.peak);
    for (std::int64_t i = 0; i < kSize; i += kWidth)
        hn::Store(zero ? hn::Zero(kD) : hn::Div(hn::Load(kD, group.v + i), peak), kD, group.v + i);
    float divisor = 0.0f;
    Fit best{-1.0f, 0.0f};
    for (const float candidate : kDivisors) {
        if (zero) break;
        const Fit fit = FitOf(group.v, kSize, candidate);
        if (fit.gain <= best.gain) continue;
        best = fit;
        divisor = candidate;
    }
    *scale = best.scale * group.peak;
    const VD d = hn::Set(kD, divisor);
    const auto eight = hn::Set(kI, 8);
    auto* out = reinterpret_cast<std::uint8_t*>(data);
    for (std::int64_t j = 0; j < kHalf; j += kWidth) {
        const auto low = hn::NearestInt(OnGrid(hn::Mul(hn::Load(kD, group.v + j), d)));
        const auto high = hn::NearestInt(OnGrid(hn::Mul(hn::Load(kD, group.v + kHalf + j), d)));
        const auto byte = hn::Or(hn::Add(low, eight), hn::ShiftLeft<4>(hn::Add(high, eight)));
        hn::StoreU(hn::DemoteTo(u8, byte), u8, out + j);
    }
}

}  // namespace

void QuantizeWeightRow(const WeightLayout& layout, const float* row, std::byte* data, float* scales) {
    const std::int64_t size = layout.group;
    Group group;
    for (std::int64_t c = 0; c < layout.cols; c += size, ++scales) {
        group.Load(row + c, HWY_MIN(size, layout.cols - c), size);
        if (layout.format == WeightFormat::Int8) {
            QuantizeInt8(group, size, data, scales);
            data += size;
        } else {
            size == 128 ? QuantizeInt4<128>(group, data, scales) : QuantizeInt4<64>(group, data, scales);
            data += size / 2;
        }
    }
}

void WidenBf16(const std::uint16_t* from, std::int64_t n, float* to) {
    std::int64_t i = 0;
    for (; i + kLanes <= n; i += kLanes) hn::StoreU(WeightBF16::Load(from + i), kF, to + i);
    for (; i < n; ++i) to[i] = float_from_bf16(from[i]);
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(QuantizeWeightRow);
HWY_EXPORT(WidenBf16);

void quantize_weight_row(const WeightLayout& layout, const float* row, std::byte* data, float* scales) {
    HWY_DYNAMIC_DISPATCH(QuantizeWeightRow)(layout, row, data, scales);
}
void widen_bf16(const std::uint16_t* from, std::int64_t n, float* to) {
    HWY_DYNAMIC_DISPATCH(WidenBf16)(from, n, to);
}

}  // namespace sidewinder::kernels::cpu
#endif
