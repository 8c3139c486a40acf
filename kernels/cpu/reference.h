#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <vector>

#include "kernels/tensor.h"

/// The block's equations in plain float64, one place each: what every backend is tested against. Nothing here
/// is fast. Source: state-spaces/mamba, modules/mamba2.py and ops/triton (see each function).
namespace sidewinder::kernels::reference {

using Row = std::vector<double>;

inline double silu(double v) {
    return v / (1.0 + std::exp(-v));
}
inline double softplus(double v) {
    return v <= 20.0 ? std::log1p(std::exp(v)) : v;
}  // selective_state_update.py

/// x * rsqrt(mean(x^2) + eps) * weight  (layer_norm.py)
inline Row rms_norm(std::span<const double> x, std::span<const float> weight, double eps) {
    double sum = 0.0;
    for (const double v : x) sum += v * v;
    const double r = 1.0 / std::sqrt(sum / static_cast<double>(x.size()) + eps);
    Row out(x.size());
    for (std::size_t i = 0; i < x.size(); ++i) out[i] = x[i] * r * static_cast<double>(weight[i]);
    return out;
}

/// weight: [rows, x.size()], any format, host memory.
inline Row linear(const WeightView& weight, std::span<const double> x) {
    Row out(static_cast<std::size_t>(weight.layout.rows));
    std::vector<float> row(x.size());
    for (std::int64_t r = 0; r < weight.layout.rows; ++r) {
        dequantize_row(weight.layout, weight.data, weight.scales, r, row);
        double sum = 0.0;
        for (std::size_t c = 0; c < row.size(); ++c) sum += static_cast<double>(row[c]) * x[c];
        out[static_cast<std::size_t>(r)] = sum;
    }
    return out;
}

struct State {
    Row conv;  ///< [conv_dim, d_conv], oldest first
    Row ssm;   ///< [n_heads, headdim, d_state]
    explicit State(const Dims& dims)
        : conv(static_cast<std::size_t>(dims.conv_state_size())),
          ssm(static_cast<std::size_t>(dims.ssm_state_size())) {}
};

/// v[c] = bias[c] + sum_k w[c, k] * column[c, t - (d_conv - 1) + k], then SiLU  (causal_conv1d_update.cu)
inline Row conv_step(const Dims& dims, const MixerWeights& w, State& state, const double* xbc) {
    const std::int64_t K = dims.d_conv;
    Row out(static_cast<std::size_t>(dims.conv_dim()));
    for (std::int64_t c = 0; c < dims.conv_dim(); ++c) {
        double* columns = state.conv.data() + c * K;
        std::rotate(columns, columns + 1, columns + K);
        columns[K - 1] = xbc[c];
        double v = static_cast<double>(w.conv_bias[c]);
        for (std::int64_t k = 0; k < K; ++k) v += static_cast<double>(w.conv_weight[c * K + k]) * columns[k];
        out[static_cast<std::size_t>(c)] = silu(v);
    }
    return out;
}

/// state = state * exp(dt A) + (B dt) x;  y = state C + D x  (selective_state_update.py)
inline Row scan_step(const Dims& dims, const MixerWeights& w, State& state, const Row& xbc,
                     const double* dt_raw) {
    const std::int64_t N = dims.d_state, P = dims.headdim, heads_per_group = dims.n_heads / dims.n_groups;
    Row y(static_cast<std::size_t>(dims.d_inner));
    for (std::int64_t h = 0; h < dims.n_heads; ++h) {
        const double dt = softplus(dt_raw[h] + static_cast<double>(w.dt_bias[h]));
        const double decay = std::exp(dt * static_cast<double>(w.A[h]));
        const double* B = xbc.data() + dims.d_inner + h / heads_per_group * N;
        const double* C = B + dims.n_groups * N;
        for (std::int64_t p = h * P; p < (h + 1) * P; ++p) {
            double* s = state.ssm.data() + p * N;
            const double x = xbc[static_cast<std::size_t>(p)];
            double sum = 0.0;
            for (std::int64_t n = 0; n < N; ++n) {
                s[n] = s[n] * decay + B[n] * dt * x;
                sum += s[n] * C[n];
            }
            y[static_cast<std::size_t>(p)] = sum + static_cast<double>(w.D[h]) * x;
        }
    }
    return y;
}

/// u = y * silu(z), then RMSNorm over each group of d_inner / n_groups  (layernorm_gated.py, gate first)
inline void gated_norm(const Dims& dims, const MixerWeights& w, const double* z, Row& y) {
    const std::int64_t group = dims.d_inner / dims.n_groups;
    for (std::int64_t g = 0; g < dims.n_groups; ++g) {
        const auto first = static_cast<std::size_t>(g * group);
        const auto size = static_cast<std::size_t>(group);
        for (std::size_t j = first; j < first + size; ++j) y[j] *= silu(z[j]);
        const Row out = rms_norm({y.data() + first, size}, {w.norm_weight + first, size},
                                 static_cast<double>(dims.norm_eps));
        std::copy(out.begin(), out.end(), y.begin() + static_cast<std::ptrdiff_t>(first));
    }
}

/// One token: zxbcdt [in_proj_rows] -> y [d_inner]; `state` moves on.
inline Row mixer_step(const Dims& dims, const MixerWeights& w, State& state, const double* zxbcdt) {
    const Row xbc = conv_step(dims, w, state, zxbcdt + dims.d_inner);
    Row y = scan_step(dims, w, state, xbc, zxbcdt + dims.zxbc_rows());
    gated_norm(dims, w, zxbcdt, y);
    return y;
}

}  // namespace sidewinder::kernels::reference
