#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/mixer_chunk.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;
constexpr int kTokens = 4;  // a warp's, of one group: the norm weights are read once for all of them

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

__device__ __forceinline__ std::uint32_t scaled(std::uint32_t pair, float r, float w0, float w1) {
    return pack_bf16(low_bf16(pair) * r * w0, high_bf16(pair) * r * w1);
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

    float r[kTokens];
#pragma unroll
    for (int i = 0; i < kTokens; ++i) {
        r[i] = inverse_rms(args, first + i < args.T ? first + i : args.T - 1, group, lane);
    }
    const std::int64_t size = args.d_inner / args.n_groups;
    for (std::int64_t c = group * size + 8 * lane; c < (group + 1) * size; c += 8 * kWarp) {
        uint4 v[kTokens];
#pragma unroll
        for (int i = 0; i < kTokens; ++i) {
            if (first + i < args.T)
                v[i] = *reinterpret_cast<const uint4*>(args.y + (first + i) * args.d_inner + c);
        }
        const float4 w0 = *reinterpret_cast<const float4*>(args.weight + c);
        const float4 w1 = *reinterpret_cast<const float4*>(args.weight + c + 4);
#pragma unroll
        for (int i = 0; i < kTokens; ++i) {
            if (first + i >= args.T) continue;
            const uint4 out{scaled(v[i].x, r[i], w0.x, w0.y), scaled(v[i].y, r[i], w0.z, w0.w),
                            scaled(v[i].z, r[i], w1.x, w1.y), scaled(v[i].w, r[i], w1.z, w1.w)};
            *reinterpret_cast<uint4*>(args.y + (first + i) * args.d_inner + c) = out;
        }
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
