#pragma once

#include "kernels/cuda/scan_tiles.cuh"
#include "kernels/cuda/scan_time.cuh"

/// scan_chunk's prepare warps: what of a chunk needs no state.
namespace sidewinder::kernels::cuda::scan {

/// 16x16 blocks of C B^T on and below the diagonal that one warp works out: of one row, `count` from `first`
/// on.
struct ScoreShare {
    int row;
    int first;
    int count;
};
/// Ten blocks (Q = 64) or three (Q = 32) dealt to eight warps; the last, which also keeps the time, has one
/// or none.
template <int Q>
__device__ __forceinline__ ScoreShare score_share(int warp) {
    static_assert((Q == 64 || Q == 32) && kPrepareWarps == 8);
    if (Q == 64) {
        if (warp < 2) return {3, 2 * warp, 2};
        if (warp < 4) return {2, 2 * (warp - 2), 4 - warp};
        if (warp < 6) return {1, warp - 4, 1};
        return {0, 0, warp == 6 ? 1 : 0};
    }
    if (warp < 2) return {1, warp, 1};
    return {0, 0, warp == 2 ? 1 : 0};
}

/// exp(cs_i - cs_j) dt_j below the diagonal; the skip D x_i rides on the diagonal.
template <int Q>
__device__ __forceinline__ float decayed(float score, const Steps<Q>& steps, float log2_decay_i, int i, int j,
                                         float D) {
    const float decay = exp2_approx(fminf(log2_decay_i - steps.log2_decay[j], 0.0f));
    const float v = j <= i ? score * decay * steps.dt[j] : 0.0f;
    return i == j ? v + D : v;
}

/// Blocks of the decayed scores of a chunk, written as A fragments of the product with x.
template <int Q>
__device__ __forceinline__ void scores(char* smem, int chunk, float D, const ScoreShare& share, int lane) {
    using L = Layout<Q>;
    if (share.count == 0) return;
    const Steps<Q>& steps = steps_of<Q>(smem, chunk);
    const int i = share.row * 16 + lane / 4;
    const float decay_i[2] = {steps.log2_decay[i], steps.log2_decay[i + 8]};
#pragma unroll 1
    for (int block = share.first; block < share.first + share.count; ++block) {
        float sums[2][2][4] = {};  // even and odd k apart: shorter chains; columns 0..7, 8..15
#pragma unroll 4                   // all at once, and registers spill
        for (int k = 0; k < 8; ++k) {
            std::uint32_t c[4], b[4];
            ldmatrix_x4(c, smem + L::c(chunk) + wide_piece(share.row * 16 + lane % 16, 2 * k + lane / 16));
            const int row = block * 16 + lane % 8 + lane / 16 * 8;
            ldmatrix_x4(b, smem + L::b(chunk) + wide_piece(row, 2 * k + lane / 8 % 2));
            mma_f16(sums[k % 2][0], c[0], c[1], c[2], c[3], b[0], b[1]);
            mma_f16(sums[k % 2][1], c[0], c[1], c[2], c[3], b[2], b[3]);
        }
        std::uint32_t a[4];
#pragma unroll
        for (int r = 0; r < 4; ++r) {  // a[r]: rows i + r % 2 * 8, columns j and j + 1
            const int j = block * 16 + r / 2 * 8 + lane % 4 * 2;
            float v[2];
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                const int at = r % 2 * 2 + e;
                v[e] = decayed<Q>(sums[0][r / 2][at] + sums[1][r / 2][at], steps, decay_i[r % 2],
                                  i + r % 2 * 8, j + e, D);
            }
            a[r] = pack_f16_saturated(v[0], v[1]);
        }
        const int to = share.row * (share.row + 1) / 2 + block;
        *reinterpret_cast<uint4*>(smem + L::scores(chunk) + to * 512 + lane * 16) =
            uint4{a[0], a[1], a[2], a[3]};
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
        silu_pair(v[0], v[1]);
        const int at = narrow_piece(warp * kTokens + i, lane / 4) + lane % 4 * 4;
        *reinterpret_cast<std::uint32_t*>(smem + L::x(chunk) + at) = pack_f16_saturated(v[0], v[1]);
    }
}

/// A thread's share of a chunk's z, in 16-byte pieces.
template <int Q>
inline constexpr int kPieces = Q * 8 / kPrepareThreads;
template <int Q>
__device__ __forceinline__ void load_z(uint4 (&z)[kPieces<Q>], const Arguments& args, int chunk, int head,
                                       int thread) {
    const __nv_bfloat16* from = args.zxbc + head * kHeadDim + thread % 8 * 8;
#pragma unroll
    for (int i = 0; i < kPieces<Q>; ++i) {
        const std::int64_t t = static_cast<std::int64_t>(chunk) * Q + thread / 8 + i * (kPrepareThreads / 8);
        z[i] = load_once(from + (t < args.T ? t : args.T - 1) * args.stride);
    }
}

