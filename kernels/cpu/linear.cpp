#include "kernels/cpu/linear.h"

#include <algorithm>

namespace sidewinder::kernels::cpu {
namespace {

constexpr std::int64_t kTaskBytes = 256
                                    << 10;  // of weights: long enough to stream, short enough to share evenly
constexpr std::int64_t kPackColumns = 512;

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
    if (tokens_ <= kShortTokens) {
        multiply_short(linear);
    } else {
        multiply_long(linear);
    }
}

void LinearRunner::quantize(Linear& linear) {
    const WeightLayout& layout = linear.weight.layout;
    const std::int64_t cols = layout.padded_cols();
    const std::int64_t groups = cols / layout.group;
    auto* q = quantized_.get<std::int16_t>(static_cast<std::size_t>(tokens_ * cols));
    auto* scale = scales_.get<float>(static_cast<std::size_t>(2 * tokens_ * groups));
    float* offset = scale + tokens_ * groups;
    pool_.run(tokens_, [&](std::int64_t t, int) {
        quantize_activations(x_ + t * stride_, layout, q + t * cols, scale + t * groups, offset + t * groups);
    });
    linear.quantized = {q, scale, offset};
}

void LinearRunner::multiply_short(const Linear& job) {
    Linear linear = job;
    if (linear.weight.layout.group) quantize(linear);
    const std::int64_t rows = linear.weight.layout.rows;
    const std::int64_t row_bytes = static_cast<std::int64_t>(linear.weight.layout.row_bytes());
    std::int64_t step = std::clamp<std::int64_t>(kTaskBytes / std::max<std::int64_t>(row_bytes, 1), 4, 256);
    step = std::min(step, std::max<std::int64_t>(ceil_div(rows, 8 * pool_.threads()), 4)) & ~std::int64_t{1};
    pool_.run(ceil_div(rows, step), [&](std::int64_t task, int) {
        dot_rows(linear, task * step, std::min(rows, (task + 1) * step));
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

void LinearRunner::multiply_long(const Linear& linear) {
    const float* panels = packed();
    const std::int64_t rows = linear.weight.layout.rows;
    const std::int64_t multiple = gemm_row_multiple();
    const std::int64_t even_share = ceil_div(ceil_div(rows, 4 * pool_.threads()), multiple) * multiple;
    const std::int64_t step = std::clamp(even_share, multiple, kGemmMaxRows / multiple * multiple);

    constexpr std::int64_t weight_floats = kGemmMaxRows * kGemmWeightStride;
    constexpr std::int64_t floats = weight_floats + kGemmMaxRows * kGemmSumStride;
    auto* blocks = blocks_.get<float>(static_cast<std::size_t>(floats * pool_.threads()));
    pool_.run(ceil_div(rows, step), [&](std::int64_t task, int worker) {
        float* mine = blocks + worker * floats;
        gemm_rows(linear, panels, {mine, mine + weight_floats}, task * step,
                  std::min(rows, (task + 1) * step));
    });
}

}  // namespace sidewinder::kernels::cpu
