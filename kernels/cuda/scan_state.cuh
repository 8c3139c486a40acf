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
/// are.
template <int Q>
__device__ __forceinline__ void from_state(float (&Y)[Q / 16][2][4], const float (&S)[kTiles][4],
                                           const char* c, const Steps<Q>& steps, const LaneSpot& at) {
#pragma unroll
    for (int k = 0; k < kTiles / 2; ++k) {
        const float(&low)[4] = S[2 * k];
        const float(&high)[4] = S[2 * k + 1];
        const std::uint32_t b[2][2] = {
            {pack_f16_saturated(low[0], low[1]), pack_f16_saturated(high[0], high[1])},
            {pack_f16_saturated(low[2], low[3]), pack_f16_saturated(high[2], high[3])}};
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

/// Y += scores x, the blocks on and below the diagonal.
template <int Q>
__device__ __forceinline__ void from_chunk(float (&Y)[Q / 16][2][4], const std::uint32_t (&x)[Q / 16][4],
                                           const char* scores, const LaneSpot& at) {
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
#pragma unroll
        for (int k = 0; k <= m; ++k) {
            const uint4 a =
                *reinterpret_cast<const uint4*>(scores + (m * (m + 1) / 2 + k) * 512 + at.lane * 16);
            mma_f16(Y[m][0], a.x, a.y, a.z, a.w, x[k][0], x[k][1]);
            mma_f16(Y[m][1], a.x, a.y, a.z, a.w, x[k][2], x[k][3]);
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

/// S = exp(cs_Q) S + (to_end x)^T B, in units of `grow` on the way.
template <int Q>
__device__ __forceinline__ void advance(float (&S)[kTiles][4], const std::uint32_t (&x)[Q / 16][4],
                                        const char* b, const Steps<Q>& steps, const LaneSpot& at) {
    const float shrink = steps.shrink;
    const float grow = steps.grow;
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
#pragma unroll
        for (int e = 0; e < 4; ++e) S[n][e] *= shrink;
    }
#pragma unroll
    for (int k = 0; k < Q / 16; ++k) {
        const auto* weights = reinterpret_cast<const __half2*>(steps.to_end) + (k * 16 + at.pair) / 2;
        const __half2 early = weights[0];
        const __half2 late = weights[4];
        // x's fragments for the other product, columns 0..7 and 8..15, are those of x^T in another order.
        const std::uint32_t a[4] = {times(x[k][0], early), times(x[k][2], early), times(x[k][1], late),
                                    times(x[k][3], late)};
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

/// u = Y * gate into the gate's place, bfloat16; its squares, summed over this warp's columns, into
/// `squares`.
template <int Q>
__device__ __forceinline__ void apply_gate(const float (&Y)[Q / 16][2][4], char* gate, float* squares,
                                           const LaneSpot& at) {
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            const int row = m * 16 + half * 8 + at.group;
            float sum = 0.0f;
#pragma unroll
            for (int p = 0; p < 2; ++p) {
                char* pair = gate + narrow_piece(row, 2 * at.warp + p) + at.pair * 2;
                const float2 g = __half22float2(*reinterpret_cast<const __half2*>(pair));
                const float u0 = Y[m][p][2 * half] * g.x;
                const float u1 = Y[m][p][2 * half + 1] * g.y;
                sum = fmaf(u0, u0, fmaf(u1, u1, sum));
                *reinterpret_cast<std::uint32_t*>(pair) = pack_bf16(u0, u1);
            }
            sum += __shfl_xor_sync(kAllLanes, sum, 1);
            sum += __shfl_xor_sync(kAllLanes, sum, 2);
            if (at.lane % 4 == 0) squares[at.warp * Q + row] = sum;
        }
    }
}

/// This warp's 16 columns of u to y, 16 bytes a lane.
template <int Q>
__device__ __forceinline__ void write_y(const Arguments& args, const char* u, int chunk, int head,
                                        const LaneSpot& at) {
    const int piece = 2 * at.warp + at.lane % 2;
    const std::int64_t first = static_cast<std::int64_t>(chunk) * Q + at.lane / 2;
    const int rows =
        static_cast<int>(args.T - first < Q ? args.T - first : Q);  // to come, from this lane's first
    __nv_bfloat16* to = args.y + first * args.d_inner + head * kHeadDim + piece * 8;
#pragma unroll
    for (int i = 0; i < Q / 16; ++i) {
        if (i * 16 < rows) {
            *reinterpret_cast<uint4*>(to) =
                *reinterpret_cast<const uint4*>(u + narrow_piece(i * 16 + at.lane / 2, piece));
        }
        to += 16 * args.d_inner;
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
        std::uint32_t x[Q / 16][4];
#pragma unroll
        for (int k = 0; k < Q / 16; ++k) {
            ldmatrix_x4_trans(x[k],
                              smem + L::x(chunk) + narrow_piece(k * 16 + lane % 16, 2 * at.warp + lane / 16));
        }
        from_chunk<Q>(Y, x, smem + L::scores(chunk), at);
        char* gate = smem + L::gate(chunk);
        apply_gate<Q>(Y, gate, reinterpret_cast<float*>(smem + L::squares(chunk)), at);
        advance<Q>(S, x, smem + L::b(chunk), steps, at);
        __syncwarp();  // u goes out in other lanes than it came in
        write_y<Q>(args, gate, chunk, head, at);
        block_barrier(kThreads);
    }
    store_state(state_address(args, head, at), S);
}

}  // namespace sidewinder::kernels::cuda::scan
