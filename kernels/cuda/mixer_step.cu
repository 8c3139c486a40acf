#include "kernels/cuda/activations.cuh"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/refuse.h"

/// One block a head. Eight warps keep its state of 64 x 128 float32 in registers: warp w has rows 8 w .. 8 w
/// + 7, lane l columns 4 l .. 4 l + 3, so that a row is one 512-byte load and B and C are one 16-byte load a
/// token. All that does not depend on the tokens is loaded before the wait for in_proj.
namespace sidewinder::kernels::cuda {
namespace {

constexpr int kHeaddim = 64;
constexpr int kState = 128;
constexpr int kStateWarps = 8;
constexpr int kRows = kHeaddim / kStateWarps;     // of the state, a warp
constexpr int kChannels = 2 * kState + kHeaddim;  // of conv1d, a block: one a thread
constexpr int kThreads = kChannels + kWarp;       // the last warp: dt, z and the head's arrival
constexpr int kFlight = 8;                        // tokens whose loads are under way at once
static_assert(kShortTokens <= kWarp, "a lane of the last warp for each token");

struct Step {
    int T;
    int d_inner, n_heads, n_groups;
    MixerWeights w;
    LayerState state;
    const float* zxbcdt;
    float* y;
    float* head_squares;
    std::int32_t* arrivals;
};

/// What the block's threads hand each other for one token.
struct Token {
    alignas(16) float B[kState];  // these three after conv1d and SiLU, in the order of the threads
    float C[kState];
    float x[kHeaddim];
    float z[kHeaddim];
    float y[kHeaddim];  // state C
    float dt, decay;
};

/// The head's own weights, out of the way of the registers.
struct Head {
    float norm_weight[kHeaddim];
    float dt_bias, A, D;
    int last_of_group;
};

/// One channel of the causal convolution, and its last four raw columns.
struct Channel {
    float4 weight;
    float4 columns;
    float bias;

    __device__ __forceinline__ void load(const Step& p, int c) {
        columns = reinterpret_cast<const float4*>(p.state.conv)[c];
        weight = reinterpret_cast<const float4*>(p.w.conv_weight)[c];
        bias = p.w.conv_bias[c];
    }
    __device__ __forceinline__ float next(float raw) {
        columns = float4{columns.y, columns.z, columns.w, raw};
        float v = fmaf(weight.x, columns.x, bias);
        v = fmaf(weight.y, columns.y, v);
        v = fmaf(weight.z, columns.z, v);
        v = fmaf(weight.w, columns.w, v);
        return silu_fast(v);
    }
    __device__ __forceinline__ void store(const Step& p, int c) const {
        reinterpret_cast<float4*>(p.state.conv)[c] = columns;
    }
};

/// conv1d over the run. `raw`: the channel at token 0, before conv1d; tokens are `width` apart.
__device__ __forceinline__ void convolve(int T, const float* raw, std::int64_t width, Channel& channel,
                                         Token* tokens) {
    for (int first = 0; first < T; first += kFlight) {
        float in[kFlight];
#pragma unroll
        for (int i = 0; i < kFlight; ++i) {
            in[i] = first + i < T ? *raw : 0.0f;
            raw += width;
        }
#pragma unroll
        for (int i = 0; i < kFlight; ++i) {
            if (first + i >= T) break;
            tokens[first + i].B[threadIdx.x] = channel.next(in[i]);  // or C or x behind it
        }
    }
}

/// v[i] summed over the warp for kCount values at once: at each level a lane keeps half of them and gives the
/// other half away. Lane l ends with value l / (32 / kCount). Which numbers are added does not depend on
/// kCount.
template <int kCount>
__device__ __forceinline__ float sum_many(float (&v)[kCount]) {
    const int lane = threadIdx.x % kWarp;
    int count = kCount;
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) {
        if (count == 1) {
            v[0] += __shfl_xor_sync(kAllLanes, v[0], mask);
            continue;
        }
        count /= 2;
        const bool upper = (lane & mask) != 0;
#pragma unroll
        for (int i = 0; i < kCount / 2; ++i) {
            if (i >= count) break;
            const float give = upper ? v[i] : v[i + count];
            const float keep = upper ? v[i + count] : v[i];
            v[i] = keep + __shfl_xor_sync(kAllLanes, give, mask);
        }
    }
    return v[0];
}

/// state = state * decay + (B dt) x, sums[row] = this lane's part of state C.
__device__ __forceinline__ void update(const Token& token, float4 (&state)[kRows], float* sums) {
    const int lane = threadIdx.x % kWarp;
    const int row = static_cast<int>(threadIdx.x) / kWarp * kRows;
    const float4 b = *reinterpret_cast<const float4*>(token.B + 4 * lane);
    const float4 c = *reinterpret_cast<const float4*>(token.C + 4 * lane);
    const float dt = token.dt;
    const float decay = token.decay;
    const float4 dtb{b.x * dt, b.y * dt, b.z * dt, b.w * dt};
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
        const float x = token.x[row + r];
        state[r].x = fmaf(state[r].x, decay, dtb.x * x);
        state[r].y = fmaf(state[r].y, decay, dtb.y * x);
        state[r].z = fmaf(state[r].z, decay, dtb.z * x);
        state[r].w = fmaf(state[r].w, decay, dtb.w * x);
        sums[r] = fmaf(state[r].w, c.w, fmaf(state[r].z, c.z, fmaf(state[r].y, c.y, state[r].x * c.x)));
    }
}

