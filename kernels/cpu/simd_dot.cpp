#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_dot.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"
#include "kernels/cpu/simd_weights-inl.h"

// One dot product of a row has the same order of additions for every R and TT below: a token's result has the
// same bits whether it comes alone or with others.
HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

using I16 = hn::ScalableTag<std::int16_t>;
using I32 = hn::RepartitionToWide<I16>;
using VI32 = hn::Vec<I32>;
constexpr std::int64_t kLanes16 = static_cast<std::int64_t>(hn::MaxLanes(I16()));
// Four quarters of a group of 64 are 16 pieces each: no vector may be wider.
using N16 = hn::CappedTag<std::uint16_t, 16>;
using S16 = hn::RebindToSigned<N16>;
using S32 = hn::RepartitionToWide<S16>;
using SF = hn::RebindToFloat<S32>;
constexpr std::int64_t kPieces = static_cast<std::int64_t>(hn::MaxLanes(N16()));

HWY_INLINE void Emit(const Linear& l, std::int64_t row, std::int64_t t, float value) {
    float* out = l.out + t * l.out_stride + row;
    *out = l.add ? *out + value : value;
}

template <class Weight>
struct FloatRows {
    template <int R, int TT>
    static HWY_INLINE void Block(const Linear& l, std::int64_t row, std::int64_t t) {
        const std::int64_t cols = l.weight.layout.cols;
        const auto* w = static_cast<const typename Weight::Element*>(l.weight.data) + row * cols;
        const float* x = l.x + t * l.x_stride;
        V sum[R][TT];
        for (auto& of_row : sum) {
            for (V& v : of_row) v = hn::Zero(kF);
        }
        std::int64_t c = 0;
        for (; c + kLanes <= cols; c += kLanes) {
            V wv[R];
            for (int r = 0; r < R; ++r) wv[r] = Weight::Load(w + r * cols + c);
            for (int j = 0; j < TT; ++j) {
                const V xv = hn::LoadU(kF, x + j * l.x_stride + c);
                for (int r = 0; r < R; ++r) sum[r][j] = hn::MulAdd(wv[r], xv, sum[r][j]);
            }
        }
        if (c < cols) {
            for (int r = 0; r < R; ++r) {
                const V wv = Weight::LoadPart(w + r * cols + c, cols - c);
                for (int j = 0; j < TT; ++j) {
                    sum[r][j] = hn::MulAdd(wv, LoadPart(x + j * l.x_stride + c, cols - c), sum[r][j]);
                }
            }
        }
        for (int r = 0; r < R; ++r) {
            for (int j = 0; j < TT; ++j) Emit(l, row + r, t + j, Sum(sum[r][j]));
        }
    }
};

struct Int8Rows {
    template <int R, int TT>
    static HWY_INLINE void Block(const Linear& l, std::int64_t row, std::int64_t t) {
        constexpr I16 i16;
        constexpr I32 i32;
        constexpr hn::Rebind<std::int8_t, I16> i8;
        const WeightLayout& layout = l.weight.layout;
        const std::int64_t cols = layout.padded_cols(), groups = cols / layout.group;
        const auto* w = static_cast<const std::int8_t*>(l.weight.data) + row * cols;
        const float* ws = l.weight.scales + row * groups;
        const std::int16_t* x = l.quantized.q + t * cols;
        const float* xs = l.quantized.scale + t * groups;
        V sum[R][TT];
        for (auto& of_row : sum) {
            for (V& v : of_row) v = hn::Zero(kF);
        }
        for (std::int64_t g = 0; g < groups; ++g) {
            VI32 even[R][TT], odd[R][TT];
            for (int r = 0; r < R; ++r) {
                for (int j = 0; j < TT; ++j) even[r][j] = odd[r][j] = hn::Zero(i32);
            }
            for (std::int64_t c = g * layout.group; c < (g + 1) * layout.group; c += kLanes16) {
                hn::Vec<I16> wv[R];
                for (int r = 0; r < R; ++r) wv[r] = hn::PromoteTo(i16, hn::LoadU(i8, w + r * cols + c));
                for (int j = 0; j < TT; ++j) {
                    const auto xv = hn::LoadU(i16, x + j * cols + c);
                    for (int r = 0; r < R; ++r) {
                        even[r][j] = hn::ReorderWidenMulAccumulate(i32, wv[r], xv, even[r][j], odd[r][j]);
                    }
                }
            }
            for (int r = 0; r < R; ++r) {
                for (int j = 0; j < TT; ++j) {
                    const V product = hn::ConvertTo(kF, hn::Add(even[r][j], odd[r][j]));
                    const V scale = hn::Set(kF, ws[r * groups + g] * xs[j * groups + g]);
                    sum[r][j] = hn::MulAdd(product, scale, sum[r][j]);
                }
            }
        }
        for (int r = 0; r < R; ++r) {
            for (int j = 0; j < TT; ++j) Emit(l, row + r, t + j, Sum(sum[r][j]));
        }
    }
};

