#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "kernels/backend.h"

/// The way to the GPU: libsidewinder_cuda.so is looked for beside the program, in ../lib/sidewinder and by
/// the loader, and opened at run time, so that one program runs with and without a GPU. Nothing here needs
/// the CUDA toolkit.
namespace sidewinder::kernels {

struct CudaDevice {
    std::string name;    ///< "NVIDIA H100 80GB HBM3"
    std::string driver;  ///< the CUDA version that the driver offers, "13.0"
    int compute = 0;     ///< compute capability, 90 for 9.0
    std::size_t total_memory = 0;
    std::size_t free_memory = 0;  ///< now, what other programs hold left out
};

/// What a device can do at best, measured now: every speed is shown as a share of it.
struct CudaCeilings {
    double copy_bytes_per_second = 0;             ///< device to device, bytes read + written
    double matrix_flop_per_second = 0;            ///< bf16 8192 x 8192 x 8192, a few by themselves
    double sustained_matrix_flop_per_second = 0;  ///< the same for a second: what power and heat leave of it
    double bus_bytes_per_second = 0;              ///< pinned host memory to the device
};

/// Looks for a usable device. Throws Error(Unsupported) with the reason as a sentence: the library is not
/// part of this build, no driver, driver too old, no device, compute capability below 8.0.
CudaDevice probe_cuda();

/// A backend for models of this shape and weight format on the first usable device; throws as probe_cuda
/// does, and Error(OutOfMemory). F32 weights and unusual shapes run on plain float32 kernels.
/// `float8_prefill`: long steps multiply in float8, faster and less exact, where the device can (compute
/// capability 9.0); `state_format` tells.
std::unique_ptr<Backend> make_cuda_backend(const Dims& dims, WeightFormat format,
                                           bool float8_prefill = false);

/// Takes about three seconds and 2 GiB of device memory, or less where there is less.
CudaCeilings measure_cuda_ceilings();

/// What the library exports (`sidewinder_cuda_entry`); both sides are built together, which `version` checks.
struct CudaEntry {
    static constexpr int kVersion = 4;
    int version = kVersion;
    CudaDevice (*probe)() = nullptr;
    Backend* (*make_backend)(const Dims&, WeightFormat, bool float8_prefill) = nullptr;
    CudaCeilings (*measure_ceilings)() = nullptr;
};

}  // namespace sidewinder::kernels
