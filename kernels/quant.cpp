#include "kernels/quant.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "kernels/cpu/simd.h"
#include "kernels/error.h"

namespace sidewinder::kernels {
namespace {

bool is_integer(WeightFormat format) {
    return format == WeightFormat::Int8 || format == WeightFormat::Int4;
}

void dequantize_int8(const std::int8_t* row, const float* scales, std::int64_t group, std::span<float> out) {
    for (std::size_t c = 0; c < out.size(); ++c) {
        out[c] = static_cast<float>(row[c]) * scales[c / static_cast<std::size_t>(group)];
    }
}

void dequantize_int4(const std::uint8_t* row, const float* scales, std::int64_t group, std::span<float> out) {
    const auto width = static_cast<std::size_t>(group);
    for (std::size_t c = 0; c < out.size(); ++c) {
        const std::size_t g = c / width;
        const std::size_t j = c % width;
        const unsigned byte = row[g * width / 2 + j % (width / 2)];
        const unsigned nibble = j < width / 2 ? byte & 15u : byte >> 4;
        out[c] = static_cast<float>(static_cast<int>(nibble) - 8) * scales[g];
    }
}

}  // namespace

std::string_view name_of(WeightFormat format) {
    switch (format) {
        case WeightFormat::F32:
            return "f32";
        case WeightFormat::BF16:
            return "bf16";
        case WeightFormat::Int8:
            return "int8";
        case WeightFormat::Int4:
            return "int4";
    }
    return "unknown";
}

std::int64_t WeightLayout::padded_cols() const {
    return is_integer(format) && group > 0 ? (cols + group - 1) / group * group : cols;
}

std::size_t WeightLayout::row_bytes() const {
    const auto width = static_cast<std::size_t>(padded_cols());
    switch (format) {
        case WeightFormat::F32:
            return width * 4;
        case WeightFormat::BF16:
            return width * 2;
        case WeightFormat::Int8:
            return width;
        case WeightFormat::Int4:
            return width / 2;
    }
    return 0;
}

std::size_t WeightLayout::data_bytes() const {
    return static_cast<std::size_t>(rows) * row_bytes();
}

std::size_t WeightLayout::scale_count() const {
    if (!is_integer(format) || group <= 0) return 0;
    return static_cast<std::size_t>(rows) * static_cast<std::size_t>(padded_cols() / group);
}

void quantize_rows(const WeightLayout& layout, std::span<const float> rows, std::byte* data, float* scales) {
    if (!is_integer(layout.format) || (layout.group != 64 && layout.group != 128) || layout.cols <= 0 ||
        rows.size() % static_cast<std::size_t>(layout.cols) != 0) {
        throw Error(Error::Kind::Internal, "quantize_rows was asked for " +
                                               std::string(name_of(layout.format)) + " with groups of " +
                                               std::to_string(layout.group) + " over " +
                                               std::to_string(layout.cols) + " columns; please report this.");
    }
    const std::size_t groups = static_cast<std::size_t>(layout.padded_cols() / layout.group);
    const std::size_t count = rows.size() / static_cast<std::size_t>(layout.cols);
    for (std::size_t r = 0; r < count; ++r) {
        cpu::quantize_weight_row(layout, rows.data() + r * static_cast<std::size_t>(layout.cols),
                                 data + r * layout.row_bytes(), scales + r * groups);
    }
}

void dequantize_row(const WeightLayout& layout, const void* data, const float* scales, std::int64_t row,
                    std::span<float> out) {
    const auto* bytes =
        static_cast<const std::uint8_t*>(data) + static_cast<std::size_t>(row) * layout.row_bytes();
    const std::size_t n = std::min(out.size(), static_cast<std::size_t>(layout.cols));
    out = out.first(n);
    if (scales && layout.group > 0) scales += row * (layout.padded_cols() / layout.group);
    switch (layout.format) {
        case WeightFormat::F32:
            std::memcpy(out.data(), bytes, n * sizeof(float));
            return;
        case WeightFormat::BF16:
            for (std::size_t c = 0; c < n; ++c) {
                std::uint16_t bits = 0;
                std::memcpy(&bits, bytes + c * 2, 2);
                out[c] = float_from_bf16(bits);
            }
            return;
        case WeightFormat::Int8:
            dequantize_int8(reinterpret_cast<const std::int8_t*>(bytes), scales, layout.group, out);
            return;
        case WeightFormat::Int4:
            dequantize_int4(bytes, scales, layout.group, out);
            return;
    }
}

void floats_from_bf16(std::span<const std::byte> bytes, float* out) {
    cpu::widen_bf16(reinterpret_cast<const std::uint16_t*>(bytes.data()),
                    static_cast<std::int64_t>(bytes.size() / sizeof(std::uint16_t)), out);
}

std::uint16_t bf16_from_float(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    if (std::isnan(value)) return static_cast<std::uint16_t>(bits >> 16 | 0x40u);
    return static_cast<std::uint16_t>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

float float_from_f16(std::uint16_t bits) {
    const std::uint32_t sign = (bits & 0x8000u) << 16;
    const std::uint32_t exponent = bits >> 10 & 31u;
    const std::uint32_t mantissa = bits & 0x3FFu;
    if (exponent == 31u) return std::bit_cast<float>(sign | 0x7F800000u | mantissa << 13);
    if (exponent != 0u) return std::bit_cast<float>(sign | (exponent + 112u) << 23 | mantissa << 13);
    const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;  // zero and subnormals
    return sign ? -magnitude : magnitude;
}

}  // namespace sidewinder::kernels