/// A 16-bit piece of four nibbles holds columns 2i, 2i + group/2, 2i + 1, 2i + 1 + group/2, from the low end;
/// the activations lie in that order: four quarters a group.
struct Int4Rows {
    template <int R, int TT>
    static HWY_INLINE void Block(const Linear& l, std::int64_t row, std::int64_t t) {
        constexpr N16 u16;
        constexpr S16 i16;
        constexpr S32 i32;
        constexpr SF f32;
        using VS32 = hn::Vec<S32>;
        using VSF = hn::Vec<SF>;
        const WeightLayout& layout = l.weight.layout;
        const std::int64_t cols = layout.padded_cols(), groups = cols / layout.group,
                           quarter = layout.group / 4;
        const auto* w = static_cast<const std::uint8_t*>(l.weight.data) + row * (cols / 2);
        const float* ws = l.weight.scales + row * groups;
        const std::int16_t* x = l.quantized.q + t * cols;
        const float* xs = l.quantized.scale + t * groups;
        const auto mask = hn::Set(u16, 15);
        VSF sum[R][TT];
        float offset[R][TT];
        for (int r = 0; r < R; ++r) {
            for (int j = 0; j < TT; ++j) {
                sum[r][j] = hn::Zero(f32);
                V part = hn::Zero(kF);
                for (std::int64_t g = 0; g < groups; g += kLanes) {
                    part = hn::MulAdd(LoadPart(ws + r * groups + g, groups - g),
                                      LoadPart(l.quantized.offset + (t + j) * groups + g, groups - g), part);
                }
                offset[r][j] = Sum(part);
            }
        }
        for (std::int64_t g = 0; g < groups; ++g) {
            VS32 even[R][TT], odd[R][TT];
            for (int r = 0; r < R; ++r) {
                for (int j = 0; j < TT; ++j) even[r][j] = odd[r][j] = hn::Zero(i32);
            }
            for (std::int64_t i = 0; i < quarter; i += kPieces) {
                for (int r = 0; r < R; ++r) {
                    const std::uint8_t* bytes = w + r * (cols / 2) + g * (layout.group / 2) + 2 * i;
                    const auto piece = hn::LoadU(u16, reinterpret_cast<const std::uint16_t*>(bytes));
                    const auto n0 = hn::BitCast(i16, hn::And(piece, mask));
                    const auto n1 = hn::BitCast(i16, hn::And(hn::ShiftRight<4>(piece), mask));
                    const auto n2 = hn::BitCast(i16, hn::And(hn::ShiftRight<8>(piece), mask));
                    const auto n3 = hn::BitCast(i16, hn::ShiftRight<12>(piece));
                    for (int j = 0; j < TT; ++j) {
                        const std::int16_t* xg = x + j * cols + g * layout.group + i;
                        VS32 e = even[r][j], o = odd[r][j];
                        e = hn::ReorderWidenMulAccumulate(i32, n0, hn::LoadU(i16, xg), e, o);
                        e = hn::ReorderWidenMulAccumulate(i32, n1, hn::LoadU(i16, xg + quarter), e, o);
                        e = hn::ReorderWidenMulAccumulate(i32, n2, hn::LoadU(i16, xg + 2 * quarter), e, o);
                        e = hn::ReorderWidenMulAccumulate(i32, n3, hn::LoadU(i16, xg + 3 * quarter), e, o);
                        even[r][j] = e;
                        odd[r][j] = o;
                    }
                }
            }
            for (int r = 0; r < R; ++r) {
                for (int j = 0; j < TT; ++j) {
                    const VSF product = hn::ConvertTo(f32, hn::Add(even[r][j], odd[r][j]));
                    const VSF scale = hn::Set(f32, ws[r * groups + g] * xs[j * groups + g]);
                    sum[r][j] = hn::MulAdd(product, scale, sum[r][j]);
                }
            }
        }
        for (int r = 0; r < R; ++r) {
            for (int j = 0; j < TT; ++j) {
                Emit(l, row + r, t + j, hn::GetLane(hn::SumOfLanes(f32, sum[r][j])) + offset[r][j]);
            }
        }
    }
};

