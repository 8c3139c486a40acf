#pragma once

#include "kernels/cuda/scan_gate.cuh"
#include "kernels/cuda/scan_tiles.cuh"

/// scan_chunk's prepare warps: what of a chunk needs no state.
namespace sidewinder::kernels::cuda::scan {

/// Half blocks of the scores that a warp decays at the most: warp, warp + 8, ..
template <int Q>
inline constexpr int kShare = (GroupPart<Q>::kHalfBlocks + kPrepareWarps - 1) / kPrepareWarps;

/// This lane's values of C B^T in the warp's share of a chunk.
template <int Q>
__device__ __forceinline__ void load_scores(uint4 (&raw)[kShare<Q>], const Arguments& args, int chunk,
                                            int group, int warp, int lane) {
    using Part = GroupPart<Q>;
    const char* from = args.work.group_part<Q>(chunk, group) + Part::kScores + lane * 16;
#pragma unroll
    for (int i = 0; i < kShare<Q>; ++i) {
        const int half = warp + i * kPrepareWarps;
        if (half < Part::kHalfBlocks) raw[i] = load_once(from + half * Part::kHalfBlockBytes);
    }
}

/// Two scores of row i, columns j and j + 1, times exp(cs_i - cs_j) dt_j; in a block on the diagonal not
/// those above it, and the skip D x_i rides on it. `log2_in`: the columns'.
template <bool kDiagonal>
__device__ __forceinline__ std::uint32_t decayed(std::uint32_t left, std::uint32_t right, float log2_decay,
                                                 float2 log2_in, int i, int j, float D) {
    const float v0 = __uint_as_float(left) * exp2_approx(log2_decay + log2_in.x);
    const float v1 = __uint_as_float(right) * exp2_approx(log2_decay + log2_in.y);
    if constexpr (!kDiagonal) return pack_f16_saturated(v0, v1);
    return pack_f16_saturated(j < i ? v0 : (j == i ? v0 + D : 0.0f),
                              j + 1 < i ? v1 : (j + 1 == i ? v1 + D : 0.0f));
}
template <bool kDiagonal>
__device__ __forceinline__ uint2 decayed(uint4 raw, float upper, float lower, float2 log2_in, int i, int j,
                                         float D) {
    return {decayed<kDiagonal>(raw.x, raw.y, upper, log2_in, i, j, D),
            decayed<kDiagonal>(raw.z, raw.w, lower, log2_in, i + 8, j, D)};
}

/// The decayed scores of a chunk, written as A fragments of the product with x.
template <int Q>
__device__ __forceinline__ void scores(char* smem, int chunk, float D, const uint4 (&raw)[kShare<Q>],
                                       int warp, int lane) {
    const Steps<Q>& steps = steps_of<Q>(smem, chunk);
#pragma unroll
    for (int n = 0; n < kShare<Q>; ++n) {
        const int half = warp + n * kPrepareWarps;
        if (half >= GroupPart<Q>::kHalfBlocks) break;
        const BlockSpot at = block_spot(half / 2);
        const int i = at.row * 16 + lane / 4;
        const int j = at.column * 16 + half % 2 * 8 + lane % 4 * 2;
        const float2 log2_in = *reinterpret_cast<const float2*>(&steps.log2_in[j]);
        const float upper = steps.log2_decay[i];
        const float lower = steps.log2_decay[i + 8];
        const uint2 a = at.row == at.column ? decayed<true>(raw[n], upper, lower, log2_in, i, j, D)
                                            : decayed<false>(raw[n], upper, lower, log2_in, i, j, D);
        *reinterpret_cast<uint2*>(smem + Layout<Q>::scores(chunk) + half * kScoresHalf + lane * 8) = a;
    }
}

/// A lane's two x channels.
struct ConvChannels {
    float4 taps[2];
    float bias[2];
};

/// Conv1d and SiLU of x: a lane two channels, a warp Q / 8 tokens.
template <int Q>
__device__ __forceinline__ void convolve_x(const Arguments& args, char* smem, int chunk, int head,
                                           const ConvChannels& own, int warp, int lane) {
    using L = Layout<Q>;
    constexpr int kTokens = Q / kPrepareWarps;
    const char* raw = smem + L::raw(chunk) + warp * kTokens * 128 + lane * 4;
    float c[4][2];  // a ring: column of token i in c[(i + 3) % 4]
    if (chunk == 0 && warp == 0) {
#pragma unroll
        for (int e = 0; e < 2; ++e) {
            const float4 columns = args.conv_state[static_cast<std::int64_t>(head) * kHeadDim + 2 * lane + e];
            c[0][e] = columns.y;
            c[1][e] = columns.z;
            c[2][e] = columns.w;
        }
    } else {
#pragma unroll
        for (int k = 0; k < 3; ++k) {
            const auto pair = *reinterpret_cast<const std::uint32_t*>(raw + k * 128);
            c[k][0] = low_bf16(pair);
            c[k][1] = high_bf16(pair);
        }
    }
#pragma unroll
    for (int i = 0; i < kTokens; ++i) {
        const auto pair = *reinterpret_cast<const std::uint32_t*>(raw + (i + 3) * 128);
        c[(i + 3) % 4][0] = low_bf16(pair);
        c[(i + 3) % 4][1] = high_bf16(pair);
        float v[2];
#pragma unroll
        for (int e = 0; e < 2; ++e) {
            v[e] = conv_4(own.taps[e], own.bias[e], c[i % 4][e], c[(i + 1) % 4][e], c[(i + 2) % 4][e],
                          c[(i + 3) % 4][e]);
        }
        const int at = narrow_piece(warp * kTokens + i, lane / 4) + lane % 4 * 4;
        *reinterpret_cast<std::uint32_t*>(smem + L::x(chunk) + at) =
            pack_f16_saturated(silu(v[0]), silu(v[1]));
    }
}

/// The prepare warps' walk over the sequence.
template <int Q, bool kNorms>
__device__ __forceinline__ void prepare(const Arguments& args, char* smem, int head, int thread) {
    const int warp = thread / kWarp;
    const int lane = thread % kWarp;
    const int group = head / args.heads_per_group;
    const float D = args.D[head];
    ConvChannels own;
#pragma unroll
    for (int e = 0; e < 2; ++e) {
        const std::int64_t channel = static_cast<std::int64_t>(head) * kHeadDim + 2 * lane + e;
        own.taps[e] = args.taps[channel];
        own.bias[e] = args.conv_bias[channel];
    }
    uint4 raw[kShare<Q>] = {};  // scores of the next chunk, on their way a step ahead
    load_scores<Q>(raw, args, 0, group, warp, lane);
    Gate<Q, kNorms> gate(args, head, thread);
    // Two warps share a scheduler: one is at the exponentials while the other is at the sums.
    const bool gates_first = warp >= kPrepareWarps / 2;
#pragma unroll 1
    for (int chunk = -2; chunk < args.chunks; ++chunk) {
        const int next = chunk + 1;
        if (gates_first) gate.step(smem, chunk);
        if (next >= 0 && next < args.chunks) {
            scores<Q>(smem, next, D, raw, warp, lane);
            if (next + 1 < args.chunks) load_scores<Q>(raw, args, next + 1, group, warp, lane);
            convolve_x<Q>(args, smem, next, head, own, warp, lane);
        }
        if (!gates_first) gate.step(smem, chunk);
        end_step<Q>();
    }
    gate.step(smem, args.chunks);
#pragma unroll 1
    for (int i = 0; i < kDrain<kNorms>; ++i) {
        end_step<Q>();
        gate.step(smem, args.chunks + 1 + i);
    }
    if (thread < kHeadDim) {
        const std::int64_t channel = static_cast<std::int64_t>(head) * kHeadDim + thread;
        advance_conv_state(args.conv_state + channel, args.zxbc + args.d_inner + channel, args.stride,
                           args.T);
    }
}

}  // namespace sidewinder::kernels::cuda::scan
