#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/group_ptx.cuh"
#include "kernels/cuda/scan_pieces.cuh"

/// What the three sorts of warps of scan_chunk share: arguments and shared memory.
///
/// A block walks the sequence for one head in chunks of Q tokens. With a_i = dt_i A, cs_i = a_1 + .. + a_i in
/// a chunk,
///     y_i = exp(cs_i) C_i S^T + sum_{j <= i} (C_i B_j) exp(cs_i - cs_j) dt_j x_j + D x_i
///     S   = exp(cs_Q) S + sum_j exp(cs_Q - cs_j) dt_j x_j B_j^T            S [headdim, d_state]
/// conv_bc has done B, C, the products C_i B_j, which a group's heads share, and the time steps. In step c
/// the out warps do y of chunk c from the state before it, of which the state warps left a float16 copy,
/// while these take the state past chunk c and leave the next copy; the prepare warps do conv1d of x and the
/// decay of chunk c + 1, and gate and write chunk c - 1. The out warps also copy the tiles of chunk c + 2 in.
/// One barrier a step. With kNorms the group norm is part of it: see scan_norm.cuh. Source:
/// state-spaces/mamba, modules/ssd_minimal.py.
namespace sidewinder::kernels::cuda::scan {

inline constexpr int kHeadDim = 64;  // rows of the state in one block
inline constexpr int kPrepareWarps = 8;
inline constexpr int kOutWarps = kHeadDim / 16;    // each 16 columns of y
inline constexpr int kStateWarps = kHeadDim / 16;  // each 16 rows of the state, in its registers
inline constexpr int kPrepareThreads = kPrepareWarps * kWarp;
inline constexpr int kOutThreads = kOutWarps * kWarp;
inline constexpr int kStateThreads = kStateWarps * kWarp;
inline constexpr int kThreads = (kPrepareWarps + kOutWarps + kStateWarps) * kWarp;

struct Arguments {
    const __nv_bfloat16* zxbc;  // [T, stride]
    std::int64_t stride;
    WorkView work;
    const float4* taps;
    const float* conv_bias;
    const float* D;
    float4* conv_state;
    float* ssm;
    __nv_bfloat16* y;     // [T, d_inner]
    float* head_squares;  // [T, n_heads]
    const float* norm_weight;
    float eps;
    std::int64_t d_inner;
    int T;  // mixer_chunk bounds it
    int n_heads;
    int heads_per_group;
    int chunks;
};

/// Bytes of half a block of the decayed scores, and of a whole one.
inline constexpr int kScoresHalf = 16 * 8 * 2;
inline constexpr int kScoresBlock = 2 * kScoresHalf;

/// Where the tiles lie in shared memory, bytes. B, C: float16 [Q, 128]; raw: bfloat16 [3 + Q, 64]; x, y:
/// float16 [Q, 64]; scores: float16 16x16 blocks on and below the diagonal, decayed, as operand fragments in
/// halves as those of GroupPart; state: float16 [64, 128].
template <int Q>
struct Layout {
    static constexpr int kTile = GroupPart<Q>::kTile;
    static constexpr int kRaw = (Q + 3) * kHeadDim * 2;
    static constexpr int kState = kHeadDim * kStateDim * 2;
    static constexpr int kX = Q * kHeadDim * 2;
    static constexpr int kScores = GroupPart<Q>::kBlocks * kScoresBlock;

