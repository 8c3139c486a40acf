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

/// Makes the group's values relative to its peak, so that squares of huge ones stay finite.
HWY_INLINE void DivideByPeak(Group& group, std::int64_t size) {
    if (std::abs(group.peak) / 16.0f < kSmallestNormal) group.peak = 0.0f;
    const bool zero = group.peak == 0.0f;
    const VD peak = hn::Set(kD, zero ? 1.0f : group.peak);
    for (std::int64_t i = 0; i < size; i += kWidth)
        hn::Store(zero ? hn::Zero(kD) : hn::Div(hn::Load(kD, group.v + i), peak), kD, group.v + i);
}

struct Grid {
    float divisor = 0.0f;  ///< q = round(u * divisor)
    float scale = 0.0f;    ///< and u is nearly q * scale
};

/// Of the divisors the best.
HWY_INLINE Grid GridOf(const Group& group, std::int64_t size) {
    Grid grid;
    float gain = -1.0f;
    for (const float candidate : kDivisors) {
        if (group.peak == 0.0f) break;
        const Fit fit = FitOf(group.v, size, candidate);
        if (fit.gain <= gain) continue;
        gain = fit.gain;
        grid = {candidate, fit.scale};
    }
    return grid;
}

template <std::int64_t kSize>
void QuantizeInt4(Group& group, std::byte* data, float* scale) {
    constexpr hn::Rebind<std::uint8_t, D> u8;
    constexpr std::int64_t kHalf = kSize / 2;
    DivideByPeak(group, kSize);
    const Grid grid = GridOf(group, kSize);
    *scale = grid.scale * group.peak;
    const VD d = hn::Set(kD, grid.divisor);
    const auto eight = hn::Set(kI, 8);
    auto* out = reinterpret_cast<std::uint8_t*>(data);
    for (std::int64_t j = 0; j < kHalf; j += kWidth) {
        const auto low = hn::NearestInt(OnGrid(hn::Mul(hn::Load(kD, group.v + j), d)));
        const auto high = hn::NearestInt(OnGrid(hn::Mul(hn::Load(kD, group.v + kHalf + j), d)));
        const auto byte = hn::Or(hn::Add(low, eight), hn::ShiftLeft<4>(hn::Add(high, eight)));
        hn::StoreU(hn::DemoteTo(u8, byte), u8, out + j);
    }
}

/// Column by column of kRows groups at once, so that one row's rounding does not wait for another's:
///     q[j] = round(u[j] / scale);   u[k] -= (u[j] - q[j] * scale) * follow[j, k] for k > j
template <int kRows>
void QuantizeFollowing(Group* groups, std::int64_t size, const float* HWY_RESTRICT follow,
                       std::byte* const* data, float* const* scales) {
    float step[kRows], inverse[kRows];
    std::uint8_t q[kRows][kMaxGroup];
    for (int r = 0; r < kRows; ++r) {
        DivideByPeak(groups[r], size);
        step[r] = GridOf(groups[r], size).scale;
        inverse[r] = step[r] != 0.0f ? 1.0f / step[r] : 0.0f;
        *scales[r] = step[r] * groups[r].peak;
    }
    for (std::int64_t j = 0; j < size; ++j, follow += size) {
        VD error[kRows];
        for (int r = 0; r < kRows; ++r) {
            const float u = groups[r].v[j];
            const float nearest = (HWY_MIN(HWY_MAX(u * inverse[r], -8.0f), 7.0f) + kRound) - kRound;
            q[r][j] = static_cast<std::uint8_t>(static_cast<int>(nearest) + 8);
            error[r] = hn::Set(kD, u - nearest * step[r]);
        }
        for (std::int64_t k = (j + 1) / kWidth * kWidth; k < size; k += kWidth) {  // zeros up to j
            const VD share = hn::LoadU(kD, follow + k);
            for (int r = 0; r < kRows; ++r) {
                float* at = groups[r].v + k;
                hn::Store(hn::Sub(hn::Load(kD, at), hn::Mul(error[r], share)), kD, at);
            }
        }
    }
    for (int r = 0; r < kRows; ++r)
        for (std::int64_t j = 0; j < size / 2; ++j)
            data[r][j] = static_cast<std::byte>(q[r][j] | q[r][j + size / 2] << 4);
}

