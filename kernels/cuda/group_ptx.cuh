#pragma once

#include <cstdint>

#include "kernels/cuda/ptx.cuh"

/// The matrix instructions of compute capability 9.0 alone, which only code for `sm_90a` may hold:
/// group_mma.cuh is what kernels call. Source: PTX ISA 9.0, wgmma.
#if defined(__CUDA_ARCH_FEAT_SM90_ALL) && !defined(SIDEWINDER_CUDA_EMULATED)
namespace sidewinder::kernels::cuda {

inline constexpr bool kGroupMma = true;

/// Stops the kernel where shared memory does not begin as the tiles of group_mma.cuh must.
__device__ __forceinline__ void require_atoms(const void* smem) {
    if (smem_address(smem) % 1024 != 0) __trap();
}
/// What this thread wrote to shared memory is there, behind the next barrier, for products that read it
/// there.
__device__ __forceinline__ void fence_for_group_mma() {
    asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}
/// Registers stay what and where they are up to here.
template <int kTiles>
__device__ __forceinline__ void hold(float (&d)[kTiles][4]) {
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
        asm volatile("" : "+f"(d[n][0]), "+f"(d[n][1]), "+f"(d[n][2]), "+f"(d[n][3])::"memory");
    }
}
template <int kTiles>
__device__ __forceinline__ void hold(std::uint32_t (&a)[kTiles][4]) {
#pragma unroll
    for (int n = 0; n < kTiles; ++n) {
        asm volatile("" : "+r"(a[n][0]), "+r"(a[n][1]), "+r"(a[n][2]), "+r"(a[n][3])::"memory");
    }
}
/// Before the first of several products into d from operands a: what these hold is there for them.
template <int kTiles, int kOperands>
__device__ __forceinline__ void group_mma_begin(float (&d)[kTiles][4], std::uint32_t (&a)[kOperands][4]) {
    hold(d);
    hold(a);
    asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}
/// Behind the last: all of them are done.
template <int kTiles, int kOperands>
__device__ __forceinline__ void group_mma_end(float (&d)[kTiles][4], std::uint32_t (&a)[kOperands][4]) {
    asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
    asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
    hold(a);
    hold(d);
}

/// Rows of 128 bytes, eight of them an atom of 1024 aligned bytes with its pieces exchanged as narrow_piece
/// does; `lead`, `step`: bytes between atoms beside each other, and along k or the columns.
__device__ __forceinline__ std::uint64_t group_tile(const void* smem, unsigned lead, unsigned step) {
    constexpr std::uint64_t kSwizzled128 = std::uint64_t{1} << 62;
    return kSwizzled128 | (static_cast<std::uint64_t>(step >> 4) << 32) |
           (static_cast<std::uint64_t>(lead >> 4) << 16) | ((smem_address(smem) & 0x3FFFFu) >> 4);
}

/// m64nNk16: a warp's 16 rows of A and D are in its registers as for mma_f16. `kTransposed`: a row of B's
/// tile has columns of one k, not k of one column.
template <bool kTransposed>
__device__ __forceinline__ void group_mma_f16(float (&d)[8][4], const std::uint32_t (&a)[4],
                                              std::uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n64k16.f32.f16.f16 {%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, "
        "%11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, "
        "%31}, {%32, %33, %34, %35}, %36, 1, 1, 1, %37;"
        : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),
          "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),
          "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),
          "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),
          "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),
          "+f"(d[7][2]), "+f"(d[7][3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "n"(kTransposed ? 1 : 0));
}
template <bool kTransposed>
__device__ __forceinline__ void group_mma_f16(float (&d)[16][4], const std::uint32_t (&a)[4],
                                              std::uint64_t b) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n128k16.f32.f16.f16 {%0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, "
        "%11, %12, %13, %14, %15, %16, %17, %18, %19, %20, %21, %22, %23, %24, %25, %26, %27, %28, %29, %30, "
        "%31, %32, %33, %34, %35, %36, %37, %38, %39, %40, %41, %42, %43, %44, %45, %46, %47, %48, %49, %50, "
        "%51, %52, %53, %54, %55, %56, %57, %58, %59, %60, %61, %62, %63}, {%64, %65, %66, %67}, %68, 1, 1, "
        "1, %69;"
        : "+f"(d[0][0]), "+f"(d[0][1]), "+f"(d[0][2]), "+f"(d[0][3]), "+f"(d[1][0]), "+f"(d[1][1]),
          "+f"(d[1][2]), "+f"(d[1][3]), "+f"(d[2][0]), "+f"(d[2][1]), "+f"(d[2][2]), "+f"(d[2][3]),
          "+f"(d[3][0]), "+f"(d[3][1]), "+f"(d[3][2]), "+f"(d[3][3]), "+f"(d[4][0]), "+f"(d[4][1]),
          "+f"(d[4][2]), "+f"(d[4][3]), "+f"(d[5][0]), "+f"(d[5][1]), "+f"(d[5][2]), "+f"(d[5][3]),
          "+f"(d[6][0]), "+f"(d[6][1]), "+f"(d[6][2]), "+f"(d[6][3]), "+f"(d[7][0]), "+f"(d[7][1]),
          "+f"(d[7][2]), "+f"(d[7][3]), "+f"(d[8][0]), "+f"(d[8][1]), "+f"(d[8][2]), "+f"(d[8][3]),
          "+f"(d[9][0]), "+f"(d[9][1]), "+f"(d[9][2]), "+f"(d[9][3]), "+f"(d[10][0]), "+f"(d[10][1]),
          "+f"(d[10][2]), "+f"(d[10][3]), "+f"(d[11][0]), "+f"(d[11][1]), "+f"(d[11][2]), "+f"(d[11][3]),
          "+f"(d[12][0]), "+f"(d[12][1]), "+f"(d[12][2]), "+f"(d[12][3]), "+f"(d[13][0]), "+f"(d[13][1]),
          "+f"(d[13][2]), "+f"(d[13][3]), "+f"(d[14][0]), "+f"(d[14][1]), "+f"(d[14][2]), "+f"(d[14][3]),
          "+f"(d[15][0]), "+f"(d[15][1]), "+f"(d[15][2]), "+f"(d[15][3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "l"(b), "n"(kTransposed ? 1 : 0));
}

}  // namespace sidewinder::kernels::cuda
#else
namespace sidewinder::kernels::cuda {

inline constexpr bool kGroupMma = false;

__device__ __forceinline__ void require_atoms(const void*) {}
__device__ __forceinline__ void fence_for_group_mma() {}
template <int kTiles, int kOperands>
__device__ __forceinline__ void group_mma_begin(float (&)[kTiles][4], std::uint32_t (&)[kOperands][4]) {}
template <int kTiles, int kOperands>
__device__ __forceinline__ void group_mma_end(float (&)[kTiles][4], std::uint32_t (&)[kOperands][4]) {}
__device__ __forceinline__ std::uint64_t group_tile(const void*, unsigned, unsigned) {
    return 0;
}
template <bool kTransposed, int kTiles>
__device__ __forceinline__ void group_mma_f16(float (&)[kTiles][4], const std::uint32_t (&)[4],
                                              std::uint64_t) {}

}  // namespace sidewinder::kernels::cuda
#endif
