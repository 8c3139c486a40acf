#include <cmath>
#include <cstring>

#include "inference/calibration.h"
#include "inference/error.h"
#include "inference/weight_loader.h"

namespace sidewinder::inference {
namespace {

using kernels::WeightFormat;

template <class T>
std::span<std::byte> resized_bytes(std::vector<T>& vector, std::size_t elements) {
    vector.resize(elements);
    return std::as_writable_bytes(std::span(vector));
}

void widen(std::span<const std::byte> raw, DType dtype, std::span<float> out) {
    if (dtype == DType::F32) {
        std::memcpy(out.data(), raw.data(), out.size_bytes());
        return;
    }
    if (dtype == DType::BF16) return kernels::floats_from_bf16(raw, out.data());
    for (std::size_t i = 0; i < out.size(); ++i) {
        std::uint16_t bits = 0;
        std::memcpy(&bits, raw.data() + i * sizeof bits, sizeof bits);
        out[i] = kernels::float_from_f16(bits);
    }
}

// The rows of a block together: they share what follows a rounding.
void quantize_following(const PlannedTensor& tensor, const float* follow, WeightBlock& block) {
    block.values.resize(block.raw.size() / size_of(tensor.source_dtype));
    widen(block.raw, tensor.source_dtype, block.values);
    kernels::quantize_rows_following(tensor.layout, block.values, follow, block.data.data(),
                                     block.scales.data());
}

// Row by row: what is widened is still in the first level of the cache when it is rounded.
void quantize(const PlannedTensor& tensor, std::int64_t rows, WeightBlock& block) {
    const kernels::WeightLayout& layout = tensor.layout;
    const auto cols = static_cast<std::size_t>(layout.cols);
    const std::size_t width = cols * size_of(tensor.source_dtype), out = layout.row_bytes();
    const std::size_t scales = block.scales.size() / static_cast<std::size_t>(rows);
    block.values.resize(cols);
    for (std::size_t r = 0; r < static_cast<std::size_t>(rows); ++r) {
        widen(std::span(block.raw).subspan(r * width, width), tensor.source_dtype, block.values);
        kernels::quantize_rows(layout, block.values, block.data.data() + r * out,
                               block.scales.data() + r * scales);
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

BlockProducer convert_from(const TensorSource& source, const WeightRecipe& recipe,
                           const Calibration* calibration) {
    if (recipe.calibrated && !calibration)
        throw Error(Fault::BadConfig, "The weights " + recipe.name() +
                                          " need a text to calibrate with, and none was read. Choose " +
                                          std::string(kernels::name_of(recipe.format)) + ".");
    if (!recipe.calibrated) calibration = nullptr;
    return [&source, calibration](const PlannedTensor& tensor, std::int64_t first, std::int64_t rows,
                                  WeightBlock& block) {
        const kernels::WeightLayout& layout = tensor.layout;
        const auto elements = static_cast<std::size_t>(rows * layout.cols);
        const std::size_t width = size_of(tensor.source_dtype);
        const std::uint64_t offset =
            static_cast<std::uint64_t>((tensor.source_first_row + first) * layout.cols) * width;
        if (copies_bytes(tensor)) return source.read(tensor.source, offset, block.data);

        source.read(tensor.source, offset, resized_bytes(block.raw, elements * width));
        const float* follow = calibration ? calibration->follow(tensor.name) : nullptr;
        if (follow) return quantize_following(tensor, follow, block);
        if (layout.group != 0) return quantize(tensor, rows, block);
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
                break;  // done above
        }
    };
}

}  // namespace sidewinder::inference
