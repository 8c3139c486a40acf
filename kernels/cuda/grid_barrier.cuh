#pragma once

#include "kernels/cuda/ptx.cuh"

/// Phases of one kernel in which all blocks of a cooperative launch (LaunchShape::cooperative) take part. One
/// source for the device and the emulator. All threads of all blocks call these, in the same order:
///
///     unsigned generation = 0;
///     for (each phase) {
///         ...                                            // reads what the phase before wrote
///         grid_barrier(barrier.arrived, generation);
///     }
///     grid_leave(barrier);
///
/// What any thread of any block wrote to global memory before the barrier, all threads read after it: by
/// plain loads, __ldcg or cp.async, never by __ldg, load_once or a `const __restrict__` pointer, which may
/// answer from before. Shared memory of other blocks is not meant. Cost: one trip to L2 and back for the
/// slowest block, and two barriers of the block. Where some of a block's threads do other things, all calls
/// name the number of those that take part (whole warps, thread 0 among them).
namespace sidewinder::kernels::cuda {

/// Two counters in device memory, 4-byte aligned: zero before the first launch, and zero again after each
/// launch that calls `grid_leave`. Launches that share them run one after the other (one stream). After a
/// kernel that was broken off they are undefined.
struct GridBarrier {
    unsigned* arrived = nullptr;
    unsigned* left = nullptr;
    unsigned* others = nullptr;  ///< more counters, for the launch's own use
    int count = 0;               ///< of them
};

/// First half: this block's writes are done. What stands between it and `grid_wait` may not read what another
/// block writes before the barrier, nor write what another block reads before it; starting loads of constants
/// (weights) is what the place is for. Contains a block_barrier.
__device__ __forceinline__ void grid_arrive(unsigned* arrived, int threads) {
    block_barrier(threads);
    if (threadIdx.x == 0) add_release(arrived, 1);
}

/// Second half: waits until `target` blocks have arrived since the launch began: barriers so far, this one
/// included, times gridDim.x. Contains a block_barrier.
__device__ __forceinline__ void grid_wait(const unsigned* arrived, unsigned target, int threads) {
    if (threadIdx.x == 0) wait_until_reached(arrived, target);
    block_barrier(threads);
}

/// Both. `generation` counts the barriers of this launch: 0 at its begin, the same in every thread.
__device__ __forceinline__ void grid_barrier(unsigned* arrived, unsigned& generation) {
    const int threads = static_cast<int>(blockDim.x);
    grid_arrive(arrived, threads);
    grid_wait(arrived, ++generation * gridDim.x, threads);
}

/// Behind the last barrier, once a block: the last block to leave makes both counters zero for the next
/// launch. No __syncthreads: it may stand anywhere behind the last `grid_wait`.
__device__ __forceinline__ void grid_leave(const GridBarrier& barrier) {
    if (threadIdx.x != 0) return;
    if (atomicAdd(barrier.left, 1) != gridDim.x - 1) return;
    *barrier.arrived = 0;
    *barrier.left = 0;
    for (int i = 0; i < barrier.count; ++i) barrier.others[i] = 0;
}

}  // namespace sidewinder::kernels::cuda
