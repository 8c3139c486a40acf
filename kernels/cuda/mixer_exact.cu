#include "kernels/cuda/activations.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/refuse.h"

/// The mixer's equations (kernels/cpu/reference.h) one after the other, for any shape and any T: the oracle
/// of the fast kernels over long runs, and what serves shapes that they do not.
namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kScanThreads = 512;

struct ExactMixer {
    std::int64_t d_inner, n_heads, headdim, n_groups, d_state, d_conv, conv_dim, width, dt_first, T;
    float eps;
    MixerWeights w;
    LayerState state;
    const float* zxbcdt;
    float* xbc;
    float* y;
    bool state_in_smem;
};

/// Channel c before conv1d at token t; the last d_conv tokens before the run are in the state.
__device__ __forceinline__ float before_conv(const ExactMixer& p, std::int64_t c, std::int64_t t) {
    return t >= 0 ? p.zxbcdt[t * p.width + p.d_inner + c] : p.state.conv[c * p.d_conv + p.d_conv + t];
}

/// Grid (T, channels / kThreads).
__global__ void __launch_bounds__(kThreads) exact_conv(ExactMixer p) {
    const std::int64_t t = blockIdx.x;
    const std::int64_t c = static_cast<std::int64_t>(blockIdx.y) * kThreads + threadIdx.x;
    if (c >= p.conv_dim) return;
    float v = p.w.conv_bias[c];
    for (std::int64_t k = 0; k < p.d_conv; ++k) {
        v = fmaf(p.w.conv_weight[c * p.d_conv + k], before_conv(p, c, t - (p.d_conv - 1) + k), v);
    }
    p.xbc[t * p.conv_dim + c] = silu_exact(v);
}

/// After exact_conv: the state's columns become those of the run's last tokens. In place: column k comes from
/// a later one.
__global__ void __launch_bounds__(kThreads) exact_conv_state(ExactMixer p) {
    const std::int64_t c = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
    if (c >= p.conv_dim) return;
    for (std::int64_t k = 0; k < p.d_conv; ++k) {
        p.state.conv[c * p.d_conv + k] = before_conv(p, c, p.T - p.d_conv + k);
    }
}

/// One token for the rows of the head's state that this warp owns.
__device__ void exact_scan_token(const ExactMixer& p, std::int64_t h, std::int64_t t, float* state) {
    const int lane = threadIdx.x % kWarp;
    const float dt = softplus(p.zxbcdt[t * p.width + p.dt_first + h] + p.w.dt_bias[h]);
    const float decay = expf(dt * p.w.A[h]);
    const float* x = p.xbc + t * p.conv_dim + h * p.headdim;
    const float* B = p.xbc + t * p.conv_dim + p.d_inner + h / (p.n_heads / p.n_groups) * p.d_state;
    const float* C = B + p.n_groups * p.d_state;
    for (std::int64_t row = threadIdx.x / kWarp; row < p.headdim; row += kScanThreads / kWarp) {
        float* s = state + row * p.d_state;
        float sum = 0.0f;
        for (std::int64_t n = lane; n < p.d_state; n += kWarp) {
            const float v = fmaf(s[n], decay, B[n] * dt * x[row]);
            s[n] = v;
            sum = fmaf(v, C[n], sum);
        }
        sum = warp_sum(sum);
        if (lane == 0) p.y[t * p.d_inner + h * p.headdim + row] = fmaf(p.w.D[h], x[row], sum);
    }
}

/// One block a head. A lane alone touches its elements of the state, so no barrier is needed.
__global__ void __launch_bounds__(kScanThreads) exact_scan(ExactMixer p) {
    const std::int64_t h = blockIdx.x;
    const int lane = threadIdx.x % kWarp;
    float* global = p.state.ssm + h * p.headdim * p.d_state;
    float* state = p.state_in_smem ? reinterpret_cast<float*>(dynamic_smem()) : global;
    const auto each_own = [&](const float* from, float* to) {
        for (std::int64_t row = threadIdx.x / kWarp; row < p.headdim; row += kScanThreads / kWarp) {
            for (std::int64_t n = row * p.d_state + lane; n < (row + 1) * p.d_state; n += kWarp) {
                to[n] = from[n];
            }
        }
    };
    if (p.state_in_smem) each_own(global, state);
    for (std::int64_t t = 0; t < p.T; ++t) exact_scan_token(p, h, t, state);
    if (p.state_in_smem) each_own(state, global);
}