template <class Rows, int R>
HWY_INLINE void AllTokens(const Linear& l, std::int64_t row) {
    for (std::int64_t t = 0; t < l.T; t += 4) {
        switch (l.T - t) {
            case 1:
                Rows::template Block<R, 1>(l, row, t);
                break;
            case 2:
                Rows::template Block<R, 2>(l, row, t);
                break;
            case 3:
                Rows::template Block<R, 3>(l, row, t);
                break;
            default:
                Rows::template Block<R, 4>(l, row, t);
                break;
        }
    }
}

template <class Rows>
void RowRange(const Linear& l, std::int64_t begin, std::int64_t end) {
    std::int64_t row = begin;
    for (; row + 2 <= end; row += 2) AllTokens<Rows, 2>(l, row);
    for (; row < end; ++row) AllTokens<Rows, 1>(l, row);
}

float Peak(const float* x, std::int64_t n) {
    V peak = hn::Zero(kF);
    for (std::int64_t i = 0; i < n; i += kLanes) peak = hn::Max(peak, hn::Abs(LoadPart(x + i, n - i)));
    return hn::GetLane(hn::MaxOfLanes(kF, peak));
}

}  // namespace

void DotRows(const Linear& l, std::int64_t begin, std::int64_t end) {
    switch (l.weight.layout.format) {
        case WeightFormat::F32:
            return RowRange<FloatRows<WeightF32>>(l, begin, end);
        case WeightFormat::BF16:
            return RowRange<FloatRows<WeightBF16>>(l, begin, end);
        case WeightFormat::Int8:
            return RowRange<Int8Rows>(l, begin, end);
        case WeightFormat::Int4:
            return RowRange<Int4Rows>(l, begin, end);
    }
}

void QuantizeActivations(const float* x, const WeightLayout& layout, std::int16_t* q, float* scale,
                         float* offset) {
    const std::int64_t group = layout.group, quarter = group / 4;
    for (std::int64_t g = 0; g * group < layout.padded_cols(); ++g, q += group) {
        const std::int64_t n = HWY_MIN(group, layout.cols - g * group);
        const float* v = x + g * group;
        scale[g] = Peak(v, n) / 32767.0f;
        const float inverse = scale[g] >= 1e-35f ? 1.0f / scale[g] : 0.0f;
        std::int32_t values[128] = {};
        std::int32_t sum = 0;
        for (std::int64_t i = 0; i < n; i += kLanes) {
            const V scaled = hn::Mul(LoadPart(v + i, n - i), hn::Set(kF, inverse));
            hn::StoreU(hn::NearestInt(scaled), hn::RebindToSigned<F>(), values + i);
        }
        for (std::int64_t i = 0; i < group; ++i) sum += values[i];
        if (layout.format == WeightFormat::Int4) {
            for (std::int64_t i = 0; i < quarter; ++i) {
                q[i] = static_cast<std::int16_t>(values[2 * i]);
                q[quarter + i] = static_cast<std::int16_t>(values[2 * i + 2 * quarter]);
                q[2 * quarter + i] = static_cast<std::int16_t>(values[2 * i + 1]);
                q[3 * quarter + i] = static_cast<std::int16_t>(values[2 * i + 1 + 2 * quarter]);
            }
        } else {
            for (std::int64_t i = 0; i < group; ++i) q[i] = static_cast<std::int16_t>(values[i]);
        }
        offset[g] = -8.0f * scale[g] * static_cast<float>(sum);
    }
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(DotRows);
HWY_EXPORT(QuantizeActivations);

void dot_rows(const Linear& linear, std::int64_t row_begin, std::int64_t row_end) {
    HWY_DYNAMIC_DISPATCH(DotRows)(linear, row_begin, row_end);
}
void quantize_activations(const float* x, const WeightLayout& layout, std::int16_t* q, float* scale,
                          float* offset) {
    HWY_DYNAMIC_DISPATCH(QuantizeActivations)(x, layout, q, scale, offset);
}

}  // namespace sidewinder::kernels::cpu
#endif
