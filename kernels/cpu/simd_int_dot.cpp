#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_int_dot.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"
#include "kernels/cpu/simd_quantize-inl.h"

// Four rows at a time. The sum over a group is an exact integer, the groups are added in order, each as
//     result = fma(float(sum), weight_scale * activation_scale, result),
// here and in simd_int_gemm.cpp: the bits of a result depend neither on T nor on the kernel.
HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

using I16 = hn::CappedTag<std::int16_t, 16>;  // a quarter of 64 columns is one vector at most
using I32 = hn::RepartitionToWide<I16>;
using VI16 = hn::Vec<I16>;
using VI32 = hn::Vec<I32>;
using U16 = hn::RebindToUnsigned<I16>;
using F4 = hn::FixedTag<float, 4>;
using I4 = hn::FixedTag<std::int32_t, 4>;
constexpr I16 kI16;
constexpr I32 kI32;
constexpr U16 kU16;
constexpr F4 kF4;
constexpr I4 kI4;
constexpr std::int64_t kLanes16 = static_cast<std::int64_t>(hn::MaxLanes(I16()));

/// {sum of a, sum of b, sum of c, sum of d}
HWY_INLINE hn::Vec<I4> SumEach(VI32 a, VI32 b, VI32 c, VI32 d) {
    const VI32 ab = hn::Add(hn::InterleaveLower(kI32, a, b), hn::InterleaveUpper(kI32, a, b));
    const VI32 cd = hn::Add(hn::InterleaveLower(kI32, c, d), hn::InterleaveUpper(kI32, c, d));
    constexpr hn::RepartitionToWide<I32> i64;
    const auto ab64 = hn::BitCast(i64, ab), cd64 = hn::BitCast(i64, cd);
    const VI32 sums = hn::BitCast(kI32, hn::InterleaveLower(i64, ab64, cd64));
    const VI32 more = hn::BitCast(kI32, hn::InterleaveUpper(i64, ab64, cd64));
    const VI32 all = hn::Add(sums, more);
#if HWY_MAX_BYTES >= 32
    return hn::Add(hn::LowerHalf(kI4, all), hn::UpperHalf(kI4, all));
#else
    return all;
#endif
}

struct Sums {
    VI32 even, odd;
    HWY_INLINE void Clear() { even = odd = hn::Zero(kI32); }
    HWY_INLINE void Add(VI16 w, const std::int16_t* x) {
        even = hn::ReorderWidenMulAccumulate(kI32, w, hn::LoadU(kI16, x), even, odd);
    }
    HWY_INLINE VI32 Total() const { return hn::Add(even, odd); }
};

template <std::int64_t kGroup>
struct Int8Group {
    static constexpr std::int64_t kBytes = kGroup;
    template <int TT>
    static HWY_INLINE void Multiply(const std::uint8_t* w, const std::int16_t* x, std::int64_t stride,
                                    Sums* sums) {
        constexpr hn::Rebind<std::int8_t, I16> i8;
        for (std::int64_t c = 0; c < kGroup; c += kLanes16) {
            const VI16 wv = hn::PromoteTo(kI16, hn::LoadU(i8, reinterpret_cast<const std::int8_t*>(w) + c));
            for (int j = 0; j < TT; ++j) sums[j].Add(wv, x + j * stride + c);
        }
    }
};

/// A 16-bit piece of four nibbles holds columns 2i, 2i + group/2, 2i + 1, 2i + 1 + group/2, from the low end;
/// the activations lie in that order, four quarters a group. The nibbles' -8 is in the activations' `offset`.
template <std::int64_t kGroup>
struct Int4Group {
    static constexpr std::int64_t kBytes = kGroup / 2;
    template <int TT>
    static HWY_INLINE void Multiply(const std::uint8_t* w, const std::int16_t* x, std::int64_t stride,
                                    Sums* sums) {
        constexpr std::int64_t kQuarter = kGroup / 4;
        const auto mask = hn::Set(kU16, 15);
        for (std::int64_t i = 0; i < kQuarter; i += kLanes16) {
            const auto piece = hn::LoadU(kU16, reinterpret_cast<const std::uint16_t*>(w + 2 * i));
            const VI16 n0 = hn::BitCast(kI16, hn::And(piece, mask));
            const VI16 n1 = hn::BitCast(kI16, hn::And(hn::ShiftRight<4>(piece), mask));
            const VI16 n2 = hn::BitCast(kI16, hn::And(hn::ShiftRight<8>(piece), mask));
            const VI16 n3 = hn::BitCast(kI16, hn::ShiftRight<12>(piece));
            for (int j = 0; j < TT; ++j) {
                const std::int16_t* at = x + j * stride + i;
                sums[j].Add(n0, at);
                sums[j].Add(n1, at + kQuarter);
                sums[j].Add(n2, at + 2 * kQuarter);
                sums[j].Add(n3, at + 3 * kQuarter);
            }
        }
    }
};

