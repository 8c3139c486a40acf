#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <optional>

#include "kernels/cuda/device.h"
#include "kernels/cuda/event.h"
#include "kernels/cuda/graphs.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/long_linear.h"
#include "kernels/cuda/long_weights.h"
#include "kernels/cuda/sampling_memory.h"
#include "kernels/cuda/short_program.h"
#include "kernels/cuda/snapshots.h"
#include "kernels/cuda/staging.h"
#include "kernels/cuda/work_area.h"

namespace sidewinder::kernels::cuda {

/// All of a backend that lies on the device or is a handle of the runtime, in one place, so that it can be
/// left behind as a whole (see Loss). Opens the device; throws Error.
struct BackendParts {
    BackendParts(const Dims& dims, const std::shared_ptr<Loss>& loss)
        : short_memory(short_bytes(dims)),
          short_run(context, {short_memory.as<unsigned>(), short_memory.as<char>() + kBarrierBytes,
                              most_columns(dims)}),
          snapshots(loss) {
        check(cudaMemsetAsync(short_memory.as<void>(), 0, kBarrierBytes, stream.handle()),
              "clearing GPU memory");
    }
    BackendParts(const BackendParts&) = delete;
    BackendParts& operator=(const BackendParts&) = delete;

    /// Returns when all that was issued is done; throws Error(DeviceLost) where Event::wait does.
    void wait() {
        done.record(stream.handle());
        done.wait();
    }

    /// Device memory that `short_run` works with.
    static std::size_t short_bytes(const Dims& dims) {
        return kBarrierBytes + ShortProgram::operand_bytes(most_columns(dims));
    }
    static std::int64_t most_columns(const Dims& dims) { return std::max(dims.d_model, dims.d_inner); }
    static constexpr std::size_t kBarrierBytes = 256;  // four counters; what lies behind them stays aligned

    const DeviceTraits device = open_device();
    Stream stream;
    KernelAttributes attributes;
    const Context context{stream.handle(), &device, &attributes};
    DeviceMemory short_memory;
    ShortProgram short_run;
    Staging staging;
    Snapshots snapshots;
    Graphs graphs;
    std::optional<LongLinear> long_linear;
    LongWeights long_weights;
    WorkArea work;
    SamplingMemory sampling;
    Event done;
    std::array<Event, 4> layers;  ///< of long steps: how far the host may be ahead
};

}  // namespace sidewinder::kernels::cuda
