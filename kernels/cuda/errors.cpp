#include "kernels/cuda/errors.h"

#include <string>

namespace sidewinder::kernels::cuda {
namespace {

std::string number(cudaError_t status) {
    return std::string(cudaGetErrorName(status)) + ", CUDA error " + std::to_string(static_cast<int>(status));
}

std::string unsupported_reason(cudaError_t status) {
    int driver = 0;
    cudaDriverGetVersion(&driver);
    switch (status) {
        case cudaErrorInsufficientDriver:
            if (driver == 0) return "No NVIDIA driver is installed";
            return "The NVIDIA driver offers CUDA " + std::to_string(driver / 1000) + "." +
                   std::to_string(driver % 1000 / 10) + " and 13.0 is needed: install driver 580 or later";
        case cudaErrorNoDevice:
            return "The NVIDIA driver sees no GPU";
        case cudaErrorSystemDriverMismatch:
        case cudaErrorCompatNotSupportedOnDevice:
            return "The NVIDIA driver was changed while the system ran: restart the computer";
        default:
            return "This build has no code for this GPU";
    }
}

bool is_unsupported(cudaError_t status) {
    switch (status) {
        case cudaErrorInsufficientDriver:
        case cudaErrorNoDevice:
        case cudaErrorNoKernelImageForDevice:
        case cudaErrorUnsupportedPtxVersion:
        case cudaErrorInvalidKernelImage:
        case cudaErrorSystemDriverMismatch:
        case cudaErrorCompatNotSupportedOnDevice:
            return true;
        default:
            return false;
    }
}

// Wrong calls of ours leave the context as it was; every other failure may have ended it.
bool is_our_mistake(cudaError_t status) {
    switch (status) {
        case cudaErrorInvalidValue:
        case cudaErrorInvalidConfiguration:
        case cudaErrorInvalidDeviceFunction:
        case cudaErrorInvalidResourceHandle:
        case cudaErrorLaunchOutOfResources:
        case cudaErrorCooperativeLaunchTooLarge:
        case cudaErrorNotSupported:
        case cudaErrorStreamCaptureUnsupported:
        case cudaErrorStreamCaptureInvalidated:
        case cudaErrorStreamCaptureUnjoined:
            return true;
        default:
            return false;
    }
}

}  // namespace

void check(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return;
    cudaGetLastError();  // a non-sticky error must not be reported again by the next launch
    if (is_unsupported(status)) {
        throw Error(Error::Kind::Unsupported,
                    unsupported_reason(status) + " (" + number(status) + "). The CPU can be used.");
    }
    if (status == cudaErrorMemoryAllocation) {
        throw Error(Error::Kind::OutOfMemory,
                    std::string("The GPU's memory is full (") + what + ", " + number(status) +
                        "). Close other programs that use the GPU, choose a smaller "
                        "weight format, or use the CPU.");
    }
    if (is_our_mistake(status)) {
        throw Error(Error::Kind::Internal, std::string("The GPU engine was called wrongly (") + what + ", " +
                                               number(status) + "). Please report this.");
    }
    throw Error(Error::Kind::DeviceLost, std::string("The GPU failed (") + what + ", " + number(status) +
                                             "): it stays off until Sidewinder is restarted. Your "
                                             "conversations are safe, and the CPU can be used.");
}

void check_quietly(cudaError_t status) noexcept {
    if (status != cudaSuccess) cudaGetLastError();
}

}  // namespace sidewinder::kernels::cuda