/// kRows whole groups, one below the other, of column group g.
template <int kRows>
void QuantizeFollowingRows(const WeightLayout& layout, const float* rows, std::int64_t g, const float* follow,
                           std::byte* data, float* scales) {
    Group groups[kRows];
    std::byte* to[kRows];
    float* scale[kRows];
    for (int r = 0; r < kRows; ++r) {
        groups[r].Load(rows + r * layout.cols + g * layout.group, layout.group, layout.group);
        to[r] = data + r * static_cast<std::int64_t>(layout.row_bytes()) + g * layout.group / 2;
        scale[r] = scales + r * (layout.padded_cols() / layout.group) + g;
    }
    QuantizeFollowing<kRows>(groups, layout.group, follow, to, scale);
}

}  // namespace

void QuantizeFollowingGroup(const WeightLayout& layout, const float* rows, std::int64_t count, std::int64_t g,
                            const float* follow, std::byte* data, float* scales) {
    constexpr int kRows = 4;
    const auto row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    const std::int64_t groups = layout.padded_cols() / layout.group;
    std::int64_t r = 0;
    for (; r + kRows <= count; r += kRows)
        QuantizeFollowingRows<kRows>(layout, rows + r * layout.cols, g, follow, data + r * row_bytes,
                                     scales + r * groups);
    for (; r < count; ++r)
        QuantizeFollowingRows<1>(layout, rows + r * layout.cols, g, follow, data + r * row_bytes,
                                 scales + r * groups);
}

/// sums[i, j] = sum_t x[t, i] * x[t, j]: tiles of 4 rows by two vectors, from the diagonal on.
void GramMatrix(const float* x, std::int64_t T, std::int64_t n, float* sums) {
    constexpr std::int64_t kTile = 4;
    for (std::int64_t i = 0; i < n; i += kTile) {
        for (std::int64_t j = i / (2 * kWidth) * (2 * kWidth); j < n; j += 2 * kWidth) {
            VD a[kTile], b[kTile];
            for (std::int64_t r = 0; r < kTile; ++r) a[r] = b[r] = hn::Zero(kD);
            for (std::int64_t t = 0; t < T; ++t) {
                const VD p = hn::LoadU(kD, x + t * n + j), q = hn::LoadU(kD, x + t * n + j + kWidth);
                for (std::int64_t r = 0; r < kTile; ++r) {
                    const VD s = hn::Set(kD, x[t * n + i + r]);
                    a[r] = hn::MulAdd(s, p, a[r]);
                    b[r] = hn::MulAdd(s, q, b[r]);
                }
            }
            for (std::int64_t r = 0; r < kTile; ++r) {
                hn::StoreU(a[r], kD, sums + (i + r) * n + j);
                hn::StoreU(b[r], kD, sums + (i + r) * n + j + kWidth);
            }
        }
    }
    for (std::int64_t i = 0; i < n; ++i)
        for (std::int64_t j = 0; j < i; ++j) sums[i * n + j] = sums[j * n + i];
}

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
HWY_EXPORT(QuantizeFollowingGroup);
HWY_EXPORT(GramMatrix);
HWY_EXPORT(WidenBf16);

void quantize_weight_row(const WeightLayout& layout, const float* row, std::byte* data, float* scales) {
    HWY_DYNAMIC_DISPATCH(QuantizeWeightRow)(layout, row, data, scales);
}
void quantize_following_group(const WeightLayout& layout, const float* rows, std::int64_t count,
                              std::int64_t g, const float* follow, std::byte* data, float* scales) {
    HWY_DYNAMIC_DISPATCH(QuantizeFollowingGroup)(layout, rows, count, g, follow, data, scales);
}
void gram_matrix(const float* x, std::int64_t T, std::int64_t n, float* sums) {
    HWY_DYNAMIC_DISPATCH(GramMatrix)(x, T, n, sums);
}
void widen_bf16(const std::uint16_t* from, std::int64_t n, float* to) {
    HWY_DYNAMIC_DISPATCH(WidenBf16)(from, n, to);
}

}  // namespace sidewinder::kernels::cpu
#endif