/// Grid (T, n_groups): y = rms_norm(y * silu(z)) over the group's channels.
__global__ void __launch_bounds__(kThreads) exact_gated_norm(ExactMixer p) {
    __shared__ float partial[kThreads / kWarp];
    const std::int64_t t = blockIdx.x;
    const std::int64_t size = p.d_inner / p.n_groups;
    const std::int64_t first = blockIdx.y * size;
    const float* z = p.zxbcdt + t * p.width + first;
    float* y = p.y + t * p.d_inner + first;
    float squares = 0.0f;
    for (std::int64_t c = threadIdx.x; c < size; c += kThreads) {
        const float u = y[c] * silu_exact(z[c]);
        y[c] = u;
        squares = fmaf(u, u, squares);
    }
    const float r = rsqrtf(block_sum(squares, partial) / static_cast<float>(size) + p.eps);
    for (std::int64_t c = threadIdx.x; c < size; c += kThreads) y[c] = y[c] * r * p.w.norm_weight[first + c];
}

ExactMixer params_of(const Dims& dims) {
    ExactMixer p{};
    p.d_inner = dims.d_inner;
    p.n_heads = dims.n_heads;
    p.headdim = dims.headdim;
    p.n_groups = dims.n_groups;
    p.d_state = dims.d_state;
    p.d_conv = dims.d_conv;
    p.conv_dim = dims.conv_dim();
    p.width = dims.in_proj_rows();
    p.dt_first = dims.zxbc_rows();
    p.eps = dims.norm_eps;
    return p;
}

}  // namespace

void mixer_exact(const Context& context, const Dims& dims, const MixerWeights& weights,
                 const LayerState& state, const float* zxbcdt, std::int64_t T, float* xbc, float* y) {
    if (T < 1 || dims.n_groups < 1 || dims.n_heads % dims.n_groups != 0 ||
        dims.d_inner != dims.n_heads * dims.headdim) {
        refuse("The exact mixer was asked for " + std::to_string(T) + " tokens of " +
               std::to_string(dims.n_heads) + " heads in " + std::to_string(dims.n_groups) + " groups");
    }
    ExactMixer p = params_of(dims);
    p.T = T;
    p.w = weights;
    p.state = state;
    p.zxbcdt = zxbcdt;
    p.xbc = xbc;
    p.y = y;
    const std::size_t head_bytes = static_cast<std::size_t>(dims.headdim * dims.d_state) * sizeof(float);
    p.state_in_smem = head_bytes <= context.device->shared_per_block;
    const auto tokens = static_cast<unsigned>(T);
    const auto channel_blocks = static_cast<unsigned>((p.conv_dim + kThreads - 1) / kThreads);
    launch(context, "exact_conv", {.grid = dim3(tokens, channel_blocks), .block = dim3(kThreads)}, exact_conv,
           p);
    launch(context, "exact_conv_state", {.grid = dim3(channel_blocks), .block = dim3(kThreads)},
           exact_conv_state, p);
    launch(context, "exact_scan",
           {.grid = dim3(static_cast<unsigned>(dims.n_heads)),
            .block = dim3(kScanThreads),
            .smem = p.state_in_smem ? head_bytes : 0},
           exact_scan, p);
    launch(context, "exact_gated_norm",
           {.grid = dim3(tokens, static_cast<unsigned>(dims.n_groups)), .block = dim3(kThreads)},
           exact_gated_norm, p);
}

}  // namespace sidewinder::kernels::cuda
