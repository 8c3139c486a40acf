#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

/// The sampler's arithmetic, for the host and for CUDA device code: the same operations in the same order,
/// each rounded by itself (never contracted into a multiply-add), so that both draw the same token.
#ifdef __CUDACC__
#define SIDEWINDER_ANYWHERE __host__ __device__
#else
#define SIDEWINDER_ANYWHERE
#endif

namespace sidewinder::kernels {

SIDEWINDER_ANYWHERE inline double rounded_product(double a, double b) {
#ifdef __CUDA_ARCH__
    return __dmul_rn(a, b);
#else
    return a * b;
#endif
}

SIDEWINDER_ANYWHERE inline double rounded_sum(double a, double b) {
#ifdef __CUDA_ARCH__
    return __dadd_rn(a, b);
#else
    return a + b;
#endif
}

SIDEWINDER_ANYWHERE inline double double_of_bits(std::uint64_t bits) {
#ifdef __CUDA_ARCH__
    return __longlong_as_double(static_cast<long long>(bits));
#else
    return std::bit_cast<double>(bits);
#endif
}

/// 1 / 0!, 1 / 1!, ... each a quotient of the one before.
constexpr std::array<double, 14> inverse_factorials() {
    std::array<double, 14> table{1};
    for (std::size_t k = 1; k < table.size(); ++k) table[k] = table[k - 1] / static_cast<double>(k);
    return table;
}

/// exp(x) for x <= 0 by + and * alone, in a fixed order: libm's differs in the last bit from machine to
/// machine. Cody-Waite reduction, Taylor to the 13th power on |r| <= ln(2) / 2: relative error below 1e-15.
SIDEWINDER_ANYWHERE inline double portable_exp(double x) {
    constexpr double kLowest = -50;  // 2e-22 of the likeliest: far below the steps of `uniform`
    if (x < kLowest) return 0;
    constexpr double kLog2e = 1.4426950408889634, kLn2High = 6.93147180369123816490e-01,
                     kLn2Low = 1.90821492927058770002e-10;
    constexpr std::array<double, 14> kInverseFactorial = inverse_factorials();
    const auto n = static_cast<std::int64_t>(rounded_sum(rounded_product(x, kLog2e), -0.5));
    const auto whole = static_cast<double>(n);
    const double high = rounded_sum(x, -rounded_product(whole, kLn2High));
    const double r = rounded_sum(high, -rounded_product(whole, kLn2Low));
    const double square = rounded_product(r, r);
    // Even and odd powers apart: two short chains instead of one long one.
    double even = 0, odd = 0;
#ifdef __CUDA_ARCH__
#pragma unroll
#endif
    for (std::size_t k = kInverseFactorial.size(); k > 0; k -= 2) {
        odd = rounded_sum(rounded_product(odd, square), kInverseFactorial[k - 1]);
        even = rounded_sum(rounded_product(even, square), kInverseFactorial[k - 2]);
    }
    const double power = double_of_bits(static_cast<std::uint64_t>(n + 1023) << 52);
    return rounded_product(rounded_sum(even, rounded_product(r, odd)), power);
}

/// exp((logit - best) / temperature): how likely a token is beside the likeliest, whose weight is 1.
SIDEWINDER_ANYWHERE inline double sampling_weight(float logit, float best, float temperature) {
    return portable_exp((static_cast<double>(logit) - static_cast<double>(best)) /
                        static_cast<double>(temperature));
}

/// Uniform in [0, 1): a hash of seed and position (splitmix64's finaliser, Steele et al. 2014, applied
/// twice).
SIDEWINDER_ANYWHERE inline double uniform(std::uint64_t seed, std::uint64_t position) {
    const auto mix = [](std::uint64_t z) {
        z += 0x9E3779B97F4A7C15ull;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    };
    return static_cast<double>(mix(mix(seed) ^ position) >> 11) * 0x1p-53;
}

/// Tokens that weigh less cannot be among the likeliest that reach top_p: all of them together weigh less
/// than 1 - top_p.
SIDEWINDER_ANYWHERE inline double negligible_weight(float top_p, double sum, std::int64_t candidates) {
    return rounded_product(0.5 * (1 - static_cast<double>(top_p)), sum) / static_cast<double>(candidates);
}

}  // namespace sidewinder::kernels
