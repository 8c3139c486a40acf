#include "kernels/cuda/float8_weights.h"

#include "kernels/cuda/float8.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr std::size_t kAlign = 256;

std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlign - 1) / kAlign * kAlign;
}
std::size_t data_bytes(std::int64_t rows, std::int64_t cols) {
    return aligned(static_cast<std::size_t>(rows * cols));
}
std::size_t copy_bytes(std::int64_t rows, std::int64_t cols) {
    return data_bytes(rows, cols) + aligned(static_cast<std::size_t>(rows) * sizeof(float));
}
std::size_t copy_bytes(const WeightView& weight) {
    return copy_bytes(weight.layout.rows, weight.layout.cols);
}
float* scales_at(unsigned char* place, const WeightLayout& layout) {
    return reinterpret_cast<float*>(place + data_bytes(layout.rows, layout.cols));
}

template <class Visit>
void for_each_weight(std::span<const LayerWeights> layers, const Visit& visit) {
    for (const LayerWeights& layer : layers) {
        visit(layer.in_proj);
        visit(layer.out_proj);
    }
}

}  // namespace

std::size_t Float8Weights::bytes(const Dims& dims, std::int64_t layers) {
    return static_cast<std::size_t>(layers) *
           (copy_bytes(dims.zxbc_rows(), dims.d_model) + copy_bytes(dims.d_model, dims.d_inner));
}

Float8Weights::Float8Weights(std::span<const LayerWeights> layers) {
    std::size_t total = 0;
    for_each_weight(layers, [&](const WeightView& weight) { total += copy_bytes(weight); });
    memory_ = DeviceMemory(total);
    auto* place = memory_.as<unsigned char>();
    for_each_weight(layers, [&](const WeightView& weight) {
        copies_[weight.data] = {place, scales_at(place, weight.layout)};
        place += copy_bytes(weight);
    });
}

void Float8Weights::make(const Context& context, std::span<const LayerWeights> layers) const {
    auto* place = memory_.as<unsigned char>();
    for_each_weight(layers, [&](const WeightView& weight) {
        weight_to_float8(context, weight, 0, weight.layout.rows, place, scales_at(place, weight.layout));
        place += copy_bytes(weight);
    });
}

const Matmul::Float8* Float8Weights::find(const WeightView& weight) const {
    const auto found = copies_.find(weight.data);
    return found == copies_.end() ? nullptr : &found->second;
}

bool Float8Weights::made_from(const void* data, std::size_t bytes) const {
    const auto next = copies_.lower_bound(data);
    return next != copies_.end() && next->first < static_cast<const std::byte*>(data) + bytes;
}

}  // namespace sidewinder::kernels::cuda
