#include "kernels/cpu/simd.h"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cpu/simd_gemm.cpp"
#include "hwy/foreach_target.h"
#include "hwy/highway.h"
//
#include "kernels/cpu/simd_common-inl.h"
#include "kernels/cpu/simd_weights-inl.h"

// sums[row, t] += weights[row, k] * panel[k, t]: lanes are tokens, weights are broadcast, so that a weight is
// turned into float32 once, in the order in which it lies, and needs no transposition.
//   for each block of 256 columns: dequantise [rows, 256] into the second-level cache
//     for each panel of tokens [256, 2 vectors], which stays in the first-level cache
//       for each tile of rows: registers hold [rows of the tile, 2 vectors]
HWY_BEFORE_NAMESPACE();
namespace sidewinder::kernels::cpu::HWY_NAMESPACE {
namespace {

constexpr std::int64_t kTileRows = HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL ? 12 : 6;
constexpr std::int64_t kPanel = 2 * kLanes;
constexpr std::int64_t kRowsAhead = 6;

void DequantizeInt8(const std::int8_t* w, const float* scales, std::int64_t group, std::int64_t n,
                    float* out) {
    constexpr hn::RebindToSigned<F> i32;
    constexpr hn::Rebind<std::int8_t, F> i8;
    for (std::int64_t c = 0; c < n; c += group, ++scales) {
        const V scale = hn::Set(kF, *scales);
        for (std::int64_t i = c; i < c + group; i += kLanes) {
            const auto q = hn::PromoteTo(i32, hn::LoadU(i8, w + i));
            hn::StoreU(hn::Mul(hn::ConvertTo(kF, q), scale), kF, out + i);
        }
    }
}

void DequantizeInt4(const std::uint8_t* w, const float* scales, std::int64_t group, std::int64_t n,
                    float* out) {
    constexpr hn::RebindToSigned<F> i32;
    constexpr hn::Rebind<std::uint8_t, F> u8;
    const auto mask = hn::Set(i32, 15);
    const auto eight = hn::Set(i32, 8);
    for (std::int64_t c = 0; c < n; c += group, w += group / 2, ++scales) {
        const V scale = hn::Set(kF, *scales);
        for (std::int64_t i = 0; i < group / 2; i += kLanes) {
            const auto byte = hn::PromoteTo(i32, hn::LoadU(u8, w + i));
            const auto low = hn::Sub(hn::And(byte, mask), eight);
            const auto high = hn::Sub(hn::ShiftRight<4>(byte), eight);
            hn::StoreU(hn::Mul(hn::ConvertTo(kF, low), scale), kF, out + c + i);
            hn::StoreU(hn::Mul(hn::ConvertTo(kF, high), scale), kF, out + c + group / 2 + i);
        }
    }
}

template <class Weight>
void Widen(const typename Weight::Element* w, std::int64_t n, float* out) {
    std::int64_t c = 0;
    for (; c + kLanes <= n; c += kLanes) hn::StoreU(Weight::Load(w + c), kF, out + c);
    if (c < n) StorePart(Weight::LoadPart(w + c, n - c), out + c, n - c);
}

/// Columns [k, k + n) of one row as float32; integer formats may write up to the end of the last group.
void Dequantize(const WeightView& weight, std::int64_t row, std::int64_t k, std::int64_t n, float* out) {
    const WeightLayout& layout = weight.layout;
    const auto* bytes =
        static_cast<const std::uint8_t*>(weight.data) + static_cast<std::size_t>(row) * layout.row_bytes();
    const float* scales = nullptr;
    if (layout.group) scales = weight.scales + row * (layout.padded_cols() / layout.group) + k / layout.group;
    switch (layout.format) {
        case WeightFormat::F32:
            return Widen<WeightF32>(reinterpret_cast<const float*>(bytes) + k, n, out);
        case WeightFormat::BF16:
            return Widen<WeightBF16>(reinterpret_cast<const std::uint16_t*>(bytes) + k, n, out);
        case WeightFormat::Int8:
            return DequantizeInt8(reinterpret_cast<const std::int8_t*>(bytes) + k, scales, layout.group, n,
                                  out);
        case WeightFormat::Int4:
            return DequantizeInt4(bytes + k / 2, scales, layout.group, n, out);
    }
}

/// sums[r, t] += sum_k weights[r, k] * panel[k, t] for R rows and VT vectors of tokens.
template <int R, int VT>
HWY_INLINE void Tile(const float* HWY_RESTRICT weights, const float* HWY_RESTRICT panel, std::int64_t depth,
                     float* HWY_RESTRICT sums) {
    V acc[R][VT];
    for (int r = 0; r < R; ++r) {
        for (int v = 0; v < VT; ++v) acc[r][v] = hn::Load(kF, sums + r * kGemmSumStride + v * kLanes);
    }
    const float* const end = panel + depth * kPanel;
    while (panel < end) {
        // The next tile's weights come from the second-level cache in R short streams.
        for (int r = 0; r < R; ++r) hwy::Prefetch(weights + (R + r) * kGemmWeightStride);
        const float* const stop = HWY_MIN(end, panel + 16 * kPanel);
#if HWY_COMPILER_GCC_ACTUAL
#pragma GCC unroll 4
#endif
        for (; panel < stop; panel += kPanel, ++weights) {
            V x[VT];
            for (int v = 0; v < VT; ++v) x[v] = hn::Load(kF, panel + v * kLanes);
            for (int r = 0; r < R; ++r) {
                const V w = hn::Set(kF, weights[r * kGemmWeightStride]);
                for (int v = 0; v < VT; ++v) acc[r][v] = hn::MulAdd(w, x[v], acc[r][v]);
            }
        }
    }
    for (int r = 0; r < R; ++r) {
        for (int v = 0; v < VT; ++v) hn::Store(acc[r][v], kF, sums + r * kGemmSumStride + v * kLanes);
    }
}

/// The part of the next block of weights that is fetched while a panel is multiplied.
struct Ahead {
    const std::uint8_t* first;  ///< row 0
    std::int64_t row_bytes;
    std::int64_t begin, end;  ///< bytes of each row, whole lines
};

template <int VT>
void PanelRows(const float* weights, const float* panel, std::int64_t depth, std::int64_t rows, float* sums,
               const Ahead& ahead) {
    std::int64_t r = 0;
    for (; r + kTileRows <= rows; r += kTileRows) {
        for (std::int64_t i = r; i < r + kTileRows; ++i) {
            for (std::int64_t b = ahead.begin; b < ahead.end; b += 64)
                hwy::Prefetch(ahead.first + i * ahead.row_bytes + b);
        }
        Tile<kTileRows, VT>(weights + r * kGemmWeightStride, panel, depth, sums + r * kGemmSumStride);
    }
    for (; r < rows; ++r)
        Tile<1, VT>(weights + r * kGemmWeightStride, panel, depth, sums + r * kGemmSumStride);
}

}  // namespace

std::int64_t GemmPanelTokens() {
    return kPanel;
}
std::int64_t GemmRowMultiple() {
    return kTileRows;
}

void PackPanel(const float* x, std::int64_t x_stride, std::int64_t tokens, std::int64_t cols, float* panel) {
    for (std::int64_t k = 0; k < cols; ++k) {
        for (std::int64_t j = 0; j < kPanel; ++j)
            panel[k * kPanel + j] = j < tokens ? x[j * x_stride + k] : 0.0f;
    }
}

void GemmRows(const Linear& l, const float* panels, const GemmScratch& scratch, std::int64_t begin,
              std::int64_t end) {
    const std::int64_t cols = l.weight.layout.cols;
    const std::int64_t rows = end - begin;
    const auto row_bytes = static_cast<std::int64_t>(l.weight.layout.row_bytes());
    const auto* data = static_cast<const std::uint8_t*>(l.weight.data);
    for (std::int64_t r = 0; r < rows; ++r)
        std::memset(scratch.sums + r * kGemmSumStride, 0, kGemmSumStride * 4);
    for (std::int64_t k = 0; k < cols; k += kGemmDepth) {
        const std::int64_t depth = HWY_MIN(kGemmDepth, cols - k);
        for (std::int64_t r = 0; r < rows; ++r) {
            // Rows lie a power of two apart and share cache sets: what was fetched long ago may be gone
            // again.
            const std::uint8_t* near =
                data + (begin + HWY_MIN(r + kRowsAhead, rows - 1)) * row_bytes + k * row_bytes / cols;
            for (std::int64_t b = 0; b < depth * row_bytes / cols; b += 64) hwy::Prefetch(near + b);
            Dequantize(l.weight, begin + r, k, depth, scratch.weights + r * kGemmWeightStride);
        }
        const std::int64_t next = HWY_MIN(kGemmDepth, cols - k - depth) * row_bytes / cols / 64;  // lines
        const std::int64_t count = (l.T + kPanel - 1) / kPanel;
        for (std::int64_t i = 0; i < count; ++i) {
            const float* panel = panels + i * kPanel * cols + k * kPanel;
            float* sums = scratch.sums + i * kPanel;
            const Ahead ahead = {data + begin * row_bytes + (k + depth) * row_bytes / cols, row_bytes,
                                 next * i / count * 64, next * (i + 1) / count * 64};
            if (l.T - i * kPanel > kLanes) {
                PanelRows<2>(scratch.weights, panel, depth, rows, sums, ahead);
            } else {
                PanelRows<1>(scratch.weights, panel, depth, rows, sums, ahead);
            }
        }
    }
    WriteSums(l, scratch.sums, begin, end);
}

}  // namespace sidewinder::kernels::cpu::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace sidewinder::kernels::cpu {

HWY_EXPORT(GemmPanelTokens);
HWY_EXPORT(PackPanel);
HWY_EXPORT(GemmRows);

std::int64_t gemm_panel_tokens() {
    return HWY_DYNAMIC_DISPATCH(GemmPanelTokens)();
}
void pack_panel(const float* x, std::int64_t x_stride, std::int64_t tokens, std::int64_t cols, float* panel) {
    HWY_DYNAMIC_DISPATCH(PackPanel)(x, x_stride, tokens, cols, panel);
}
void gemm_rows(const Linear& linear, const float* panels, const GemmScratch& scratch, std::int64_t row_begin,
               std::int64_t row_end) {
    HWY_DYNAMIC_DISPATCH(GemmRows)(linear, panels, scratch, row_begin, row_end);
}

}  // namespace sidewinder::kernels::cpu
#endif
