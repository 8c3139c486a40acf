#include <cmath>
#include <cstring>

#include "inference/weight_loader.h"

namespace sidewinder::inference {
namespace {

using kernels::WeightFormat;

template <class T>
std::span<std::byte> resized_bytes(std::vector<T>& vector, std::size_t elements) {
    vector.resize(elements);
    return std::as_writable_bytes(std::span(vector));
}

void widen(const std::vector<std::byte>& raw, DType dtype, std::span<float> out) {
    if (dtype == DType::F32) {
        std::memcpy(out.data(), raw.data(), out.size_bytes());
        return;
    }
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, raw.data() + i * sizeof bits, sizeof bits);
        out[i] = dtype == DType::BF16 ? kernels::float_from_bf16(bits) : kernels::float_from_f16(bits);
    }
}

void store_bf16(std::span<const float> values, std::byte* out) {
    for (std::size_t i = 0; i < values.size(); ++i) {
        const std::uint16_t bits = kernels::bf16_from_float(values[i]);
        std::memcpy(out + i * sizeof bits, &bits, sizeof bits);
    }
}

bool copies_bytes(const PlannedTensor& tensor) {
    const bool same = (tensor.layout.format == WeightFormat::BF16 && tensor.source_dtype == DType::BF16) ||
                      (tensor.layout.format == WeightFormat::F32 && tensor.source_dtype == DType::F32);
    return same && tensor.transform == PlannedTensor::Transform::None;
}

}  // namespace

BlockProducer convert_from(const TensorSource& source) {
    return [&source](const PlannedTensor& tensor, std::int64_t first, std::int64_t rows, WeightBlock& block) {
        const kernels::WeightLayout& layout = tensor.layout;
        const auto elements = static_cast<std::size_t>(rows * layout.cols);
        const std::size_t width = size_of(tensor.source_dtype);
        const std::uint64_t offset =
            static_cast<std::uint64_t>((tensor.source_first_row + first) * layout.cols) * width;
        if (copies_bytes(tensor)) return source.read(tensor.source, offset, block.data);

        source.read(tensor.source, offset, resized_bytes(block.raw, elements * width));
        block.values.resize(elements);
        widen(block.raw, tensor.source_dtype, block.values);
        if (tensor.transform == PlannedTensor::Transform::NegativeExp)
            for (float& value : block.values)
                value = static_cast<float>(-std::exp(static_cast<double>(value)));
        switch (layout.format) {
            case WeightFormat::F32:
                std::memcpy(block.data.data(), block.values.data(), block.data.size());
                break;
            case WeightFormat::BF16:
                store_bf16(block.values, block.data.data());
                break;
            case WeightFormat::Int8:
            case WeightFormat::Int4:
                kernels::quantize_rows(layout, block.values, block.data.data(), block.scales.data());
                break;
        }
    };
}

}  // namespace sidewinder::inference
