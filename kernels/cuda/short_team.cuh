#pragma once

#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/short_phase.h"

namespace sidewinder::kernels::cuda::small {

/// The threads that go through a program's phases: all of the block but a ring's own warp.
__device__ __forceinline__ void team_barrier() {
    block_barrier(kThreads);
}

/// Has this block tiles of a phase?
__device__ __forceinline__ bool has_tiles(const LinearPhase& p) {
    return static_cast<int>(blockIdx.x) * kTileRows < p.rows;
}

/// A warp's rows of a head's state: lane l has columns 4 l .. 4 l + 3 of each, so that rows are 32 apart.
__device__ __forceinline__ float4* state_of_warp(const MixerPhase& p, int head) {
    const int warp = static_cast<int>(threadIdx.x) / 32, lane = static_cast<int>(threadIdx.x) % 32;
    return reinterpret_cast<float4*>(p.state.ssm) +
           (static_cast<std::int64_t>(head) * kHeaddim + warp * kStateRows) * (kState / 4) + lane;
}

}  // namespace sidewinder::kernels::cuda::small
