#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "kernels/cuda/memory.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/staging.h"

namespace sidewinder::kernels::cuda {

/// What sample.cu draws by: keeps its state on the device as the host says. One thread.
class SamplingMemory {
  public:
    /// Slots of the ring in the work area; a larger window gets memory of its own.
    static constexpr std::int32_t kRing = 4096;

    /// `ring`: device memory, kRing tokens. The addresses in `work` are those that `sample` is launched with.
    void begin(cudaStream_t stream, Staging& staging, const SampleWork& work, std::int32_t* ring,
               std::int64_t vocab, const SamplingOptions& options, std::span<const std::int32_t> history);
    /// Waits. To be asked once after each draw.
    Drawn drawn(cudaStream_t stream, Staging& staging);

  private:
    void upload_window(cudaStream_t stream, Staging& staging, std::span<const std::int32_t> history);

    SampleWork work_;
    std::int32_t* ring_ = nullptr;
    std::int64_t vocab_ = 0;
    SamplingState state_;  ///< as `begin` set it
    DeviceMemory long_ring_;
    std::int32_t long_slots_ = 0;
    std::vector<std::int32_t> history_;  ///< only while the ring is shorter than the window
};

}  // namespace sidewinder::kernels::cuda
