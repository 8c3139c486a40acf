#include "kernels/cuda/weight_copies.h"

#include "kernels/cuda/float8.h"
#include "kernels/cuda/ops.h"

namespace sidewinder::kernels::cuda {
namespace {

using Form = WeightCopies::Form;

constexpr std::size_t kAlign = 256;

std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlign - 1) / kAlign * kAlign;
}
std::size_t data_bytes(Form form, std::int64_t rows, std::int64_t cols) {
    return aligned(static_cast<std::size_t>(rows * cols) * (form == Form::BF16 ? sizeof(__nv_bfloat16) : 1));
}
std::size_t copy_bytes(Form form, std::int64_t rows, std::int64_t cols) {
    const std::size_t scales = form == Form::Float8 ? static_cast<std::size_t>(rows) * sizeof(float) : 0;
    return data_bytes(form, rows, cols) + aligned(scales);
}
std::size_t copy_bytes(Form form, const WeightView& weight) {
    return copy_bytes(form, weight.layout.rows, weight.layout.cols);
}
float* float8_scales(unsigned char* place, const WeightLayout& layout) {
    return reinterpret_cast<float*>(place + data_bytes(Form::Float8, layout.rows, layout.cols));
}

template <class Visit>
void for_each_weight(std::span<const LayerWeights> layers, const Visit& visit) {
    for (const LayerWeights& layer : layers) {
        visit(layer.in_proj);
        visit(layer.out_proj);
    }
}

}  // namespace

std::size_t WeightCopies::bytes(Form form, const Dims& dims, std::int64_t layers) {
    return static_cast<std::size_t>(layers) *
           (copy_bytes(form, dims.zxbc_rows(), dims.d_model) + copy_bytes(form, dims.d_model, dims.d_inner));
}

WeightCopies::WeightCopies(Form form, std::span<const LayerWeights> layers) : form_(form) {
    std::size_t total = 0;
    for_each_weight(layers, [&](const WeightView& weight) { total += copy_bytes(form, weight); });
    memory_ = DeviceMemory(total);
    auto* place = memory_.as<unsigned char>();
    for_each_weight(layers, [&](const WeightView& weight) {
        places_[weight.data] = place;
        place += copy_bytes(form, weight);
    });
}

void WeightCopies::make(const Context& context, std::span<const LayerWeights> layers) const {
    for_each_weight(layers, [&](const WeightView& weight) {
        unsigned char* place = places_.at(weight.data);
        const std::int64_t rows = weight.layout.rows;
        if (form_ == Form::BF16) {
            dequantize(context, weight, 0, rows, reinterpret_cast<__nv_bfloat16*>(place));
        } else {
            weight_to_float8(context, weight, 0, rows, place, float8_scales(place, weight.layout));
        }
    });
}

unsigned char* WeightCopies::find(Form form, const WeightView& weight) const {
    const auto found = places_.find(weight.data);
    return form != form_ || found == places_.end() ? nullptr : found->second;
}

const __nv_bfloat16* WeightCopies::bf16(const WeightView& weight) const {
    return reinterpret_cast<const __nv_bfloat16*>(find(Form::BF16, weight));
}

std::optional<Matmul::Float8> WeightCopies::float8(const WeightView& weight) const {
    unsigned char* place = find(Form::Float8, weight);
    if (!place) return std::nullopt;
    return Matmul::Float8{place, float8_scales(place, weight.layout)};
}

bool WeightCopies::made_from(const void* data, std::size_t bytes) const {
    const auto next = places_.lower_bound(data);
    return next != places_.end() && next->first < static_cast<const std::byte*>(data) + bytes;
}

}  // namespace sidewinder::kernels::cuda
