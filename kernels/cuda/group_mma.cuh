#pragma once

#include "kernels/cuda/group_ptx.cuh"
#include "kernels/cuda/scan_pieces.cuh"

/// Products by a group of four warps, the first of which is a fourth one of the block: D += A B, float16 in,
/// float32 out, D [64, 8 kTiles]. Each warp has 16 rows of A and D, in registers as for mma_f16: d[n] is the
/// tile of columns 8 n and on. B lies in shared memory, in rows of 128 bytes in the order of narrow_piece,
/// each 64 of them beginning at a multiple of 1024 bytes. By one instruction where the device has it (9.0,
/// code for `sm_90a`), else warp by warp. All products between group_mma_begin and group_mma_end, and A stays
/// as it is there.
namespace sidewinder::kernels::cuda::scan {

/// Row n of the tile holds 64 k of B's column n: those from 16 `slice` on.
template <int kTiles>
__device__ __forceinline__ void multiply_columns(float (&d)[kTiles][4], const std::uint32_t (&a)[4],
                                                 const char* b, int slice, int lane) {
    if constexpr (kGroupMma) {
        group_mma_f16<false>(d, a, group_tile(b + slice * 32, 0, 1024));
    } else {
#pragma unroll
        for (int n = 0; n < kTiles; n += 2) {
            std::uint32_t two[4];
            ldmatrix_x4(two, b + narrow_piece(n * 8 + lane % 8 + lane / 16 * 8, 2 * slice + lane / 8 % 2));
            mma_f16(d[n], a[0], a[1], a[2], a[3], two[0], two[1]);
            mma_f16(d[n + 1], a[0], a[1], a[2], a[3], two[2], two[3]);
        }
    }
}

/// Row k of the tile, of 16, holds 64 columns of B; the next 64 lie `apart` bytes further.
template <int kTiles>
__device__ __forceinline__ void multiply_rows(float (&d)[kTiles][4], const std::uint32_t (&a)[4],
                                              const char* b, int apart, int lane) {
    if constexpr (kGroupMma) {
        group_mma_f16<true>(d, a, group_tile(b, static_cast<unsigned>(apart), 1024));
    } else {
#pragma unroll
        for (int n = 0; n < kTiles; n += 2) {
            std::uint32_t two[4];
            ldmatrix_x4_trans(two, b + n / 8 * apart + narrow_piece(lane % 16, n % 8 + lane / 16));
            mma_f16(d[n], a[0], a[1], a[2], a[3], two[0], two[1]);
            mma_f16(d[n + 1], a[0], a[1], a[2], a[3], two[2], two[3]);
        }
    }
}

}  // namespace sidewinder::kernels::cuda::scan