/// Moves the state on by kTokens tokens and hands out their sums.
template <int kTokens>
__device__ __forceinline__ void advance(Token* tokens, float4 (&state)[kRows]) {
    const int lane = threadIdx.x % kWarp;
    float sums[kTokens * kRows];
#pragma unroll
    for (int t = 0; t < kTokens; ++t) update(tokens[t], state, sums + t * kRows);
    constexpr int kLanes = kWarp / (kTokens * kRows);  // that end with the same sum
    const float sum = sum_many(sums);
    const int which = lane / kLanes;
    const int row = static_cast<int>(threadIdx.x) / kWarp * kRows + which % kRows;
    if (lane % kLanes == 0) tokens[which / kRows].y[row] = sum;
}

/// Copies by the last warp, in two groups: what is there before the step, and what in_proj has written.
__device__ __forceinline__ void copy_head(const Step& p, int head, Head* to) {
    const int lane = threadIdx.x % kWarp;
    const float* weight = p.w.norm_weight + head * kHeaddim + lane;
    cp_async_4(to->norm_weight + lane, weight);
    cp_async_4(to->norm_weight + lane + kWarp, weight + kWarp);
    if (lane == 0) cp_async_4(&to->dt_bias, p.w.dt_bias + head);
    if (lane == 1) cp_async_4(&to->A, p.w.A + head);
    if (lane == 2) cp_async_4(&to->D, p.w.D + head);
    cp_async_commit();
}
__device__ __forceinline__ void copy_z(const Step& p, int head, std::int64_t width, Token* tokens) {
    const int lane = threadIdx.x % kWarp;
    const float* z = p.zxbcdt + head * kHeaddim + lane;
    for (int t = 0; t < p.T; ++t, z += width) {
        cp_async_4(tokens[t].z + lane, z);
        cp_async_4(tokens[t].z + lane + kWarp, z + kWarp);
    }
    cp_async_commit();
}

/// A lane of the last warp for each token; `in` is its dt as in_proj gave it. Waits for the first of
/// copy_head's and copy_z's groups.
__device__ __forceinline__ void time_step(int T, float in, const Head& head, Token* tokens) {
    const int lane = threadIdx.x % kWarp;
    cp_async_wait<1>();
    __syncwarp();
    if (lane >= T) return;
    const float dt = softplus(in + head.dt_bias);
    tokens[lane].dt = dt;
    tokens[lane].decay = expf(dt * head.A);
}

/// The epilogue of one token by one warp; a lane has channels lane and lane + 32.
__device__ __forceinline__ void finish(const Head& head, const Token& token, float* y, float* square) {
    const int lane = threadIdx.x % kWarp;
    float u[2];
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        const int c = lane + i * kWarp;
        u[i] = fmaf(head.D, token.x[c], token.y[c]) * silu_fast(token.z[c]);
        y[c] = u[i] * head.norm_weight[c];
    }
    const float sum = warp_sum(fmaf(u[1], u[1], u[0] * u[0]));
    if (lane == 0) *square = sum;
}

/// Channel of conv1d, among conv_dim, that this thread computes.
__device__ __forceinline__ int channel_of(const Step& p, int head, int group) {
    const int tid = static_cast<int>(threadIdx.x);
    if (tid >= 2 * kState) return head * kHeaddim + tid - 2 * kState;
    return p.d_inner + (tid / kState * p.n_groups + group) * kState + tid % kState;
}

