#include "kernels/cuda/code_version.h"

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {
#ifdef SIDEWINDER_CUDA_EMULATED

int code_version() {
    return 90;
}

#else
namespace {

__global__ void nothing() {}

}  // namespace

int code_version() {
    cudaFuncAttributes attributes{};
    cudaError_t status = cudaFuncGetAttributes(&attributes, nothing);
    if (status == cudaErrorInvalidDeviceFunction) status = cudaErrorNoKernelImageForDevice;
    check(status, "cudaFuncGetAttributes");
    return attributes.ptxVersion;
}

#endif
}  // namespace sidewinder::kernels::cuda