/// Rows row .. row + 3 (the last one again where the range ends) times TT tokens from `t` on.
template <class Group, int TT>
HWY_INLINE void FourRows(const Linear& l, std::int64_t row, std::int64_t end, std::int64_t t) {
    const WeightLayout& layout = l.weight.layout;
    const std::int64_t cols = layout.padded_cols(), groups = cols / layout.group;
    const auto row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    const std::uint8_t* w[4];
    const float* ws[4];
    for (std::int64_t r = 0; r < 4; ++r) {
        const std::int64_t at = HWY_MIN(row + r, end - 1);
        w[r] = static_cast<const std::uint8_t*>(l.weight.data) + at * row_bytes;
        ws[r] = l.weight.scales + at * groups;
    }
    const std::int16_t* x = l.quantized.q + t * cols;
    const std::int64_t ahead = 4 * row_bytes;
    hn::Vec<F4> result[TT];
    for (auto& v : result) v = hn::Zero(kF4);
    for (std::int64_t g = 0; g < groups; ++g, x += layout.group) {
        Sums sums[4][TT];
        for (int r = 0; r < 4; ++r) {
            for (std::int64_t b = 0; b < Group::kBytes; b += 64) PrefetchL2(w[r] + ahead + b);
            for (int j = 0; j < TT; ++j) sums[r][j].Clear();
            Group::template Multiply<TT>(w[r], x, cols, sums[r]);
            w[r] += Group::kBytes;
        }
        HWY_ALIGN const float scales[4] = {ws[0][g], ws[1][g], ws[2][g], ws[3][g]};
        for (int j = 0; j < TT; ++j) {
            const std::int64_t at = (t + j) * groups + g;
            const auto sum = hn::Add(
                SumEach(sums[0][j].Total(), sums[1][j].Total(), sums[2][j].Total(), sums[3][j].Total()),
                hn::Set(kI4, l.quantized.offset[at]));
            const auto scale = hn::Mul(hn::Load(kF4, scales), hn::Set(kF4, l.quantized.scale[at]));
            result[j] = hn::MulAdd(hn::ConvertTo(kF4, sum), scale, result[j]);
        }
    }
    for (int j = 0; j < TT; ++j) {
        HWY_ALIGN float values[4];
        hn::Store(result[j], kF4, values);
        float* out = l.out + (t + j) * l.out_stride + row;
        for (std::int64_t r = 0; r < HWY_MIN(std::int64_t{4}, end - row); ++r) {
            out[r] = l.add ? out[r] + values[r] : values[r];
        }
    }
}

template <class Group>
void RowRange(const Linear& l, std::int64_t begin, std::int64_t end) {
    for (std::int64_t row = begin; row < end; row += 4) {
        std::int64_t t = 0;
        for (; t + 2 <= l.T; t += 2) FourRows<Group, 2>(l, row, end, t);
        if (t < l.T) FourRows<Group, 1>(l, row, end, t);
    }
}

}  // namespace

void IntDotRows(const Linear& l, std::int64_t begin, std::int64_t end) {
    const bool wide = l.weight.layout.group == 128;
    if (l.weight.layout.format == WeightFormat::Int8) {
        wide ? RowRange<Int8Group<128>>(l, begin, end) : RowRange<Int8Group<64>>(l, begin, end);
    } else {
        wide ? RowRange<Int4Group<128>>(l, begin, end) : RowRange<Int4Group<64>>(l, begin, end);
    }
}

void QuantizeActivations(const float* x, const WeightLayout& layout, std::int16_t* q, float* scale,
                         std::int32_t* offset) {
    const std::int64_t group = layout.group, quarter = group / 4;
    const bool int4 = layout.format == WeightFormat::Int4;
    for (std::int64_t g = 0; g * group < layout.padded_cols(); ++g, q += group) {
        HWY_ALIGN std::int32_t values[kMaxGroup];
        scale[g] = QuantizeGroup(x + g * group, layout.cols - g * group, group, values);
        std::int32_t sum = 0;
        if (int4) {
            for (std::int64_t i = 0; i < quarter; ++i) {
                q[i] = static_cast<std::int16_t>(values[2 * i]);
                q[quarter + i] = static_cast<std::int16_t>(values[2 * i + 2 * quarter]);
                q[2 * quarter + i] = static_cast<std::int16_t>(values[2 * i + 1]);
                q[3 * quarter + i] = static_cast<std::int16_t>(values[2 * i + 1 + 2 * quarter]);
            }
            for (std::int64_t i = 0; i < group; ++i) sum += values[i];
        } else {
            for (std::int64_t i = 0; i < group; ++i) q[i] = static_cast<std::int16_t>(values[i]);
        }
        offset[g] = -8 * sum;
    }
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(IntDotRows);
HWY_EXPORT(QuantizeActivations);

void int_dot_rows(const Linear& linear, std::int64_t row_begin, std::int64_t row_end) {
    HWY_DYNAMIC_DISPATCH(IntDotRows)(linear, row_begin, row_end);
}
void quantize_activations(const float* x, const WeightLayout& layout, std::int16_t* q, float* scale,
                          std::int32_t* offset) {
    HWY_DYNAMIC_DISPATCH(QuantizeActivations)(x, layout, q, scale, offset);
}

}  // namespace sidewinder::kernels::cpu
#endif