/// As if two blocks were to share a multiprocessor (80 registers): a block of in_proj or out_proj is beside.
__global__ void __launch_bounds__(kThreads, 2) mixer_step_kernel(Step p) {
    const int tid = static_cast<int>(threadIdx.x);
    const int warp = tid / kWarp;
    const int head = static_cast<int>(blockIdx.x);
    const int heads_in_group = p.n_heads / p.n_groups;
    const int group = head / heads_in_group;
    const int c = channel_of(p, head, group);
    auto* tokens = reinterpret_cast<Token*>(dynamic_smem());
    auto* own = reinterpret_cast<Head*>(tokens + p.T);

    // What no kernel since the last token's mixer_step has written.
    auto* state_at = reinterpret_cast<float4*>(p.state.ssm) +
                     (static_cast<std::int64_t>(head) * kHeaddim + warp * kRows) * (kState / 4) + tid % kWarp;
    float4 state[kRows];
    Channel channel;
    if (warp < kStateWarps) {
#pragma unroll
        for (int r = 0; r < kRows; ++r) state[r] = state_at[r * kWarp];
    }
    if (tid < kChannels) {
        channel.load(p, c);
    } else {
        copy_head(p, head, own);
    }

    // What follows, out_proj, first reads nothing but its weights, and it is these that should be on their
    // way while this kernel keeps memory idle.
    launch_dependents_before_wait();
    wait_prior_grid();

    const std::int64_t width = 2 * p.d_inner + 2 * p.n_groups * kState + p.n_heads;
    if (tid < kChannels) {
        convolve(p.T, p.zxbcdt + p.d_inner + c, width, channel, tokens);
        if (tid >= 2 * kState) channel.store(p, c);
    } else {
        const int t = tid - kChannels;
        const float dt = t < p.T ? p.zxbcdt[(t + 1) * width - p.n_heads + head] : 0.0f;
        copy_z(p, head, width, tokens);
        time_step(p.T, dt, *own, tokens);
    }
    __syncthreads();

    // Every thread has read its old column of B or C: its values are in `tokens`. The group's last head to
    // say so may overwrite them. No fence: those loads are over, and the writes wait for this answer.
    int arrived = 0;
    if (tid == kChannels) arrived = atomicAdd(p.arrivals + group, 1);

    if (warp < kStateWarps) {
        int t = 0;
        for (; t + 1 < p.T; t += 2) advance<2>(tokens + t, state);
        if (t < p.T) advance<1>(tokens + t, state);
    } else {
        cp_async_wait<0>();
    }
    __syncthreads();

    if (warp < kStateWarps) {
        for (int t = warp; t < p.T; t += kStateWarps) {
            finish(*own, tokens[t], p.y + static_cast<std::int64_t>(t) * p.d_inner + head * kHeaddim,
                   p.head_squares + t * p.n_heads + head);
        }
#pragma unroll
        for (int r = 0; r < kRows; ++r) state_at[r * kWarp] = state[r];  // last: sums must not queue behind
    }
    if (tid == kChannels) {
        own->last_of_group = arrived == heads_in_group - 1;
        if (own->last_of_group) p.arrivals[group] = 0;
    }
    __syncthreads();
    if (own->last_of_group && tid < 2 * kState) channel.store(p, c);
}

}  // namespace

void mixer_step(const Context& context, const Dims& dims, const MixerWeights& weights,
                const LayerState& state, const float* zxbcdt, std::int64_t T, float* y, float* head_squares,
                std::int32_t* arrivals) {
    if (T < 1 || T > kShortTokens || !has_fast_kernels(dims)) {
        refuse("The mixer's step was asked for " + std::to_string(T) + " tokens, heads of " +
               std::to_string(dims.headdim) + " and a state of " + std::to_string(dims.d_state));
    }
    Step p{};
    p.T = static_cast<int>(T);
    p.d_inner = static_cast<int>(dims.d_inner);
    p.n_heads = static_cast<int>(dims.n_heads);
    p.n_groups = static_cast<int>(dims.n_groups);
    p.w = weights;
    p.state = state;
    p.zxbcdt = zxbcdt;
    p.y = y;
    p.head_squares = head_squares;
    p.arrivals = arrivals;
    const LaunchShape shape{.grid = dim3(static_cast<unsigned>(dims.n_heads)),
                            .block = dim3(kThreads),
                            .smem = static_cast<std::size_t>(T) * sizeof(Token) + sizeof(Head),
                            .overlap = true};
    launch(context, "mixer_step", shape, mixer_step_kernel, p);
}

}  // namespace sidewinder::kernels::cuda
