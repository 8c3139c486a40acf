#include <cmath>
#include <string>
#include <vector>

#include "kernels/cpu/simd.h"
#include "kernels/error.h"
#include "kernels/quant.h"

namespace sidewinder::kernels {
namespace {

/// R upper triangular with H = R R^T, in place: Cholesky from the last column on.
void factor_from_the_end(std::vector<double>& h, std::size_t n) {
    for (std::size_t j = n; j-- > 0;) {
        const double pivot = std::sqrt(h[j * n + j]);
        for (std::size_t i = 0; i <= j; ++i) h[i * n + j] /= pivot;
        for (std::size_t i = 0; i < j; ++i) {
            const double factor = h[i * n + j];
            for (std::size_t k = i; k < j; ++k) h[i * n + k] -= factor * h[k * n + j];
        }
    }
}

/// Row j of the inverse of an upper triangular R.
void inverse_row(const std::vector<double>& r, std::size_t n, std::size_t j, std::vector<double>& row) {
    for (std::size_t k = j; k < n; ++k) {
        double sum = k == j ? 1.0 : 0.0;
        for (std::size_t i = j; i < k; ++i) sum -= row[i] * r[i * n + k];
        row[k] = sum / r[k * n + k];
    }
}

}  // namespace

void quantize_rows_following(const WeightLayout& layout, std::span<const float> rows, const float* follow,
                             std::byte* data, float* scales) {
    if (layout.format != WeightFormat::Int4 || (layout.group != 64 && layout.group != 128) ||
        layout.cols <= 0 || rows.size() % static_cast<std::size_t>(layout.cols) != 0) {
        throw Error(Error::Kind::Internal, "quantize_rows_following was asked for " +
                                               std::string(name_of(layout.format)) + " with groups of " +
                                               std::to_string(layout.group) + "; please report this.");
    }
    const std::int64_t whole = layout.cols / layout.group;
    const auto count = static_cast<std::int64_t>(rows.size()) / layout.cols;
    if (whole * layout.group < layout.cols) quantize_rows(layout, rows, data, scales);
    for (std::int64_t g = 0; g < whole; ++g)
        cpu::quantize_following_group(layout, rows.data(), count, g, follow + g * layout.group * layout.group,
                                      data, scales);
}

// The inverse Hessian's upper factor U (H^-1 = U^T U) is R^-1 where H = R R^T; follow[j, k] = U[j, k] / U[j,
// j].
void follow_from_inputs(const float* inputs, std::int64_t T, std::int64_t n, double damping, float* follow) {
    const auto size = static_cast<std::size_t>(n);
    std::vector<float> sums(size * size);
    cpu::gram_matrix(inputs, T, n, sums.data());
    std::vector<double> h(sums.begin(), sums.end());
    double mean = 0;
    for (std::size_t i = 0; i < size; ++i) mean += h[i * size + i] / static_cast<double>(n);
    std::fill(follow, follow + n * n, 0.0f);
    if (!(mean > 0) || !std::isfinite(mean)) return;
    for (std::size_t i = 0; i < size; ++i) h[i * size + i] += damping * mean;
    factor_from_the_end(h, size);
    std::vector<double> row(size);
    for (std::size_t j = 0; j < size; ++j) {
        inverse_row(h, size, j, row);
        for (std::size_t k = j + 1; k < size; ++k) follow[j * size + k] = static_cast<float>(row[k] / row[j]);
    }
}

}  // namespace sidewinder::kernels
