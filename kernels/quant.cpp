#include "kernels/quant.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "kernels/error.h"

namespace sidewinder::kernels {
namespace {

constexpr std::int64_t kMaxGroup = 128;
constexpr float kSmallestNormal = std::numeric_limits<float>::min();

bool is_integer(WeightFormat format) {
    return format == WeightFormat::Int8 || format == WeightFormat::Int4;
}

/// Copies `n` values into a whole group: NaN becomes 0, infinities the largest finite value, the rest is
/// zero. Returns the value of largest magnitude, sign included.
float load_group(const float* values, std::int64_t n, std::int64_t group, float* out) {
    constexpr float kMax = std::numeric_limits<float>::max() / 2.0f;
    float peak = 0.0f;
    for (std::int64_t i = 0; i < group; ++i) {
        float v = i < n ? values[i] : 0.0f;
        v = std::isnan(v) ? 0.0f : std::clamp(v, -kMax, kMax);
        out[i] = v;
        if (std::abs(v) > std::abs(peak)) peak = v;
    }
    return peak;
}

/// q = round(v / scale), half to even, in [low, high].
void round_group(const float* v, std::int64_t n, float inverse, float low, float high, float* q) {
    constexpr float kRound = 12582912.0f;  // 1.5 * 2^23: adding it leaves the nearest integer in the low bits
    for (std::int64_t i = 0; i < n; ++i) {
        const float scaled = std::min(std::max(v[i] * inverse, low), high);
        q[i] = (scaled + kRound) - kRound;
    }
}

void quantize_group_int8(const float* v, std::int64_t group, float peak, std::byte* data, float* scale) {
    *scale = std::abs(peak) / 127.0f;
    std::array<float, kMaxGroup> q{};
    if (*scale < kSmallestNormal) {
        *scale = 0.0f;  // the reciprocal would overflow
    } else {
        round_group(v, group, 1.0f / *scale, -127.0f, 127.0f, q.data());
    }
    for (std::int64_t i = 0; i < group; ++i) {
        data[i] = static_cast<std::byte>(static_cast<std::int8_t>(q[static_cast<std::size_t>(i)]));
    }
}

/// Squared error of `q * scale` relative to the peak, and the least-squares scale for this `q`.
struct Fit {
    double error = 0.0;
    float best_scale = 0.0f;
};
Fit fit_of(const float* v, const float* q, std::int64_t n, float scale, float peak) {
    const float unit = 1.0f / peak;  // keeps squares of huge values finite
    float qv = 0.0f;
    float qq = 0.0f;
    float error = 0.0f;
    for (std::int64_t i = 0; i < n; ++i) {
        const float u = v[i] * unit;
        const float e = u - q[i] * (scale * unit);
        qv += q[i] * u;
        qq += q[i] * q[i];
        error += e * e;
    }
    return {error, qq > 0.0f ? qv / qq * peak : scale};
}

/// The grid is -8 .. 7, so the scale carries the sign that puts the peak on the long side. Of a few scales
/// around peak / 8 the one with the least squared error is taken: clipping the peak a little is often better.
void quantize_group_int4(const float* v, std::int64_t group, float peak, std::byte* data, float* scale) {
    std::array<float, kMaxGroup> best{};
    *scale = 0.0f;
    if (std::abs(peak) / 16.0f >= kSmallestNormal) {
        std::array<float, kMaxGroup> q{};
        double best_error = std::numeric_limits<double>::infinity();
        for (const float divisor : {-7.0f, -7.5f, -8.0f, -8.5f, -9.0f, -9.75f, 7.0f, 7.5f}) {
            const float candidate = peak / divisor;
            round_group(v, group, 1.0f / candidate, -8.0f, 7.0f, q.data());
            const float refined = fit_of(v, q.data(), group, candidate, peak).best_scale;
            const double error = fit_of(v, q.data(), group, refined, peak).error;
            if (error < best_error) {
                best_error = error;
                best = q;
                *scale = refined;
            }
        }
    }
    for (std::int64_t j = 0; j < group / 2; ++j) {
        const auto low = static_cast<unsigned>(static_cast<int>(best[static_cast<std::size_t>(j)]) + 8);
        const auto high =
            static_cast<unsigned>(static_cast<int>(best[static_cast<std::size_t>(j + group / 2)]) + 8);
        data[j] = static_cast<std::byte>(low | high << 4);
    }
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
    const std::int64_t group = layout.group;
    const std::int64_t groups = layout.padded_cols() / group;
    const std::int64_t group_bytes = layout.format == WeightFormat::Int8 ? group : group / 2;
    const std::int64_t count = static_cast<std::int64_t>(rows.size()) / layout.cols;
    std::array<float, kMaxGroup> values{};
    for (std::int64_t r = 0; r < count; ++r) {
        const float* row = rows.data() + r * layout.cols;
        for (std::int64_t g = 0; g < groups; ++g, data += group_bytes, ++scales) {
            const std::int64_t n = std::min(group, layout.cols - g * group);
            const float peak = load_group(row + g * group, n, group, values.data());
            if (layout.format == WeightFormat::Int8) {
                quantize_group_int8(values.data(), group, peak, data, scales);
            } else {
                quantize_group_int4(values.data(), group, peak, data, scales);
            }
        }
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
