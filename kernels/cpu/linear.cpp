#include "kernels/cpu/linear.h"

#include <algorithm>

namespace sidewinder::kernels::cpu {
namespace {

constexpr std::int64_t kTaskBytes = 256
                                    << 10;  // of weights: long enough to stream, short enough to share evenly
constexpr std::int64_t kPackColumns = 512;  // a multiple of every group
constexpr std::int64_t kShortIntTokens = 6;

std::int64_t ceil_div(std::int64_t a, std::int64_t b) {
    return (a + b - 1) / b;
}

}  // namespace

void LinearRunner::set_activations(const float* x, std::int64_t stride, std::int64_t T, std::int64_t cols) {
    x_ = x;
    stride_ = stride;
    tokens_ = T;
    cols_ = cols;
    is_packed_ = false;
}

void LinearRunner::multiply(const WeightView& weight, float* out, std::int64_t out_stride, bool add) {
    Linear linear;
    linear.weight = weight;
    linear.x = x_;
    linear.x_stride = stride_;
    linear.T = tokens_;
    linear.out = out;
    linear.out_stride = out_stride;
    linear.add = add;
    const bool integer = weight.layout.group != 0;
    if (integer && kHasIntGemm) {
        tokens_ <= kShortIntTokens ? short_integer(linear) : long_integer(linear);
    } else if (tokens_ > kShortTokens) {
        long_float(linear);
    } else {
        integer ? short_integer(linear) : short_float(linear);
    }
}

std::int64_t LinearRunner::rows_per_task(const WeightLayout& layout) const {
    const std::int64_t by_bytes =
        kTaskBytes / std::max<std::int64_t>(static_cast<std::int64_t>(layout.row_bytes()), 1);
    const std::int64_t by_share = ceil_div(layout.rows, 8 * pool_.threads());
    return std::max<std::int64_t>(std::min({by_bytes, by_share, std::int64_t{256}}) & ~std::int64_t{3}, 4);
}

void LinearRunner::short_float(const Linear& linear) {
    const std::int64_t rows = linear.weight.layout.rows, step = rows_per_task(linear.weight.layout);
    pool_.run(ceil_div(rows, step), [&](std::int64_t task, int) {
        dot_rows(linear, task * step, std::min(rows, (task + 1) * step));
    });
}

void LinearRunner::short_integer(const Linear& job) {
    const WeightLayout& layout = job.weight.layout;
    const std::int64_t cols = layout.padded_cols(), groups = cols / layout.group;
    auto* q = quantized_.get<std::int16_t>(static_cast<std::size_t>(tokens_ * cols));
    auto* scale = scales_.get<float>(static_cast<std::size_t>(2 * tokens_ * groups));
    auto* offset = reinterpret_cast<std::int32_t*>(scale + tokens_ * groups);
    pool_.run(tokens_, [&](std::int64_t t, int) {
        quantize_activations(x_ + t * stride_, layout, q + t * cols, scale + t * groups, offset + t * groups);
    });
    Linear linear = job;
    linear.quantized = {q, scale, offset};
    const std::int64_t rows = layout.rows, step = rows_per_task(layout);
    pool_.run(ceil_div(rows, step), [&](std::int64_t task, int) {
        int_dot_rows(linear, task * step, std::min(rows, (task + 1) * step));
    });
}

/// Calls f(scratch, row_begin, row_end) for blocks of rows that share the work evenly.
template <class F>
void LinearRunner::for_row_blocks(std::int64_t rows, F&& f) {
    constexpr std::int64_t multiple = kGemmRowMultiple;
    const std::int64_t even_share = ceil_div(ceil_div(rows, 4 * pool_.threads()), multiple) * multiple;
    const std::int64_t step = std::clamp(even_share, multiple, kGemmMaxRows / multiple * multiple);
    constexpr std::int64_t weight_floats = kGemmMaxRows * kGemmWeightStride;
    constexpr std::int64_t floats = weight_floats + kGemmMaxRows * kGemmSumStride;
    auto* blocks = blocks_.get<float>(static_cast<std::size_t>(floats * pool_.threads()));
    pool_.run(ceil_div(rows, step), [&](std::int64_t task, int worker) {
        float* mine = blocks + worker * floats;
        f(GemmScratch{mine, mine + weight_floats}, task * step, std::min(rows, (task + 1) * step));
    });
}

const float* LinearRunner::packed() {
    const std::int64_t width = gemm_panel_tokens();
    const std::int64_t panels = ceil_div(tokens_, width);
    auto* data = panels_.get<float>(static_cast<std::size_t>(panels * width * cols_));
    if (is_packed_) return data;
    const std::int64_t parts = ceil_div(cols_, kPackColumns);
    pool_.run(panels * parts, [&](std::int64_t task, int) {
        const std::int64_t panel = task / parts;
        const std::int64_t k = task % parts * kPackColumns;
        pack_panel(x_ + panel * width * stride_ + k, stride_, std::min(width, tokens_ - panel * width),
                   std::min(kPackColumns, cols_ - k), data + (panel * cols_ + k) * width);
    });
    is_packed_ = true;
    return data;
}

void LinearRunner::long_float(const Linear& linear) {
    const float* panels = packed();
    for_row_blocks(linear.weight.layout.rows,
                   [&](const GemmScratch& scratch, std::int64_t begin, std::int64_t end) {
                       gemm_rows(linear, panels, scratch, begin, end);
                   });
}

void LinearRunner::long_integer(const Linear& linear) {
    const WeightLayout& layout = linear.weight.layout;
    const std::int64_t width = gemm_panel_tokens(), panels = ceil_div(tokens_, width);
    const std::int64_t cols = layout.padded_cols(), groups = cols / layout.group;
    auto* q = quantized_.get<std::int16_t>(static_cast<std::size_t>(panels * width * cols));
    auto* scales = scales_.get<float>(static_cast<std::size_t>(panels * width * groups));
    const std::int64_t parts = ceil_div(cols, kPackColumns);
    pool_.run(panels * parts, [&](std::int64_t task, int) {
        const std::int64_t panel = task / parts, k = task % parts * kPackColumns;
        pack_int_panel(x_ + panel * width * stride_, stride_, std::min(width, tokens_ - panel * width),
                       layout, k, std::min(kPackColumns, cols - k), q + (panel * cols + k) * width,
                       scales + (panel * groups + k / layout.group) * width);
    });
    for_row_blocks(layout.rows, [&](const GemmScratch& scratch, std::int64_t begin, std::int64_t end) {
        int_gemm_rows(linear, {q, scales}, scratch, begin, end);
    });
}

}  // namespace sidewinder::kernels::cpu
