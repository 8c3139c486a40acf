#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/mixer_chunk.h"
#include "kernels/cuda/scan_pieces.cuh"
#include "kernels/cuda/scan_time.cuh"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kWarps = 8;
constexpr int kThreads = kWarps * kWarp;
constexpr int kChannels = 4;  // a thread's, 8 bytes; a warp has all of B's or of C's

struct ConvArguments {
    const __nv_bfloat16* raw;  // [T, stride], first channel B
    std::int64_t stride;
    const float4* taps;  // from here on [2 * c_offset], but for what is said otherwise
    const float* bias;
    float4* state;
    const float* dt;       // [T, n_heads]
    const float* dt_bias;  // [n_heads]
    const float* A;        // [n_heads]
    scan::WorkView work;
    std::int64_t c_offset;
    int T;  // mixer_chunk bounds it
    int heads_per_group;
};

__device__ __forceinline__ void unpack(float (&out)[kChannels], uint2 v) {
    const std::uint32_t words[2] = {v.x, v.y};
#pragma unroll
    for (int i = 0; i < 2; ++i) {
        out[2 * i] = low_bf16(words[i]);
        out[2 * i + 1] = high_bf16(words[i]);
    }
}

/// A thread's channels of the tokens from its first one on; past the end the last token again: finite. Within
/// a chunk 32-bit offsets do: mixer_chunk bounds the row length.
struct RawRows {
    const __nv_bfloat16* first;
    int stride;
    int last;

    __device__ __forceinline__ uint2 load(int i) const {
        return *reinterpret_cast<const uint2*>(first + min(i, last) * stride);
    }
};

/// The three columns before the first token: from the state at the start, else raw.
__device__ __forceinline__ void load_halo(float (&c)[4][kChannels], const RawRows& rows, const float4* state,
                                          bool at_start) {
    if (at_start) {
#pragma unroll
        for (int i = 0; i < kChannels; ++i) {
            const float4 columns = state[i];
            c[0][i] = columns.y;
            c[1][i] = columns.z;
            c[2][i] = columns.w;
        }
    } else {
#pragma unroll
        for (int k = 0; k < 3; ++k) unpack(c[k], rows.load(k - 3));
    }
}

/// Conv1d and SiLU of a thread's channels, kTokens of them, into rows `row` and on of a tile in shared and in
/// device memory. In fours, the next four on their way.
template <int Q, int kTokens>
__device__ __forceinline__ void convolve(const ConvArguments& args, const RawRows& rows, std::int64_t channel,
                                         bool at_start, char* tile, char* out, int row, int lane) {
    float c[4][kChannels];  // a ring: the column of token i in c[(i + 3) % 4]
    load_halo(c, rows, args.state + channel, at_start);
    float4 taps[kChannels];
    float bias[kChannels];
#pragma unroll
    for (int i = 0; i < kChannels; ++i) {
        taps[i] = args.taps[channel + i];
        bias[i] = args.bias[channel + i];
    }
    uint2 raw[4];
#pragma unroll
    for (int i = 0; i < 4; ++i) raw[i] = rows.load(i);
#pragma unroll 1
    for (int four = 0; four < kTokens; four += 4) {
#pragma unroll
        for (int i = 0; i < 4; ++i) {
            unpack(c[(i + 3) % 4], raw[i]);
            raw[i] = rows.load(four + 4 + i);
            float v[kChannels];
#pragma unroll
            for (int n = 0; n < kChannels; ++n) {
                v[n] = conv_4(taps[n], bias[n], c[i % 4][n], c[(i + 1) % 4][n], c[(i + 2) % 4][n],
                              c[(i + 3) % 4][n]);
            }
            const uint2 words{pack_f16_saturated(silu(v[0]), silu(v[1])),
                              pack_f16_saturated(silu(v[2]), silu(v[3]))};
            const int to = scan::wide_piece<Q>(row + four + i, lane / 2) + lane % 2 * 8;
            *reinterpret_cast<uint2*>(tile + to) = words;
            *reinterpret_cast<uint2*>(out + to) = words;
        }
    }
}

/// One warp: a 16x16 block of C B^T.
template <int Q>
__device__ __forceinline__ void score_block(const char* tiles, char* out, int block, int lane) {
    using Part = scan::GroupPart<Q>;
    const scan::BlockSpot at = scan::block_spot(block);
    float sums[2][2][4] = {};  // even and odd k apart: shorter chains; columns 0..7, 8..15
#pragma unroll 4
    for (int k = 0; k < scan::kStateDim / 16; ++k) {
        std::uint32_t c[4], b[4];
        const int c_row = at.row * 16 + lane % 16;
        ldmatrix_x4(c, tiles + Part::kTile + scan::wide_piece<Q>(c_row, 2 * k + lane / 16));
        const int b_row = at.column * 16 + lane % 8 + lane / 16 * 8;
        ldmatrix_x4(b, tiles + scan::wide_piece<Q>(b_row, 2 * k + lane / 8 % 2));
        mma_f16(sums[k % 2][0], c[0], c[1], c[2], c[3], b[0], b[1]);
        mma_f16(sums[k % 2][1], c[0], c[1], c[2], c[3], b[2], b[3]);
    }
#pragma unroll
    for (int half = 0; half < 2; ++half) {
        const float(&even)[4] = sums[0][half];
        const float(&odd)[4] = sums[1][half];
        char* to = out + Part::kScores + (2 * block + half) * Part::kHalfBlockBytes + lane * 16;
        *reinterpret_cast<float4*>(to) =
            float4{even[0] + odd[0], even[1] + odd[1], even[2] + odd[2], even[3] + odd[3]};
    }
}

