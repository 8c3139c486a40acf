#pragma once

#include "kernels/cuda/group_mma.cuh"
#include "kernels/cuda/scan_norm.cuh"
#include "kernels/cuda/scan_tiles.cuh"

/// scan_chunk's state warps: each keeps 16 rows of the state in its registers, float32, as mma accumulators:
/// S[n] is the tile of columns 8 n .. 8 n + 7.
namespace sidewinder::kernels::cuda::scan {

inline constexpr int kTiles = kStateDim / 8;

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

/// The float16 copy that the out warps read.
__device__ __forceinline__ void leave_copy(char* copy, const float (&S)[kTiles][4], const LaneSpot& at) {
    const int row = at.warp * 16 + at.group;
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
        *reinterpret_cast<std::uint32_t*>(copy + wide_piece<kHeadDim>(row, n) + at.pair * 2) =
            pack_f16_saturated(S[n][0], S[n][1]);
        *reinterpret_cast<std::uint32_t*>(copy + wide_piece<kHeadDim>(row + 8, n) + at.pair * 2) =
            pack_f16_saturated(S[n][2], S[n][3]);
    }
}

__device__ __forceinline__ std::uint32_t times(std::uint32_t pair, __half2 weight) {
    __half2 v;
    memcpy(static_cast<void*>(&v), &pair, sizeof v);
    v = __hmul2(v, weight);
    memcpy(&pair, &v, sizeof pair);
    return pair;
}

inline constexpr int kParts = 4;                        // of the state's columns
inline constexpr int kPartTiles = kTiles / kParts / 2;  // of 16 columns

/// B's tiles for a part of the state's columns and 16 tokens.
template <int Q>
__device__ __forceinline__ void load_part(std::uint32_t (&tiles)[kPartTiles][4], const char* b, int k,
                                          int part, const LaneSpot& at) {
#pragma unroll
    for (int i = 0; i < kPartTiles; ++i) {
        const int piece = 2 * (part * kPartTiles + i) + at.lane / 16;
        ldmatrix_x4_trans(tiles[i], b + wide_piece<Q>(k * 16 + at.lane % 16, piece));
    }
}

/// x^T times its weights, as A fragments: x's fragments as B are those of x^T as A in another order.
template <int Q>
__device__ __forceinline__ void load_weighted(std::uint32_t (&a)[4], const char* x_tile,
                                              const Steps<Q>& steps, int k, const LaneSpot& at) {
    const auto* weights = reinterpret_cast<const __half2*>(steps.to_end) + (k * 16 + at.pair) / 2;
    const __half2 early = weights[0];
    const __half2 late = weights[4];
    std::uint32_t x[4];
    load_x(x, x_tile, k, at);
    a[0] = times(x[0], early);
    a[1] = times(x[2], early);
    a[2] = times(x[1], late);
    a[3] = times(x[3], late);
}

__device__ __forceinline__ void scale(float (&S)[kTiles][4], float by) {
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
#pragma unroll
        for (int e = 0; e < 4; ++e) S[n][e] *= by;
    }
}

/// S += (to_end x)^T B by the group of warps.
template <int Q>
__device__ __forceinline__ void add_by_group(float (&S)[kTiles][4], const char* x_tile, const char* b,
                                             const Steps<Q>& steps, const LaneSpot& at) {
#pragma unroll
    for (int k = 0; k < Q / 16; k += 2) {  // with all four, registers spill
        std::uint32_t a[2][4];
        load_weighted<Q>(a[0], x_tile, steps, k, at);
        load_weighted<Q>(a[1], x_tile, steps, k + 1, at);
        group_mma_begin(S, a);
        multiply_rows(S, a[0], b + k * 2048, Q * 128, at.lane);
        multiply_rows(S, a[1], b + (k + 1) * 2048, Q * 128, at.lane);
        group_mma_end(S, a);
    }
}

/// The same by each warp for itself; the next tiles are on their way during each product.
template <int Q>
__device__ __forceinline__ void add_by_warp(float (&S)[kTiles][4], const char* x_tile, const char* b,
                                            const Steps<Q>& steps, const LaneSpot& at) {
    std::uint32_t tiles[2][kPartTiles][4];
    load_part<Q>(tiles[0], b, 0, 0, at);
#pragma unroll 1  // all at once, and registers spill
    for (int k = 0; k < Q / 16; ++k) {
        std::uint32_t a[4];
        load_weighted<Q>(a, x_tile, steps, k, at);
#pragma unroll
        for (int part = 0; part < kParts; ++part) {
            const int next = k * kParts + part + 1;
            if (next < Q / 16 * kParts) load_part<Q>(tiles[next % 2], b, next / kParts, next % kParts, at);
#pragma unroll
            for (int i = 0; i < kPartTiles; ++i) {
                const int n = 2 * (part * kPartTiles + i);
                const std::uint32_t(&tile)[4] = tiles[part % 2][i];
                mma_f16(S[n], a[0], a[1], a[2], a[3], tile[0], tile[1]);
                mma_f16(S[n + 1], a[0], a[1], a[2], a[3], tile[2], tile[3]);
            }
        }
    }
}

/// S = exp(cs_Q) S + (to_end x)^T B, in units of `grow` on the way.
template <int Q>
__device__ __forceinline__ void advance(float (&S)[kTiles][4], const char* x_tile, const char* b,
                                        const Steps<Q>& steps, const LaneSpot& at) {
    scale(S, steps.shrink);
    if constexpr (kByRows<Q>) {
        add_by_group<Q>(S, x_tile, b, steps, at);
    } else {
        add_by_warp<Q>(S, x_tile, b, steps, at);
    }
    scale(S, steps.grow);
}

/// The state warps' walk over the sequence.
template <int Q, bool kNorms>
__device__ __forceinline__ void walk(const Arguments& args, char* smem, int head, int thread) {
    using L = Layout<Q>;
    const int lane = thread % kWarp;
    const LaneSpot at{thread / kWarp, lane, lane / 4, lane % 4 * 2};
    float S[kTiles][4];
    load_state(S, state_address(args, head, at));
#pragma unroll 1
    for (int chunk = -2; chunk < args.chunks; ++chunk) {
        if (kNorms) tell(args, chunk - 2, head, at);
        if (chunk >= 0) advance<Q>(S, smem + L::x(chunk), smem + L::b(chunk), steps_of<Q>(smem, chunk), at);
        if (kNorms) await(args, chunk - 2, head, at);
        end_step<Q>([&] {
            if (chunk >= -1) leave_copy(smem + L::state(chunk + 1), S, at);
        });
    }
    store_state(state_address(args, head, at), S);
#pragma unroll 1
    for (int i = 0; i < kDrain<kNorms>; ++i) {
        tell(args, args.chunks + i - 2, head, at);
        await(args, args.chunks + i - 2, head, at);
        end_step<Q>();
    }
}

}  // namespace sidewinder::kernels::cuda::scan
