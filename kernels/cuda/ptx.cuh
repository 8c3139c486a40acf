#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include <cstdint>

/// The machine instructions that CUDA C++ has no word for, one function each; every kernel goes through
/// these. Built by nvcc they are the instructions; built by a host compiler with SIDEWINDER_CUDA_EMULATED
/// they run in tests/support/cuda_emulator, so that every kernel is tested where there is no GPU. Source: PTX
/// ISA 9.0.
#ifdef SIDEWINDER_CUDA_EMULATED
#include "tests/support/cuda_emulator/ptx.h"
#else

namespace sidewinder::kernels::cuda {

/// The block's dynamic shared memory, 128-byte aligned.
__device__ __forceinline__ char* dynamic_smem() {
    extern __shared__ __align__(128) char dynamic_shared_memory[];
    return dynamic_shared_memory;
}

__device__ __forceinline__ std::uint32_t smem_address(const void* smem) {
    return static_cast<std::uint32_t>(__cvta_generic_to_shared(smem));
}

/// mma.m16n8k16, row-major A, column-major B, float32 accumulators; `c += a b`. With g = lane / 4 and t =
/// lane % 4: a0 = A[g][2t..2t+1], a1 = A[g+8][2t..], a2 = A[g][2t+8..], a3 = A[g+8][2t+8..]; b0 =
/// B[2t..2t+1][g], b1 = B[2t+8..][g]; c0, c1 = C[g][2t, 2t+1], c2, c3 = C[g+8][2t, 2t+1]. The lower k is in
/// the lower half.
__device__ __forceinline__ void mma_bf16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                                         std::uint32_t a3, std::uint32_t b0, std::uint32_t b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
__device__ __forceinline__ void mma_f16(float (&c)[4], std::uint32_t a0, std::uint32_t a1, std::uint32_t a2,
                                        std::uint32_t a3, std::uint32_t b0, std::uint32_t b1) {
    asm("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, "
        "{%0,%1,%2,%3};"
        : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
        : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

/// ldmatrix: four 8x8 matrices of 16-bit elements; lane l gives the address of row l % 8 of matrix l / 8 (16
/// bytes, 16-byte aligned, shared memory); r[i] receives matrix i's [lane / 4][2 (lane % 4)..+1] (`_trans`:
/// of its transpose).
__device__ __forceinline__ void ldmatrix_x4(std::uint32_t (&r)[4], const void* smem) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(smem_address(smem))
                 : "memory");
}
__device__ __forceinline__ void ldmatrix_x4_trans(std::uint32_t (&r)[4], const void* smem) {
    asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0,%1,%2,%3}, [%4];"
                 : "=r"(r[0]), "=r"(r[1]), "=r"(r[2]), "=r"(r[3])
                 : "r"(smem_address(smem))
                 : "memory");
}

