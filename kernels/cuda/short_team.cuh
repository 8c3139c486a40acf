#pragma once

#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/short_phase.h"

namespace sidewinder::kernels::cuda::small {

/// The threads that go through a program's phases: all of the block but a ring's own warp.
__device__ __forceinline__ void team_barrier() {
    block_barrier(kThreads);
}

}  // namespace sidewinder::kernels::cuda::small
