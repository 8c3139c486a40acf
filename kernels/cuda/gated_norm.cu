#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/mixer_chunk.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;
constexpr int kTokens = 4;  // a warp's, of one group: the norm weights are read once for all of them
constexpr int kFlight = 2;  // 16-byte loads in flight of each of them, ahead of any store

struct NormArguments {
    __nv_bfloat16* y;           // [T, d_inner]
    const float* head_squares;  // [T, n_heads]
    const float* weight;        // [d_inner]
    std::int64_t T;
    std::int64_t d_inner;
    std::int64_t n_heads;
    std::int64_t n_groups;
    float eps;
};

/// 1 / rms of the group at token t, the same bits in every lane: heads in order over the lanes, then a tree.
__device__ __forceinline__ float inverse_rms(const NormArguments& args, std::int64_t t, std::int64_t group,
                                             int lane) {
    const std::int64_t heads = args.n_heads / args.n_groups;
    const float* squares = args.head_squares + t * args.n_heads + group * heads;
    float sum = 0.0f;
    for (std::int64_t h = lane; h < heads; h += kWarp) sum += squares[h];
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) sum += __shfl_xor_sync(kAllLanes, sum, mask);
    return rsqrtf(sum / static_cast<float>(args.d_inner / args.n_groups) + args.eps);
}

/// Channels c .. c + 7 of the tokens, and as many a warp's width further.
__device__ __forceinline__ void load(uint4 (&v)[kFlight][kTokens], const NormArguments& args,
                                     std::int64_t first, std::int64_t c, std::int64_t end) {
#pragma unroll
    for (int f = 0; f < kFlight; ++f) {
        const std::int64_t channel = c + f * 8 * kWarp;
#pragma unroll
        for (int i = 0; i < kTokens; ++i) {
            if (channel < end && first + i < args.T) {
                v[f][i] = *reinterpret_cast<const uint4*>(args.y + (first + i) * args.d_inner + channel);
            }
        }
    }
}

__device__ __forceinline__ void store(const uint4 (&v)[kFlight][kTokens], const NormArguments& args,
                                      const float (&r)[kTokens], std::int64_t first, std::int64_t c,
                                      std::int64_t end) {
#pragma unroll
    for (int f = 0; f < kFlight; ++f) {
        const std::int64_t channel = c + f * 8 * kWarp;
        if (channel >= end) break;
        const float4 w0 = *reinterpret_cast<const float4*>(args.weight + channel);
        const float4 w1 = *reinterpret_cast<const float4*>(args.weight + channel + 4);
#pragma unroll
        for (int i = 0; i < kTokens; ++i) {
            if (first + i >= args.T) continue;
            const uint4 in = v[f][i];
            const uint4 out{normed_pair(in.x, r[i], w0.x, w0.y), normed_pair(in.y, r[i], w0.z, w0.w),
                            normed_pair(in.z, r[i], w1.x, w1.y), normed_pair(in.w, r[i], w1.z, w1.w)};
            *reinterpret_cast<uint4*>(args.y + (first + i) * args.d_inner + channel) = out;
        }
    }
}

/// A warp: one group of four tokens. The last tokens come first: what the scan wrote last is still in L2.
__global__ void __launch_bounds__(kThreads) gated_norm_kernel(NormArguments args) {
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const std::int64_t unit =
        static_cast<std::int64_t>(blockIdx.x) * kWarps + static_cast<int>(threadIdx.x) / kWarp;
    const std::int64_t quads = (args.T + kTokens - 1) / kTokens;
    if (unit >= quads * args.n_groups) return;
    const std::int64_t group = unit % args.n_groups;
    const std::int64_t first = (quads - 1 - unit / args.n_groups) * kTokens;
    wait_prior_grid();
    launch_dependents();

    const std::int64_t size = args.d_inner / args.n_groups;
    const std::int64_t end = (group + 1) * size;
    std::int64_t c = group * size + 8 * lane;
    uint4 v[kFlight][kTokens];
    load(v, args, first, c, end);
    float r[kTokens];
#pragma unroll
    for (int i = 0; i < kTokens; ++i) {
        r[i] = inverse_rms(args, first + i < args.T ? first + i : args.T - 1, group, lane);
    }
    while (c < end) {
        store(v, args, r, first, c, end);
        c += kFlight * 8 * kWarp;
        load(v, args, first, c, end);
    }
}

}  // namespace

void gated_norm(const Context& context, const MixerChunkCall& call) {
    const Dims& dims = call.dims;
    const NormArguments args{call.y,        call.work.head_squares, call.weights.norm_weight,
                             call.T,        dims.d_inner,           dims.n_heads,
                             dims.n_groups, dims.norm_eps};
    const std::int64_t units = (call.T + kTokens - 1) / kTokens * dims.n_groups;
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>((units + kWarps - 1) / kWarps);
    shape.block.x = kThreads;
    shape.overlap = true;
    launch(context, "gated_norm", shape, gated_norm_kernel, args);
}

}  // namespace sidewinder::kernels::cuda
