#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <memory>

#include "kernels/cuda/event.h"
#include "kernels/cuda/loss.h"
#include "kernels/cuda/memory.h"
#include "kernels/host_copy.h"

namespace sidewinder::kernels::cuda {

class PinnedPool;

/// Copies of states that leave the device while it computes on: a device-side copy in stream order, then over
/// the bus on a stream of its own into page-locked memory. That memory is reused, since locking pages costs
/// more than copying them; it lives as long as the last copy.
class Snapshots {
  public:
    /// `loss`: of the device; a copy that outlives the backend tells it too.
    explicit Snapshots(std::shared_ptr<Loss> loss);

    std::shared_ptr<const HostCopy> take(cudaStream_t stream, const void* from, std::size_t bytes);
    /// From a copy that `take` made, at the pace of the bus; false, and nothing done, for any other.
    bool put_back(cudaStream_t stream, void* to, const HostCopy& copy);

  private:
    Stream bus_;
    DeviceMemory staged_;
    std::size_t staged_bytes_ = 0;
    Event taken_;  ///< the device-side copy is made
    Event left_;   ///< `staged_` is free again
    std::shared_ptr<PinnedPool> pool_;
};

}  // namespace sidewinder::kernels::cuda
