#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// y of a chunk before the gate, each out warp 16 of its columns: for chunks of fewer than 64 tokens.
namespace sidewinder::kernels::cuda::scan {

/// Operands of 16 state columns: C's for every token, the state's for this warp's rows of it.
template <int Q>
struct StateOperands {
    std::uint32_t c[Q / 16][4];
    std::uint32_t s[4];  // B fragments of rows 0..7, then 8..15

    __device__ __forceinline__ void load(const char* c_tile, const char* state, int k, const LaneSpot& at) {
        ldmatrix_x4(s, state + wide_piece<kHeadDim>(at.warp * 16 + at.lane % 8 + at.lane / 16 * 8,
                                                    2 * k + at.lane / 8 % 2));
#pragma unroll
        for (int m = 0; m < Q / 16; ++m) {
            ldmatrix_x4(c[m], c_tile + wide_piece<Q>(m * 16 + at.lane % 16, 2 * k + at.lane / 16));
        }
    }
    __device__ __forceinline__ void multiply(float (&Y)[Q / 16][2][4]) const {
#pragma unroll
        for (int m = 0; m < Q / 16; ++m) {
            mma_f16(Y[m][0], c[m][0], c[m][1], c[m][2], c[m][3], s[0], s[1]);
            mma_f16(Y[m][1], c[m][0], c[m][1], c[m][2], c[m][3], s[2], s[3]);
        }
    }
};

/// Y = diag(exp(cs)) C S^T; the operands of the next product are on their way during each.
template <int Q>
__device__ __forceinline__ void from_state(float (&Y)[Q / 16][2][4], const char* state, const char* c,
                                           const Steps<Q>& steps, const LaneSpot& at) {
    StateOperands<Q> operands[2];
    operands[0].load(c, state, 0, at);
#pragma unroll
    for (int k = 0; k < kStateDim / 16; ++k) {
        if (k + 1 < kStateDim / 16) operands[(k + 1) % 2].load(c, state, k + 1, at);
        operands[k % 2].multiply(Y);
    }
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
        const float upper = exp2_approx(steps.log2_decay[m * 16 + at.group]);
        const float lower = exp2_approx(steps.log2_decay[m * 16 + at.group + 8]);
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
__device__ __forceinline__ void from_chunk(float (&Y)[Q / 16][2][4], const char* x_tile, const char* scores,
                                           const LaneSpot& at) {
#pragma unroll
    for (int k = 0; k < Q / 16; ++k) {
        std::uint32_t x[4];
        load_x(x, x_tile, k, at);
#pragma unroll
        for (int m = k; m < Q / 16; ++m) {
            ScoresBlock a;
            a.load(scores, m, k, at);
            mma_f16(Y[m][0], a.left.x, a.left.y, a.right.x, a.right.y, x[0], x[1]);
            mma_f16(Y[m][1], a.left.x, a.left.y, a.right.x, a.right.y, x[2], x[3]);
        }
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

template <int Q>
__device__ __forceinline__ void out_columns(char* smem, int chunk, const LaneSpot& at) {
    using L = Layout<Q>;
    float Y[Q / 16][2][4] = {};
    from_state<Q>(Y, smem + L::state(chunk), smem + L::c(chunk), steps_of<Q>(smem, chunk), at);
    from_chunk<Q>(Y, smem + L::x(chunk), smem + L::scores(chunk), at);
    hand_over<Q>(Y, smem + L::y(chunk), at);
}

}  // namespace sidewinder::kernels::cuda::scan
