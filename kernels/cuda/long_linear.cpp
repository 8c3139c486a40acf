#include "kernels/cuda/long_linear.h"

#include <algorithm>

#include "kernels/cuda/float8.h"

namespace sidewinder::kernels::cuda {
namespace {

/// Of `out`, whose rows are tokens: where column `column` begins.
void* column_of(void* out, std::int64_t column, Matmul::Out kind) {
    const std::size_t element = kind == Matmul::Out::BF16 ? sizeof(__nv_bfloat16) : sizeof(float);
    return static_cast<std::byte*>(out) + static_cast<std::size_t>(column) * element;
}

/// Rows of a weight that are a tile's `elements`.
std::int64_t tile_rows(const WeightLayout& layout, std::int64_t elements) {
    return elements / layout.cols / 128 * 128;
}

}  // namespace

void LongLinear::run(const Context& context, const WorkArea& area, const WeightCopies& kept,
                     const WeightView& weight, const __nv_bfloat16* x, std::int64_t T, void* out,
                     std::int64_t out_stride, Matmul::Out kind) {
    const WeightLayout& layout = weight.layout;
    const auto* whole = layout.format == WeightFormat::BF16 ? static_cast<const __nv_bfloat16*>(weight.data)
                                                            : kept.bf16(weight);
    if (whole) {
        matmul_.run(context, whole, layout.rows, layout.cols, x, T, out, out_stride, kind);
        return;
    }
    const std::int64_t step = tile_rows(layout, WorkArea::kWeightTileElements);
    for (std::int64_t row = 0; row < layout.rows; row += step) {
        const std::int64_t rows = std::min(step, layout.rows - row);
        dequantize(context, weight, row, rows, area.weight_tile);
        matmul_.run(context, area.weight_tile, rows, layout.cols, x, T, column_of(out, row, kind), out_stride,
                    kind, layout.rows);
    }
}

void LongLinear::run_float8(const Context& context, const WorkArea& area, const WeightCopies& kept,
                            const WeightView& weight, const unsigned char* x, std::int64_t x_stride,
                            std::int64_t T, void* out, std::int64_t out_stride, Matmul::Out kind) {
    const WeightLayout& layout = weight.layout;
    if (const auto copy = kept.float8(weight)) {
        matmul_.run(context, *copy, layout.rows, layout.cols, {x, area.token_scales}, x_stride, T, out,
                    out_stride, kind);
        return;
    }
    auto* tile = reinterpret_cast<unsigned char*>(area.weight_tile);
    const std::int64_t step = tile_rows(layout, WorkArea::kWeightTileElements * 2);
    for (std::int64_t row = 0; row < layout.rows; row += step) {
        const std::int64_t rows = std::min(step, layout.rows - row);
        weight_to_float8(context, weight, row, rows, tile, area.row_scales);
        matmul_.run(context, {tile, area.row_scales}, rows, layout.cols, {x, area.token_scales}, x_stride, T,
                    column_of(out, row, kind), out_stride, kind);
    }
}

}  // namespace sidewinder::kernels::cuda