/// Asynchronous copies from global to shared memory: 16 bytes (aligned; past L1) or 4 bytes (aligned). No L2
/// policy: with an evict-first hint inside of a loop, ptxas 13.0 makes an instruction that an H100 refuses.
__device__ __forceinline__ void cp_async_16(void* smem, const void* global) {
    asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(smem_address(smem)), "l"(global)
                 : "memory");
}
__device__ __forceinline__ void cp_async_4(void* smem, const void* global) {
    asm volatile("cp.async.ca.shared.global [%0], [%1], 4;" ::"r"(smem_address(smem)), "l"(global)
                 : "memory");
}
__device__ __forceinline__ void cp_async_commit() {
    asm volatile("cp.async.commit_group;" ::: "memory");
}
/// Waits until at most `Pending` of this thread's committed groups are unfinished.
template <int Pending>
__device__ __forceinline__ void cp_async_wait() {
    asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

/// Mbarriers (8-byte aligned, shared memory), of compute capability 9.0 and up. One is made by
/// `mbarrier_init` for a number of arrivals a phase, and may be used behind an `mbarrier_init_fence` by who
/// made it and then a barrier. Its phases 0, 1, 0, .. end when all have arrived: `mbarrier_arrive`;
/// `mbarrier_expect`, which also says how many bytes of bulk copies the phase waits for (0 too).
/// `mbarrier_wait` returns once the phase of this parity has ended (so parity 1 at once on a new one), and
/// what was brought or written before is visible to the calling thread; `mbarrier_ended` only asks.
///
/// `bulk_copy` brings `bytes` from global to shared memory; these and both addresses are multiples of 16. Who
/// asks for one knows by a barrier that reads of the place are over.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ < 900
inline constexpr bool kBulkCopies = false;
#else
inline constexpr bool kBulkCopies = true;
#endif
__device__ __forceinline__ void mbarrier_init(std::uint64_t* barrier, unsigned arrivals) {
    asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(smem_address(barrier)), "r"(arrivals)
                 : "memory");
}
__device__ __forceinline__ void mbarrier_init_fence() {
    if constexpr (kBulkCopies) {
        asm volatile("fence.mbarrier_init.release.cluster; fence.proxy.async.shared::cta;" ::: "memory");
    }
}
__device__ __forceinline__ void mbarrier_expect(std::uint64_t* barrier, unsigned bytes) {
    if constexpr (kBulkCopies) {
        asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(smem_address(barrier)),
                     "r"(bytes)
                     : "memory");
    }
}
__device__ __forceinline__ void mbarrier_arrive(std::uint64_t* barrier) {
    asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(smem_address(barrier)) : "memory");
}
__device__ __forceinline__ void mbarrier_wait(std::uint64_t* barrier, unsigned parity) {
    if constexpr (kBulkCopies) {
        unsigned done;
        do {
            asm volatile(
                "{ .reg .pred p; mbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; "
                "}"
                : "=r"(done)
                : "r"(smem_address(barrier)), "r"(parity)
                : "memory");
        } while (!done);
    }
}
__device__ __forceinline__ bool mbarrier_ended(std::uint64_t* barrier, unsigned parity) {
    unsigned done = 0;
    if constexpr (kBulkCopies) {
        asm volatile(
            "{ .reg .pred p; mbarrier.test_wait.parity.shared::cta.b64 p, [%1], %2; selp.u32 %0, 1, 0, p; }"
            : "=r"(done)
            : "r"(smem_address(barrier)), "r"(parity)
            : "memory");
    }
    return done != 0;
}
/// What is read once: the first to leave L2.
__device__ __forceinline__ std::uint64_t evict_first_policy() {
    std::uint64_t policy = 0;
    asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(policy));
    return policy;
}
__device__ __forceinline__ void bulk_copy(void* smem, const void* global, unsigned bytes,
                                          std::uint64_t* barrier, std::uint64_t policy) {
    if constexpr (kBulkCopies) {
        asm volatile(
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], "
            "%2, "
            "[%3], %4;" ::"r"(smem_address(smem)),
            "l"(global), "r"(bytes), "r"(smem_address(barrier)), "l"(policy)
            : "memory");
    }
}

/// 16 bytes that this kernel reads once.
__device__ __forceinline__ uint4 load_once(const void* global) {
    uint4 v;
    asm volatile("ld.global.nc.L1::no_allocate.v4.u32 {%0,%1,%2,%3}, [%4];"
                 : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
                 : "l"(global));
    return v;
}

/// Asks for the line of 128 bytes at `global` to be brought to L2; waits for nothing.
__device__ __forceinline__ void prefetch_l2(const void* global) {
    asm volatile("prefetch.global.L2 [%0];" ::"l"(global));
}

/// The same for `bytes`, 16-byte aligned and a multiple of 16; compute capability 9.0 and up.
__device__ __forceinline__ void prefetch_l2(const void* global, unsigned bytes) {
    if constexpr (kBulkCopies) {
        asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(global), "r"(bytes));
    }
}
/// Four bytes, past L1.
__device__ __forceinline__ unsigned load_word(const void* global) {
    unsigned word;
    asm volatile("ld.global.cg.u32 %0, [%1];" : "=r"(word) : "l"(global));
    return word;
}

