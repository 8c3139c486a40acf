#include "kernels/cuda/ceilings.h"
#include "kernels/cuda/cuda_backend.h"
#include "kernels/cuda/errors.h"
#include "kernels/cuda_library.h"

namespace sidewinder::kernels::cuda {
namespace {

CudaDevice probe() {
    const DeviceTraits traits = open_device();
    int driver = 0;
    check(cudaDriverGetVersion(&driver), "cudaDriverGetVersion");
    CudaDevice device;
    device.name = traits.name;
    device.driver = std::to_string(driver / 1000) + "." + std::to_string(driver % 1000 / 10);
    device.compute = traits.compute;
    check(cudaMemGetInfo(&device.free_memory, &device.total_memory), "cudaMemGetInfo");
    return device;
}

Backend* make(const Dims& dims, WeightFormat format, bool float8_prefill) {
    return make_backend(dims, format, float8_prefill).release();
}

}  // namespace
}  // namespace sidewinder::kernels::cuda

extern "C" __attribute__((visibility("default"))) const sidewinder::kernels::CudaEntry*
sidewinder_cuda_entry() {
    using namespace sidewinder::kernels;
    static constexpr CudaEntry kEntry{CudaEntry::kVersion, cuda::probe, cuda::make, cuda::measure_ceilings};
    return &kEntry;
}
