#include "kernels/cuda/errors.h"

#include <cstdio>
#include <string>

namespace sidewinder::kernels::cuda {
namespace {

constexpr const char* kAdvice =
    " Close other programs that use the GPU, choose a smaller weight format, or use the CPU.";

std::string gigabytes(std::size_t bytes) {
    char text[32];
    std::snprintf(text, sizeof text, "%.3g", static_cast<double>(bytes) * 1e-9);
    return text;
}

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
    if (status == cudaErrorMemoryAllocation) throw_full(std::string(what) + ", " + number(status));
    if (status == cudaErrorLaunchOutOfResources) {
        throw Error(Error::Kind::OutOfMemory, std::string("The GPU has no room to run this (") + what + ", " +
                                                  number(status) + ")." + kAdvice);
    }
    if (is_our_mistake(status)) {
        throw Error(Error::Kind::Internal, std::string("The GPU engine was called wrongly (") + what + ", " +
                                               number(status) + "). Please report this.");
    }
    throw_lost(std::string("The GPU failed (") + what + ", " + number(status) + ")");
}

void check_device_memory(cudaError_t status, std::size_t bytes) {
    if (status == cudaSuccess) return;
    check(status, ("cudaMalloc of " + gigabytes(bytes) + " GB").c_str());
}

void check_host_memory(cudaError_t status, std::size_t bytes) {
    if (status == cudaSuccess) return;
    if (status != cudaErrorMemoryAllocation) check(status, "cudaMallocHost");
    cudaGetLastError();
    throw Error(Error::Kind::OutOfMemory,
                "The computer's memory is full: " + gigabytes(bytes) +
                    " GB of it cannot be locked for copies to and from the GPU (cudaMallocHost, " +
                    number(status) + "). Close other programs, or use the CPU.");
}

std::size_t free_memory() {
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    return free;
}

void throw_full(const std::string& what) {
    std::size_t free = 0, total = 0;
    const bool known = cudaMemGetInfo(&free, &total) == cudaSuccess;
    if (!known) cudaGetLastError();
    const std::string share = ": " + gigabytes(free) + " of " + gigabytes(total) + " GB are free";
    throw Error(Error::Kind::OutOfMemory,
                "The GPU's memory is full" + (known ? share : std::string()) + " (" + what + ")." + kAdvice);
}

void throw_lost(const std::string& what) {
    throw Error(Error::Kind::DeviceLost, what +
                                             ": it stays off until Sidewinder is restarted. Your "
                                             "conversations are safe, and the CPU can be used.");
}

void check_quietly(cudaError_t status) noexcept {
    if (status != cudaSuccess) cudaGetLastError();
}

}  // namespace sidewinder::kernels::cuda
