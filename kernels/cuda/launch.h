#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>

#include "kernels/cuda/device.h"
#include "kernels/cuda/errors.h"

/// Starting kernels. In the emulator (SIDEWINDER_CUDA_EMULATED) the kernel runs before `launch` returns.
namespace sidewinder::kernels::cuda {

/// Where an operation runs: the stream and what its device is like. A value; both outlive every use.
struct Context {
    cudaStream_t stream = nullptr;
    const DeviceTraits* device = nullptr;
};

struct LaunchShape {
    dim3 grid{1, 1, 1};
    dim3 block{1, 1, 1};
    std::size_t smem = 0;  ///< bytes of dynamic shared memory; more than 48 KiB is asked for by itself
    bool overlap = false;  ///< programmatic dependent launch, where the device has it; the kernel must then
                           ///< call wait_prior_grid before it touches what an earlier kernel writes
};

#ifndef SIDEWINDER_CUDA_EMULATED
/// Throws Error. `name` is for the person who reads the error.
template <class... Params, class... Args>
void launch(const Context& context, const char* name, const LaunchShape& shape, void (*kernel)(Params...),
            Args... args) {
    if (shape.smem > 48 * 1024) {
        check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                   cudaFuncAttributeMaxDynamicSharedMemorySize, static_cast<int>(shape.smem)),
              name);
        // Two kernels that overlap must both find room, so the partition may not follow the first one's need.
        check(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                   cudaFuncAttributePreferredSharedMemoryCarveout,
                                   cudaSharedmemCarveoutMaxShared),
              name);
    }
    cudaLaunchAttribute overlap{};
    overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
    overlap.val.programmaticStreamSerializationAllowed = 1;
    cudaLaunchConfig_t config{};
    config.gridDim = shape.grid;
    config.blockDim = shape.block;
    config.dynamicSmemBytes = shape.smem;
    config.stream = context.stream;
    config.attrs = &overlap;
    config.numAttrs = shape.overlap && context.device->programmatic_launch ? 1 : 0;
    check(cudaLaunchKernelEx(&config, kernel, static_cast<Params>(args)...), name);
}
#endif

}  // namespace sidewinder::kernels::cuda

#ifdef SIDEWINDER_CUDA_EMULATED
#include "tests/support/cuda_emulator/launch.h"
#endif
