#pragma once

#include <cuda_runtime_api.h>

#include <array>
#include <cstddef>

#include "kernels/cuda/event.h"
#include "kernels/cuda/memory.h"

namespace sidewinder::kernels::cuda {

/// Copies between ordinary host memory and the device through a ring of page-locked slots, so that copying
/// into a slot and copying it over the bus overlap. One thread.
class Staging {
  public:
    /// Returns when `host` may be reused; the device has the bytes in stream order.
    void upload(cudaStream_t stream, void* to, const void* host, std::size_t bytes);
    /// Returns when `host` holds the bytes.
    void download(cudaStream_t stream, void* host, const void* from, std::size_t bytes);

    static constexpr std::size_t kSlots = 4;
    static constexpr std::size_t kSlotBytes = std::size_t{4} << 20;

  private:
    struct Slot {
        PinnedMemory memory{kSlotBytes};
        Event done;
    };
    Slot& next();

    std::array<Slot, kSlots> slots_;
    std::size_t turn_ = 0;
};

}  // namespace sidewinder::kernels::cuda
