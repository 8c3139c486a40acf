#pragma once

#include "kernels/cuda/group_mma.cuh"
#include "kernels/cuda/scan_tiles.cuh"

/// y of a chunk before the gate, each out warp 16 of its tokens: products by the group of warps.
namespace sidewinder::kernels::cuda::scan {

/// Y = diag(exp(cs)) C S^T + scores x, into shared memory, float16, for the prepare warps to gate.
template <int Q>
__device__ __forceinline__ void out_rows(char* smem, int chunk, const LaneSpot& at) {
    using L = Layout<Q>;
    constexpr int kHalfState = kHeadDim * 128;  // bytes
    const int row16 = at.warp * 16 + at.lane % 16;
    const int row = at.warp * 16 + at.group;
    float Y[kHeadDim / 8][4] = {};
#pragma unroll
    for (int half = 0; half < 2; ++half) {  // of the state's columns: 64 are a tile
        std::uint32_t c[4][4];
#pragma unroll
        for (int k = 0; k < 4; ++k) {
            ldmatrix_x4(c[k], smem + L::c(chunk) + wide_piece<Q>(row16, 8 * half + 2 * k + at.lane / 16));
        }
        group_mma_begin(Y, c);
#pragma unroll
        for (int k = 0; k < 4; ++k) {
            multiply_columns(Y, c[k], smem + L::state(chunk) + half * kHalfState, k, at.lane);
        }
        group_mma_end(Y, c);
    }
    std::uint32_t a[Q / 16][4];
#pragma unroll
    for (int k = 0; k < Q / 16; ++k) {
        ScoresBlock block;  // above the diagonal 0
        if (k <= at.warp) block.load(smem + L::scores(chunk), at.warp, k, at);
        a[k][0] = block.left.x;
        a[k][1] = block.left.y;
        a[k][2] = block.right.x;
        a[k][3] = block.right.y;
    }
    const Steps<Q>& steps = steps_of<Q>(smem, chunk);
    const float upper = exp2_approx(steps.log2_decay[row]);
    const float lower = exp2_approx(steps.log2_decay[row + 8]);
#pragma unroll
    for (int n = 0; n < kHeadDim / 8; ++n) {
        Y[n][0] *= upper;
        Y[n][1] *= upper;
        Y[n][2] *= lower;
        Y[n][3] *= lower;
    }
    group_mma_begin(Y, a);
#pragma unroll
    for (int k = 0; k < Q / 16; ++k) multiply_rows(Y, a[k], smem + L::x(chunk) + k * 2048, 0, at.lane);
    group_mma_end(Y, a);
    char* const y = smem + L::y(chunk);
#pragma unroll
    for (int n = 0; n < kHeadDim / 8; ++n) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
            *reinterpret_cast<std::uint32_t*>(y + narrow_piece(row + half * 8, n) + at.pair * 2) =
                pack_f16_saturated(Y[n][2 * half], Y[n][2 * half + 1]);
        }
    }
}

}  // namespace sidewinder::kernels::cuda::scan
