#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_int_gemm.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"
#include "kernels/cpu/simd_quantize-inl.h"

// The block product of simd_gemm.cpp in 16-bit integers: a multiply-add takes two columns of a token at once,
// twice the rate of float32. Lanes are tokens; a panel holds pairs of columns, [cols / 2, tokens, 2]. Results
// have the bits of simd_int_dot.cpp.
HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

using I16 = hn::ScalableTag<std::int16_t>;
using I32 = hn::RepartitionToWide<I16>;
using VI16 = hn::Vec<I16>;
using VI32 = hn::Vec<I32>;
constexpr I16 kI16;
constexpr I32 kI32;
// With 16 registers: 8 sums, 2 of activations, a weight, and some for products; 6 rows spill.
constexpr std::int64_t kTileRows = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL ? 12 : 4;
constexpr std::int64_t kPanel = 2 * kLanes;

/// Columns [k, k + n) of a row of an integer weight, whole groups, as int16.
void Widen(const WeightLayout& layout, const std::uint8_t* row, std::int64_t k, std::int64_t n,
           std::int16_t* out) {
    using D = hn::CappedTag<std::int16_t, 32>;
    constexpr D i16;
    constexpr std::int64_t lanes = static_cast<std::int64_t>(hn::MaxLanes(D()));
    constexpr hn::Rebind<std::int8_t, D> i8;
    constexpr hn::Rebind<std::uint8_t, D> u8;
    if (layout.format == WeightFormat::Int8) {
        const auto* q = reinterpret_cast<const std::int8_t*>(row) + k;
        for (std::int64_t c = 0; c < n; c += lanes)
            hn::StoreU(hn::PromoteTo(i16, hn::LoadU(i8, q + c)), i16, out + c);
        return;
    }
    const auto mask = hn::Set(i16, 15);
    const auto eight = hn::Set(i16, 8);
    const std::int64_t half = layout.group / 2;
    const std::uint8_t* q = row + k / 2;
    for (std::int64_t c = 0; c < n; c += layout.group, q += half) {
        for (std::int64_t i = 0; i < half; i += lanes) {
            const auto byte = hn::PromoteTo(i16, hn::LoadU(u8, q + i));
            hn::StoreU(hn::Sub(hn::And(byte, mask), eight), i16, out + c + i);
            hn::StoreU(hn::Sub(hn::ShiftRight<4>(byte), eight), i16, out + c + half + i);
        }
    }
}

/// One group: sums[r, t] = fma(float(sum_k weights[r, k] * panel[k, t]), weight_scale[r] * scale[t], sums[r,
/// t]).
template <int R, int VT>
HWY_INLINE void Tile(const std::int16_t* HWY_RESTRICT weights, const std::int16_t* HWY_RESTRICT panel,
                     std::int64_t group, const float* weight_scale, std::int64_t groups, const float* scale,
                     float* HWY_RESTRICT sums) {
    VI32 acc[R][VT];
    for (auto& row : acc) {
        for (VI32& v : row) v = hn::Zero(kI32);
    }
#if HWY_COMPILER_GCC_ACTUAL
#pragma GCC unroll 4  // else every sum is copied once a turn
#endif
    for (const std::int16_t* end = weights + group; weights < end; weights += 2, panel += 2 * kPanel) {
        VI16 x[VT];
        for (int v = 0; v < VT; ++v) x[v] = hn::Load(kI16, panel + v * 2 * kLanes);
        for (int r = 0; r < R; ++r) {
            std::int32_t pair;
            std::memcpy(&pair, weights + r * kIntWeightStride, sizeof pair);
            const VI16 w = hn::BitCast(kI16, hn::Set(kI32, pair));
            for (int v = 0; v < VT; ++v) {
                VI32 unused = hn::Zero(kI32);  // x86 keeps pairs in their lanes
                acc[r][v] = hn::ReorderWidenMulAccumulate(kI32, w, x[v], acc[r][v], unused);
            }
        }
    }
    for (int r = 0; r < R; ++r) {
        const V row_scale = hn::Set(kF, weight_scale[r * groups]);
        for (int v = 0; v < VT; ++v) {
            float* at = sums + r * kGemmSumStride + v * kLanes;
            const V both = hn::Mul(row_scale, hn::Load(kF, scale + v * kLanes));
            hn::Store(hn::MulAdd(hn::ConvertTo(kF, acc[r][v]), both, hn::Load(kF, at)), kF, at);
        }
    }
}

/// What one block of columns shares.
struct Block {
    const std::int16_t* weights;  ///< [rows, kIntWeightStride]
    std::int64_t rows;
    std::int64_t group;
    std::int64_t count;          ///< groups in the block
    std::int64_t groups;         ///< groups in a row of the weight
    const float* weight_scales;  ///< of the block's first row and group
};

