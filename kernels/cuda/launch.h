#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <mutex>
#include <string>
#include <unordered_map>

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
    bool cooperative = false;  ///< all blocks are on the device at once, or the launch fails: at most as many
                               ///< as fit; the kernel may call what is in grid_barrier.cuh. Grid and block
                               ///< have one dimension, and `overlap` is not set
};

/// Throws Error(Internal) for a cooperative shape that LaunchShape rules out.
inline void check_cooperative(const LaunchShape& shape, const char* name) {
    const bool flat = shape.grid.y * shape.grid.z == 1 && shape.block.y * shape.block.z == 1;
    if (!shape.cooperative || (flat && !shape.overlap)) return;
    throw Error(Error::Kind::Internal, std::string("The kernel ") + name +
                                           " is launched cooperatively with overlap or with a grid or block "
                                           "of more than one dimension. Please report this.");
}

#ifndef SIDEWINDER_CUDA_EMULATED
/// What kernels have been given so far, so that a launch need not ask the driver again. For launch() only;
/// one for the process, as its one device is.
class KernelAttributes {
  public:
    static KernelAttributes& of_process() {
        static KernelAttributes instance;
        return instance;
    }
    /// Allows `smem` bytes of dynamic shared memory; with `most_shared`, gives shared memory the most of a
    /// multiprocessor. Throws Error. Any thread.
    void require(const void* kernel, std::size_t smem, bool most_shared, const char* name) {
        const std::lock_guard lock(mutex_);
        Given& given = given_[kernel];
        if (smem > given.smem) {
            check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize,
                                       static_cast<int>(smem)),
                  name);
            given.smem = smem;
        }
        if (most_shared && !given.most_shared) {
            check(cudaFuncSetAttribute(kernel, cudaFuncAttributePreferredSharedMemoryCarveout,
                                       cudaSharedmemCarveoutMaxShared),
                  name);
            given.most_shared = true;
        }
    }

  private:
    struct Given {
        std::size_t smem = 48 * 1024;  // without asking
        bool most_shared = false;
    };
    std::mutex mutex_;
    std::unordered_map<const void*, Given> given_;
};

/// Throws Error. `name` is for the person who reads the error.
template <class... Params, class... Args>
void launch(const Context& context, const char* name, const LaunchShape& shape, void (*kernel)(Params...),
            Args... args) {
    check_cooperative(shape, name);
    const bool overlap = shape.overlap && context.device->programmatic_launch;
    // Neighbours share a multiprocessor only at one and the same partition.
    KernelAttributes::of_process().require(reinterpret_cast<const void*>(kernel), shape.smem, overlap, name);
    cudaLaunchAttribute attribute{};  // one at most: the two exclude each other
    if (overlap) {
        attribute.id = cudaLaunchAttributeProgrammaticStreamSerialization;
        attribute.val.programmaticStreamSerializationAllowed = 1;
    } else {
        attribute.id = cudaLaunchAttributeCooperative;
        attribute.val.cooperative = 1;
    }
    cudaLaunchConfig_t config{};
    config.gridDim = shape.grid;
    config.blockDim = shape.block;
    config.dynamicSmemBytes = shape.smem;
    config.stream = context.stream;
    config.attrs = &attribute;
    config.numAttrs = overlap || shape.cooperative ? 1 : 0;
    check(cudaLaunchKernelEx(&config, kernel, static_cast<Params>(args)...), name);
}
#endif

}  // namespace sidewinder::kernels::cuda

#ifdef SIDEWINDER_CUDA_EMULATED
#include "tests/support/cuda_emulator/launch.h"
#endif
