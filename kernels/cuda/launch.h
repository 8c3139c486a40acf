#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>
#include <unordered_map>

#include "kernels/cuda/device.h"
#include "kernels/cuda/errors.h"

/// Starting kernels. In the emulator (SIDEWINDER_CUDA_EMULATED) the kernel runs before `launch` returns.
namespace sidewinder::kernels::cuda {

/// What kernels have been given so far, so that a launch need not ask the driver again. One thread at a time.
class KernelAttributes {
  public:
    /// Allows `smem` bytes of dynamic shared memory; with `most_shared`, gives shared memory the most of a
    /// multiprocessor. Throws Error.
    void require(const void* kernel, std::size_t smem, bool most_shared, const char* name) {
        Given& given = given_[kernel];
        if (smem > given.smem) {
            allow(kernel, static_cast<int>(smem), name);
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
    // The limit is the process's, and another owner may have given more.
    static void allow(const void* kernel, int smem, const char* name) {
        cudaFuncAttributes now{};
        check(cudaFuncGetAttributes(&now, kernel), name);
        if (now.maxDynamicSharedSizeBytes >= smem) return;
        check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, smem), name);
    }

    std::unordered_map<const void*, Given> given_;
};

/// Where an operation runs: the stream, what its device is like, and what its kernels were given. A value;
/// all three outlive every use.
struct Context {
    cudaStream_t stream = nullptr;
    const DeviceTraits* device = nullptr;
    KernelAttributes* attributes = nullptr;
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

/// What both forms of `launch` do first.
inline void prepare(const Context& context, const char* name, const LaunchShape& shape, bool overlap,
                    const void* kernel) {
    check_cooperative(shape, name);
    // Neighbours share a multiprocessor only at one and the same partition.
    context.attributes->require(kernel, shape.smem, overlap, name);
}

#ifndef SIDEWINDER_CUDA_EMULATED
/// Throws Error. `name` is for the person who reads the error.
template <class... Params, class... Args>
void launch(const Context& context, const char* name, const LaunchShape& shape, void (*kernel)(Params...),
            Args... args) {
    const bool overlap = shape.overlap && context.device->programmatic_launch;
    prepare(context, name, shape, overlap, reinterpret_cast<const void*>(kernel));
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