/// 2^x, 1 / x: one instruction each, two units in the last place; results below 2^-126 are 0.
__device__ __forceinline__ float exp2_approx(float x) {
    float y;
    asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
__device__ __forceinline__ float reciprocal_approx(float x) {
    float y;
    asm("rcp.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}
/// tanh x to 2^-11 of itself, one instruction.
__device__ __forceinline__ float tanh_approx(float x) {
    float y;
    asm("tanh.approx.f32 %0, %1;" : "=f"(y) : "f"(x));
    return y;
}

/// A barrier of `threads` threads of the block, whole warps, which may reach it from different places of the
/// code (which __syncthreads must not be). One number at a time.
__device__ __forceinline__ void block_barrier(int threads) {
    asm volatile("barrier.cta.sync 1, %0;" ::"r"(threads) : "memory");
}

/// A message from block to block of a cooperative launch, by a counter in device memory: what the calling
/// thread wrote, or saw written (before a __syncthreads, say), before `add_release` is visible behind the
/// `wait_until_reached` that saw the addition. The wait is the calling thread's only, and compares modulo
/// 2^32: the counter may be at most 2^31 - 1 behind or ahead. Whole blocks meet by grid_barrier.cuh.
__device__ __forceinline__ void add_release(unsigned* counter, unsigned value) {
    asm volatile("red.release.gpu.global.add.u32 [%0], %1;" ::"l"(counter), "r"(value) : "memory");
}
__device__ __forceinline__ void wait_until_reached(const unsigned* counter, unsigned target) {
    unsigned now;
    do {
        asm volatile("ld.acquire.gpu.global.u32 %0, [%1];" : "=r"(now) : "l"(counter) : "memory");
    } while (static_cast<int>(now - target) < 0);
}

/// Single accesses that another block's are ordered with one by one, and nothing else is: past L1, never
/// left out or moved together by the compiler. See signed_floats.cuh.
__device__ __forceinline__ float load_relaxed(const float* global) {
    float v;
    asm volatile("ld.relaxed.gpu.global.f32 %0, [%1];" : "=f"(v) : "l"(global) : "memory");
    return v;
}
__device__ __forceinline__ float4 load_relaxed(const float4* global) {
    float4 v;
    asm volatile("ld.relaxed.gpu.global.v4.f32 {%0,%1,%2,%3}, [%4];"
                 : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w)
                 : "l"(global)
                 : "memory");
    return v;
}
__device__ __forceinline__ void store_relaxed(float* global, float v) {
    asm volatile("st.relaxed.gpu.global.f32 [%0], %1;" ::"l"(global), "f"(v) : "memory");
}
/// Between two looks at the same place: whoever emulates a device lets the others go on here.
template <class V>
__device__ __forceinline__ void before_looking_again(const V*, unsigned) {}

/// The same without the message: what the others see of this thread's writes by then is left open. So much
/// cheaper, as a hint to look.
__device__ __forceinline__ void add_hint(unsigned* counter, unsigned value) {
    asm volatile("red.relaxed.gpu.global.add.u32 [%0], %1;" ::"l"(counter), "r"(value) : "memory");
}
__device__ __forceinline__ void wait_for_hint(const unsigned* counter, unsigned target) {
    unsigned now;
    do {
        asm volatile("ld.relaxed.gpu.global.u32 %0, [%1];" : "=r"(now) : "l"(counter) : "memory");
    } while (static_cast<int>(now - target) < 0);
}

/// Two float16 in one word, `low` in the lower half; rounded to nearest even, beyond +-65504 held there.
__device__ __forceinline__ std::uint32_t pack_f16_saturated(float low, float high) {
    std::uint32_t pair;
    asm("cvt.rn.satfinite.f16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
    return pair;
}

/// Programmatic dependent launch, for kernels launched with LaunchShape::overlap: those of long steps, and
/// the embedding and the sampler around short ones. Before `wait_prior_grid` the kernel before may still be
/// running, so only what no kernel writes may be read there; after it, all that earlier kernels wrote is
/// visible. `launch_dependents` lets the next such kernel come onto the device: call it after
/// `wait_prior_grid`, so that kernels overlap pairwise and never in threes. Both are nothing before compute
/// capability 9.0, and where the launch did not ask for the overlap.
__device__ __forceinline__ void wait_prior_grid() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}
__device__ __forceinline__ void launch_dependents() {
#if __CUDA_ARCH__ >= 900
    asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}

}  // namespace sidewinder::kernels::cuda
#endif