/// B, C and their products. The thread of a channel's first tokens also moves the channel's state on: it is
/// the only one that reads the old columns.
template <int Q>
__device__ __forceinline__ void convolve_and_multiply(const ConvArguments& args, int chunk, int group,
                                                      int warp, int lane) {
    using Part = scan::GroupPart<Q>;
    constexpr int kTokens = 2 * Q / kWarps;
    const int of_c = warp % 2;
    const int row = warp / 2 * kTokens;
    const std::int64_t channel = of_c * args.c_offset + group * scan::kStateDim + lane * kChannels;
    const int first = chunk * Q + row;
    char* tiles = dynamic_smem();
    char* out = args.work.group_part<Q>(chunk, group);

    const RawRows rows{args.raw + first * args.stride + channel, static_cast<int>(args.stride),
                       min(args.T - 1 - first, kTokens - 1)};
    const int tile = of_c * Part::kTile;
    convolve<Q, kTokens>(args, rows, channel, first == 0, tiles + tile, out + tile, row, lane);
    if (first == 0) {
#pragma unroll 1
        for (int i = 0; i < kChannels; ++i) {
            advance_conv_state(args.state + channel + i, args.raw + channel + i, args.stride, args.T);
        }
    }
    __syncthreads();
#pragma unroll 1
    for (int block = warp; block < Part::kBlocks; block += kWarps) score_block<Q>(tiles, out, block, lane);
}

/// A block: a chunk of a group. Those of the grid's second row do its heads' time steps, the others the rest.
template <int Q>
__global__ void __launch_bounds__(kThreads, 3) conv_bc_kernel(ConvArguments args) {
    const int warp = static_cast<int>(threadIdx.x) / kWarp;
    const int lane = static_cast<int>(threadIdx.x) % kWarp;
    const int chunk = static_cast<int>(blockIdx.x) / args.work.n_groups;
    const int group = static_cast<int>(blockIdx.x) % args.work.n_groups;
    wait_prior_grid();
    launch_dependents();
    if (blockIdx.y == 0) {
        convolve_and_multiply<Q>(args, chunk, group, warp, lane);
        return;
    }
    if (threadIdx.x == 0) *args.work.counter(chunk, group) = 0;
#pragma unroll 1
    for (int h = warp; h < args.heads_per_group; h += kWarps) {
        const int head = group * args.heads_per_group + h;
        const scan::TimeInput in{args.dt + head, args.work.n_heads, args.dt_bias[head], args.A[head], args.T};
        scan::time_steps<Q>(*args.work.steps<Q>(chunk, head), in, chunk, lane);
    }
}

template <int Q>
void launch_conv(const Context& context, const MixerChunkCall& call) {
    const Dims& dims = call.dims;
    const int chunks = static_cast<int>((call.T + Q - 1) / Q);
    ConvArguments args{};
    args.raw = call.zxbc + 2 * dims.d_inner;
    args.stride = dims.zxbc_rows();
    args.taps = reinterpret_cast<const float4*>(call.weights.conv_weight) + dims.d_inner;
    args.bias = call.weights.conv_bias + dims.d_inner;
    args.state = reinterpret_cast<float4*>(call.state.conv) + dims.d_inner;
    args.dt = call.dt;
    args.dt_bias = call.weights.dt_bias;
    args.A = call.weights.A;
    args.work = scan::work_view<Q>(call.work.tiles, chunks, static_cast<int>(dims.n_groups),
                                   static_cast<int>(dims.n_heads));
    args.c_offset = dims.n_groups * dims.d_state;
    args.T = static_cast<int>(call.T);
    args.heads_per_group = static_cast<int>(dims.n_heads / dims.n_groups);
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>(chunks * dims.n_groups);
    shape.grid.y = 2;
    shape.block.x = kThreads;
    shape.smem = static_cast<std::size_t>(2 * scan::GroupPart<Q>::kTile);
    shape.overlap = true;
    launch(context, "conv_bc", shape, conv_bc_kernel<Q>, args);
}

}  // namespace

void conv_bc(const Context& context, const MixerChunkCall& call) {
    if (scan_tokens(*context.device) == 64) {
        launch_conv<64>(context, call);
    } else {
        launch_conv<32>(context, call);
    }
}

}  // namespace sidewinder::kernels::cuda