    static constexpr int b(int chunk) { return chunk % 3 * 2 * kTile; }
    static constexpr int c(int chunk) { return b(chunk) + kTile; }
    static constexpr int x(int chunk) { return 6 * kTile + chunk % 2 * kX; }
    /// Five where they fit: then gated values stay here until their group's rms is known.
    static constexpr int kOuts = Q == 64 ? 5 : 2;
    static constexpr int y(int chunk) { return x(0) + 2 * kX + chunk % kOuts * kX; }
    /// Two where they fit: then the next copy of the state is left while the last one is read.
    static constexpr int kCopies = Q == 64 ? 2 : 1;
    static constexpr int state(int chunk) { return x(0) + (2 + kOuts) * kX + chunk % kCopies * kState; }
    static constexpr int raw(int chunk) { return state(0) + kCopies * kState + chunk % 2 * kRaw; }
    static constexpr int scores(int chunk) { return raw(0) + 2 * kRaw + chunk % 2 * kScores; }
    static constexpr int steps(int chunk) {
        return scores(0) + 2 * kScores + chunk % 3 * static_cast<int>(sizeof(Steps<Q>));
    }
    /// 1 / rms of a chunk's tokens, float.
    static constexpr int kScales = Q == 64 ? 4 : 0;
    static constexpr int scales(int chunk) {
        return steps(0) + 3 * static_cast<int>(sizeof(Steps<Q>)) + chunk % 4 * Q * 4;
    }
    static constexpr int kBytes = scales(0) + kScales * Q * 4;
};

/// Do out warps take tokens, and are products those of a group of warps? Else out warps take columns.
template <int Q>
inline constexpr bool kByRows = Q == 64;

static_assert(Layout<64>::x(0) % 1024 == 0 && Layout<64>::state(0) % 1024 == 0, "see group_mma.cuh");
static_assert(Layout<64>::kBytes <= 227 * 1024, "compute capability 9.0");
static_assert(Layout<64>::steps(0) % 16 == 0 && Layout<32>::steps(0) % 16 == 0);
static_assert(Layout<32>::kBytes <= 99 * 1024, "compute capabilities 8.6, 8.9 and 12.0");

/// Steps from a chunk's own to that in which it is normed; and those behind the last chunk's.
inline constexpr int kLag = 4;
template <bool kNorms>
inline constexpr int kDrain = kNorms ? 3 : 0;

/// An out or state warp's place among its own, and row and column of this lane's first element of a tile.
struct LaneSpot {
    int warp;
    int lane;
    int group;  // lane / 4: the row within 8
    int pair;   // lane % 4 * 2: the column within 8
};

/// Fragments of 16 tokens' x, this warp's columns 0..7 and 8..15.
__device__ __forceinline__ void load_x(std::uint32_t (&x)[4], const char* tile, int k, const LaneSpot& at) {
    ldmatrix_x4_trans(x, tile + narrow_piece(k * 16 + at.lane % 16, 2 * at.warp + at.lane / 16));
}

/// The decayed scores of a 16x16 block on or below the diagonal, as A: left and right half.
struct ScoresBlock {
    uint2 left{0, 0};
    uint2 right{0, 0};

    __device__ __forceinline__ void load(const char* scores, int row, int column, const LaneSpot& at) {
        const char* from = scores + (row * (row + 1) / 2 + column) * kScoresBlock + at.lane * 8;
        left = *reinterpret_cast<const uint2*>(from);
        right = *reinterpret_cast<const uint2*>(from + kScoresHalf);
    }
};

/// The end of a step, where all warps meet; where there is one copy of the state, `leave` writes it between
/// two meetings.
template <int Q, class Leave>
__device__ __forceinline__ void end_step(const Leave& leave) {
    if constexpr (Layout<Q>::kCopies == 2) leave();
    if constexpr (kByRows<Q>) fence_for_group_mma();
    block_barrier(kThreads);
    if constexpr (Layout<Q>::kCopies == 1) {
        leave();
        block_barrier(kThreads);
    }
}
template <int Q>
__device__ __forceinline__ void end_step() {
    end_step<Q>([] {});
}

template <int Q>
__device__ __forceinline__ Steps<Q>& steps_of(char* smem, int chunk) {
    return *reinterpret_cast<Steps<Q>*>(smem + Layout<Q>::steps(chunk));
}

}  // namespace sidewinder::kernels::cuda::scan
