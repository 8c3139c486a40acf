#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_dot.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"
#include "kernels/cpu/simd_weights-inl.h"

// The order of a row's additions is the same for every R and TT below: a token's result has the same bits
// whether it comes alone or with others.
HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

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

template <class Weight, int R>
HWY_INLINE void AllTokens(const Linear& l, std::int64_t row) {
    for (std::int64_t t = 0; t < l.T; t += 4) {
        switch (l.T - t) {
            case 1:
                FloatRows<Weight>::template Block<R, 1>(l, row, t);
                break;
            case 2:
                FloatRows<Weight>::template Block<R, 2>(l, row, t);
                break;
            case 3:
                FloatRows<Weight>::template Block<R, 3>(l, row, t);
                break;
            default:
                FloatRows<Weight>::template Block<R, 4>(l, row, t);
                break;
        }
    }
}

template <class Weight>
void RowRange(const Linear& l, std::int64_t begin, std::int64_t end) {
    std::int64_t row = begin;
    for (; row + 2 <= end; row += 2) AllTokens<Weight, 2>(l, row);
    for (; row < end; ++row) AllTokens<Weight, 1>(l, row);
}

}  // namespace

void DotRows(const Linear& l, std::int64_t begin, std::int64_t end) {
    if (l.weight.layout.format == WeightFormat::BF16) {
        RowRange<WeightBF16>(l, begin, end);
    } else {
        RowRange<WeightF32>(l, begin, end);
    }
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(DotRows);

void dot_rows(const Linear& linear, std::int64_t row_begin, std::int64_t row_end) {
    HWY_DYNAMIC_DISPATCH(DotRows)(linear, row_begin, row_end);
}

}  // namespace sidewinder::kernels::cpu
#endif
