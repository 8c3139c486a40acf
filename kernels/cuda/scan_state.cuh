#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// scan_chunk's state warps: each keeps 16 rows of the state in its registers, float32, as mma accumulators:
/// S[n] is the tile of columns 8 n .. 8 n + 7.
namespace sidewinder::kernels::cuda::scan {

inline constexpr int kTiles = kStateDim / 8;

/// Row and column of this lane's first element of tile 0.
struct LaneSpot {
    int warp;  // of the state warps
    int lane;
    int group;  // lane / 4: the row within 8
    int pair;   // lane % 4 * 2: the column within 8
};

__device__ __forceinline__ float* state_address(const Arguments& args, int head, const LaneSpot& at) {
    const std::int64_t row = static_cast<std::int64_t>(head) * kHeadDim + at.warp * 16 + at.group;
    return args.ssm + row * kStateDim + at.pair;
}

__device__ __forceinline__ void load_state(float (&S)[kTiles][4], const float* from) {
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
        const float2 upper = *reinterpret_cast<const float2*>(from + 8 * n);
        const float2 lower = *reinterpret_cast<const float2*>(from + 8 * kStateDim + 8 * n);
        S[n][0] = upper.x;
        S[n][1] = upper.y;
        S[n][2] = lower.x;
        S[n][3] = lower.y;
    }
}

__device__ __forceinline__ void store_state(float* to, const float (&S)[kTiles][4]) {
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
        *reinterpret_cast<float2*>(to + 8 * n) = float2{S[n][0], S[n][1]};
        *reinterpret_cast<float2*>(to + 8 * kStateDim + 8 * n) = float2{S[n][2], S[n][3]};
    }
}

/// Y = diag(exp(cs)) C S^T. The state's accumulators, rounded to float16, are the B fragments of S^T as they
/// are. Leaves S shrunk for `advance`.
template <int Q>
__device__ __forceinline__ void from_state(float (&Y)[Q / 16][2][4], float (&S)[kTiles][4], const char* c,
                                           const Steps<Q>& steps, const LaneSpot& at) {
    const float shrink = steps.shrink;
#pragma unroll
    for (int k = 0; k < kTiles / 2; ++k) {
        float(&low)[4] = S[2 * k];
        float(&high)[4] = S[2 * k + 1];
        const std::uint32_t b[2][2] = {
            {pack_f16_saturated(low[0], low[1]), pack_f16_saturated(high[0], high[1])},
            {pack_f16_saturated(low[2], low[3]), pack_f16_saturated(high[2], high[3])}};
#pragma unroll
        for (int e = 0; e < 4; ++e) {
            low[e] *= shrink;
            high[e] *= shrink;
        }
#pragma unroll
        for (int m = 0; m < Q / 16; ++m) {
            std::uint32_t a[4];
            ldmatrix_x4(a, c + wide_piece(m * 16 + at.lane % 16, 2 * k + at.lane / 16));
            mma_f16(Y[m][0], a[0], a[1], a[2], a[3], b[0][0], b[0][1]);
            mma_f16(Y[m][1], a[0], a[1], a[2], a[3], b[1][0], b[1][1]);
        }
    }
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
        const float upper = steps.from_start[m * 16 + at.group];
        const float lower = steps.from_start[m * 16 + at.group + 8];
#pragma unroll
        for (int p = 0; p < 2; ++p) {
            Y[m][p][0] *= upper;
            Y[m][p][1] *= upper;
            Y[m][p][2] *= lower;
            Y[m][p][3] *= lower;
        }
    }
}

/// B fragments of 16 tokens' x, this warp's columns 0..7 and 8..15.
__device__ __forceinline__ void load_x(std::uint32_t (&x)[4], const char* tile, int k, const LaneSpot& at) {
    ldmatrix_x4_trans(x, tile + narrow_piece(k * 16 + at.lane % 16, 2 * at.warp + at.lane / 16));
}