/// u = y silu(z), bfloat16, of two channels; adds the squares.
__device__ __forceinline__ std::uint32_t gated_pair(std::uint32_t y, std::uint32_t z, float& squares) {
    __half2 halves;
    memcpy(static_cast<void*>(&halves), &y, sizeof halves);
    const float2 scan = __half22float2(halves);
    float gate[2] = {low_bf16(z), high_bf16(z)};
    silu_pair(gate[0], gate[1]);
    const float u0 = scan.x * gate[0];
    const float u1 = scan.y * gate[1];
    squares = fmaf(u0, u0, fmaf(u1, u1, squares));
    return pack_bf16(u0, u1);
}

/// Gates a finished chunk's scan and writes it; eight lanes a token.
template <int Q>
__device__ __forceinline__ void write_gated(const Arguments& args, const char* smem, int chunk,
                                            const uint4 (&z)[kPieces<Q>], int head, int thread) {
    const std::int64_t first = static_cast<std::int64_t>(chunk) * Q + thread / 8;
#pragma unroll
    for (int i = 0; i < kPieces<Q>; ++i) {
        constexpr int kRows = kPrepareThreads / 8;
        const uint4 y = *reinterpret_cast<const uint4*>(smem + Layout<Q>::y(chunk) +
                                                        narrow_piece(thread / 8 + i * kRows, thread % 8));
        float squares = 0.0f;
        const uint4 u{gated_pair(y.x, z[i].x, squares), gated_pair(y.y, z[i].y, squares),
                      gated_pair(y.z, z[i].z, squares), gated_pair(y.w, z[i].w, squares)};
#pragma unroll
        for (int mask = 1; mask < 8; mask *= 2) squares += __shfl_xor_sync(kAllLanes, squares, mask);
        const std::int64_t t = first + i * kRows;
        if (t >= args.T) continue;
        *reinterpret_cast<uint4*>(args.y + t * args.d_inner + head * kHeadDim + thread % 8 * 8) = u;
        if (thread % 8 == 0) args.head_squares[t * args.n_heads + head] = squares;
    }
}

/// The prepare warps' walk over the sequence.
template <int Q>
__device__ __forceinline__ void prepare(const Arguments& args, char* smem, int head, int thread) {
    const int warp = thread / kWarp;
    const int lane = thread % kWarp;
    const bool keeps_time = warp == kPrepareWarps - 1;
    float dt[Q / kWarp] = {};
    if (keeps_time) load_dt<Q>(dt, args, 0, head, lane);
    const float D = args.D[head];
    ConvChannels own;
#pragma unroll
    for (int e = 0; e < 2; ++e) {
        const std::int64_t channel = static_cast<std::int64_t>(head) * kHeadDim + 2 * lane + e;
        own.taps[e] = args.taps[channel];
        own.bias[e] = args.conv_bias[channel];
    }
    uint4 z[kPieces<Q>] = {};
    const auto gate = [&](int chunk) {
        if (chunk >= 1) write_gated<Q>(args, smem, chunk - 1, z, head, thread);
        if (chunk >= 0) load_z<Q>(z, args, chunk, head, thread);
    };
    // Two warps share a scheduler: one is at the exponentials while the other is at the products.
    const bool gates_first = warp >= kPrepareWarps / 2;
#pragma unroll 1
    for (int chunk = -2; chunk < args.chunks; ++chunk) {
        const int next = chunk + 1;
        if (gates_first) gate(chunk);
        const int after = chunk + 2;
        if (keeps_time && after < args.chunks) {
            time_steps<Q>(steps_of<Q>(smem, after), dt, args, after, head, lane);
            load_dt<Q>(dt, args, after + 1, head, lane);
        }
        if (next >= 0 && next < args.chunks) {
            scores<Q>(smem, next, D, score_share<Q>(warp), lane);
            convolve_x<Q>(args, smem, next, head, own, warp, lane);
        }
        if (!gates_first) gate(chunk);
        end_step<Q>();
    }
    write_gated<Q>(args, smem, args.chunks - 1, z, head, thread);
    if (thread < kHeadDim) {
        const std::int64_t channel = static_cast<std::int64_t>(head) * kHeadDim + thread;
        advance_conv_state(args.conv_state + channel, args.zxbc + args.d_inner + channel, args.stride,
                           args.T);
    }
}

}  // namespace sidewinder::kernels::cuda::scan
