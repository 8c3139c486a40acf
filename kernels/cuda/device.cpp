#include "kernels/cuda/device.h"

#include <cuda_runtime_api.h>

#include "kernels/cuda/code_version.h"
#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kLeastCompute = 80;  // bf16 matrix units and cp.async

int attribute(cudaDeviceAttr which, int device) {
    int value = 0;
    check(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
    return value;
}

DeviceTraits read_traits(int device) {
    cudaDeviceProp properties{};
    check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    DeviceTraits traits;
    traits.ordinal = device;
    traits.name = properties.name;
    traits.compute = properties.major * 10 + properties.minor;
    traits.multiprocessors = properties.multiProcessorCount;
    traits.shared_per_block = properties.sharedMemPerBlockOptin;
    traits.shared_per_multiprocessor = properties.sharedMemPerMultiprocessor;
    traits.l2_bytes = static_cast<std::size_t>(attribute(cudaDevAttrL2CacheSize, device));
    traits.total_memory = properties.totalGlobalMem;
    return traits;
}

DeviceTraits open_first_usable() {
    int count = 0;
    check(cudaGetDeviceCount(&count), "cudaGetDeviceCount");
    if (count == 0) check(cudaErrorNoDevice, "cudaGetDeviceCount");
    DeviceTraits best;
    for (int device = 0; device < count; ++device) {
        best = read_traits(device);
        if (best.compute < kLeastCompute) continue;
        check(cudaSetDevice(device), "cudaSetDevice");
        check(cudaFree(nullptr), "opening the GPU");  // makes the context now rather than at the first answer
        best.programmatic_launch = best.compute >= 90 && code_version() >= 90;
        return best;
    }
    throw Error(Error::Kind::Unsupported,
                "The GPU " + best.name + " has compute capability " + std::to_string(best.compute / 10) +
                    "." + std::to_string(best.compute % 10) + " and 8.0 is needed, so the CPU is used.");
}

}  // namespace

// Nothing was running yet: whatever the driver says, another backend may do.
DeviceTraits open_device() {
    try {
        return open_first_usable();
    } catch (const Error& error) {
        if (error.kind() == Error::Kind::OutOfMemory || error.kind() == Error::Kind::Unsupported) throw;
        throw Error(Error::Kind::Unsupported, error.what());
    }
}

}  // namespace sidewinder::kernels::cuda