/// Y += scores x, the blocks on and below the diagonal.
template <int Q>
__device__ __forceinline__ void from_chunk(float (&Y)[Q / 16][2][4], const char* x_tile, const char* scores,
                                           const LaneSpot& at) {
#pragma unroll
    for (int k = 0; k < Q / 16; ++k) {
        std::uint32_t x[4];
        load_x(x, x_tile, k, at);
#pragma unroll
        for (int m = k; m < Q / 16; ++m) {
            const uint4 a =
                *reinterpret_cast<const uint4*>(scores + (m * (m + 1) / 2 + k) * 512 + at.lane * 16);
            mma_f16(Y[m][0], a.x, a.y, a.z, a.w, x[0], x[1]);
            mma_f16(Y[m][1], a.x, a.y, a.z, a.w, x[2], x[3]);
        }
    }
}

__device__ __forceinline__ std::uint32_t times(std::uint32_t pair, __half2 weight) {
    __half2 v;
    memcpy(static_cast<void*>(&v), &pair, sizeof v);
    v = __hmul2(v, weight);
    memcpy(&pair, &v, sizeof pair);
    return pair;
}

/// S = grow (S + (to_end x)^T B) of the shrunk S: exp(cs_Q) of the old state and the chunk's part.
template <int Q>
__device__ __forceinline__ void advance(float (&S)[kTiles][4], const char* x_tile, const char* b,
                                        const Steps<Q>& steps, const LaneSpot& at) {
    const float grow = steps.grow;
#pragma unroll 2  // all of it at once, and registers spill
    for (int k = 0; k < Q / 16; ++k) {
        const auto* weights = reinterpret_cast<const __half2*>(steps.to_end) + (k * 16 + at.pair) / 2;
        const __half2 early = weights[0];
        const __half2 late = weights[4];
        // x's fragments as B, columns 0..7 and 8..15, are those of x^T as A in another order.
        std::uint32_t x[4];
        load_x(x, x_tile, k, at);
        const std::uint32_t a[4] = {times(x[0], early), times(x[2], early), times(x[1], late),
                                    times(x[3], late)};
#pragma unroll
        for (int n = 0; n < kTiles; n += 2) {
            std::uint32_t tile[4];
            ldmatrix_x4_trans(tile, b + wide_piece(k * 16 + at.lane % 16, n + at.lane / 16));
            mma_f16(S[n], a[0], a[1], a[2], a[3], tile[0], tile[1]);
            mma_f16(S[n + 1], a[0], a[1], a[2], a[3], tile[2], tile[3]);
        }
    }
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
#pragma unroll
        for (int e = 0; e < 4; ++e) S[n][e] *= grow;
    }
}

/// This warp's 16 columns of Y into shared memory, float16, for the prepare warps to gate.
template <int Q>
__device__ __forceinline__ void hand_over(const float (&Y)[Q / 16][2][4], char* y, const LaneSpot& at) {
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
#pragma unroll
            for (int p = 0; p < 2; ++p) {
                char* to = y + narrow_piece(m * 16 + half * 8 + at.group, 2 * at.warp + p) + at.pair * 2;
                *reinterpret_cast<std::uint32_t*>(to) =
                    pack_f16_saturated(Y[m][p][2 * half], Y[m][p][2 * half + 1]);
            }
        }
    }
}

/// The state warps' walk over the sequence.
template <int Q>
__device__ __forceinline__ void walk(const Arguments& args, char* smem, int head, int thread) {
    using L = Layout<Q>;
    const int lane = thread % kWarp;
    const LaneSpot at{thread / kWarp, lane, lane / 4, lane % 4 * 2};
    float S[kTiles][4];
    load_state(S, state_address(args, head, at));
    block_barrier(kThreads);
    block_barrier(kThreads);
#pragma unroll 1
    for (int chunk = 0; chunk < args.chunks; ++chunk) {
        const Steps<Q>& steps = steps_of<Q>(smem, chunk);
        float Y[Q / 16][2][4] = {};
        from_state<Q>(Y, S, smem + L::c(chunk), steps, at);
        from_chunk<Q>(Y, smem + L::x(chunk), smem + L::scores(chunk), at);
        hand_over<Q>(Y, smem + L::y(chunk), at);
        advance<Q>(S, smem + L::x(chunk), smem + L::b(chunk), steps, at);
        block_barrier(kThreads);
    }
    store_state(state_address(args, head, at), S);
}

}  // namespace sidewinder::kernels::cuda::scan