template <int R, int VT>
HWY_INLINE void RowTile(const Block& b, std::int64_t r, const std::int16_t* panel, const float* scales,
                        float* sums) {
    for (std::int64_t g = 0; g < b.count; ++g) {
        Tile<R, VT>(b.weights + r * kIntWeightStride + g * b.group, panel + g * b.group * kPanel, b.group,
                    b.weight_scales + r * b.groups + g, b.groups, scales + g * kPanel,
                    sums + r * kGemmSumStride);
    }
}

template <int VT>
void PanelRows(const Block& b, const std::int16_t* panel, const float* scales, float* sums) {
    std::int64_t r = 0;
    for (; r + kTileRows <= b.rows; r += kTileRows) RowTile<kTileRows, VT>(b, r, panel, scales, sums);
    for (; r < b.rows; ++r) RowTile<1, VT>(b, r, panel, scales, sums);
}

}  // namespace

void PackIntPanel(const float* x, std::int64_t stride, std::int64_t tokens, const WeightLayout& layout,
                  std::int64_t k, std::int64_t n, std::int16_t* panel, float* scales) {
    const std::int64_t group = layout.group;
    HWY_ALIGN std::int32_t values[kMaxGroup];
    for (std::int64_t g = 0; g < n / group; ++g) {
        for (std::int64_t j = 0; j < kPanel; ++j) {
            std::int16_t* to = panel + g * group * kPanel + 2 * j;
            scales[g * kPanel + j] = 0.0f;
            std::memset(values, 0, sizeof values);
            if (j < tokens) {
                const std::int64_t c = k + g * group;
                scales[g * kPanel + j] = QuantizeGroup(x + j * stride + c, layout.cols - c, group, values);
            }
            for (std::int64_t i = 0; i < group; i += 2, to += 2 * kPanel) {
                to[0] = static_cast<std::int16_t>(values[i]);
                to[1] = static_cast<std::int16_t>(values[i + 1]);
            }
        }
    }
}

void IntGemmRows(const Linear& l, const IntPanels& panels, const GemmScratch& scratch, std::int64_t begin,
                 std::int64_t end) {
    const WeightLayout& layout = l.weight.layout;
    const std::int64_t cols = layout.padded_cols(), rows = end - begin, groups = cols / layout.group;
    const auto row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    const auto* data = static_cast<const std::uint8_t*>(l.weight.data) + begin * row_bytes;
    auto* weights = reinterpret_cast<std::int16_t*>(scratch.weights);
    for (std::int64_t r = 0; r < rows; ++r)
        std::memset(scratch.sums + r * kGemmSumStride, 0, kGemmSumStride * 4);
    for (std::int64_t k = 0; k < cols; k += kIntGemmDepth) {
        const std::int64_t depth = HWY_MIN(kIntGemmDepth, cols - k);
        const std::int64_t next = k + depth < cols ? (k + depth) * row_bytes / cols : 0;
        const std::int64_t next_bytes =
            next ? HWY_MIN(kIntGemmDepth, cols - k - depth) * row_bytes / cols : 0;
        for (std::int64_t r = 0; r < rows; ++r) {
            Widen(layout, data + r * row_bytes, k, depth, weights + r * kIntWeightStride);
            for (std::int64_t b = 0; b < next_bytes; b += 64) PrefetchL2(data + r * row_bytes + next + b);
        }
        const Block block = {weights,      rows,
                             layout.group, depth / layout.group,
                             groups,       l.weight.scales + begin * groups + k / layout.group};
        for (std::int64_t t = 0; t < l.T; t += kPanel) {
            const std::int16_t* panel = panels.q + t * cols + k * kPanel;
            const float* scales = panels.scales + t * groups + k / layout.group * kPanel;
            if (l.T - t > kLanes) {
                PanelRows<2>(block, panel, scales, scratch.sums + t);
            } else {
                PanelRows<1>(block, panel, scales, scratch.sums + t);
            }
        }
    }
    WriteSums(l, scratch.sums, begin, end);
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(PackIntPanel);
HWY_EXPORT(IntGemmRows);

void pack_int_panel(const float* x, std::int64_t x_stride, std::int64_t tokens, const WeightLayout& layout,
                    std::int64_t k, std::int64_t n, std::int16_t* panel, float* scales) {
    HWY_DYNAMIC_DISPATCH(PackIntPanel)(x, x_stride, tokens, layout, k, n, panel, scales);
}
void int_gemm_rows(const Linear& linear, const IntPanels& panels, const GemmScratch& scratch,
                   std::int64_t row_begin, std::int64_t row_end) {
    HWY_DYNAMIC_DISPATCH(IntGemmRows)(linear, panels, scratch, row_begin, row_end);
}

}  // namespace sidewinder::kernels::cpu
#endif
