#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace sidewinder::kernels {

/// How the elements of a linear weight [rows, cols] are stored. Row-major always; every backend reads the
/// same bytes, so that a quantised file made on one machine serves any device.
enum class WeightFormat : std::uint8_t { F32, BF16, Int8, Int4 };

std::string_view name_of(WeightFormat format);  ///< "f32", "bf16", "int8", "int4"

/// Shape and byte layout of one linear weight.
///
/// F32, BF16: `data` holds rows * cols elements, no scales, `group` is 0.
/// Int8: each row is `padded_cols()` signed bytes; value = q * scale[row, col / group].
/// Int4: each row is `padded_cols() / 2` bytes; within each group of `group` columns, byte j holds column j
/// in its
///       low nibble and column j + group / 2 in its high nibble; value = (nibble - 8) * scale[row, col /
///       group].
/// Scales are float32 [rows, padded_cols() / group]. Columns are padded with zeros to a whole group.
struct WeightLayout {
    WeightFormat format = WeightFormat::BF16;
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t group = 0;  ///< 64 or 128 for Int8 and Int4

    std::int64_t padded_cols() const;
    std::size_t row_bytes() const;
    std::size_t data_bytes() const;
    std::size_t scale_count() const;  ///< number of float32 scales, 0 for F32 and BF16
};

/// Quantises `rows` (rows.size() / cols of them, float32, row-major) into one of the integer layouts: int8 by
/// rounding with scale peak / 127, int4 by the scale of least squared error among some. `data` and `scales`
/// are the destination of exactly these rows. Pure, and the same bytes on every machine; call it from several
/// threads on disjoint rows.
void quantize_rows(const WeightLayout& layout, std::span<const float> rows, std::byte* data, float* scales);

/// The same for Int4, but what rounding a column changes in the products with typical inputs is made up for
/// in the later columns of its group (GPTQ, arXiv 2210.17323, with a block-diagonal Hessian). `follow` [cols
/// / group, group, group]: rounding column j of a group to w[j] - e subtracts e * follow[g, j, k] from column
/// k > j; zero for k <= j. A group that reaches beyond the columns is rounded without it.
void quantize_rows_following(const WeightLayout& layout, std::span<const float> rows, const float* follow,
                             std::byte* data, float* scales);

/// For one group: `inputs` [T, n] float32, what the layer's columns were multiplied with -> `follow` [n, n].
/// `damping` times the mean of the diagonal is added to it: more means less trust in the inputs'
/// correlations. n is 64 or 128. Inputs that are all zero give zeros. Pure; scratch memory of its own.
void follow_from_inputs(const float* inputs, std::int64_t T, std::int64_t n, double damping, float* follow);

/// Row `row` of a weight in any format, as float32 [cols]. For tests, perplexity reports and embedding
/// look-ups.
void dequantize_row(const WeightLayout& layout, const void* data, const float* scales, std::int64_t row,
                    std::span<float> out);

/// float32 <-> bfloat16, round to nearest even; NaN stays NaN.
std::uint16_t bf16_from_float(float value);
inline float float_from_bf16(std::uint16_t bits) {
    return __builtin_bit_cast(float, static_cast<std::uint32_t>(bits) << 16);
}
float float_from_f16(std::uint16_t bits);
/// A run of little-endian bfloat16 at an even address -> `out`, one float each.
void floats_from_bf16(std::span<const std::byte> bytes, float* out);

}  // namespace sidewinder::kernels
