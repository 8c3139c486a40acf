#include "kernels/cuda/errors.h"

#include <string>

namespace sidewinder::kernels::cuda {

void check(cudaError_t status, const char* what) {
    if (status == cudaSuccess) return;
    cudaGetLastError();
    const std::string sentence = std::string(what) + " failed: " + cudaGetErrorString(status) +
                                 " (CUDA error " + std::to_string(static_cast<int>(status)) + ").";
    if (status == cudaErrorMemoryAllocation) throw Error(Error::Kind::OutOfMemory, sentence);
    throw Error(Error::Kind::DeviceLost, sentence);
}

void check_quietly(cudaError_t status) noexcept {
    if (status != cudaSuccess) cudaGetLastError();
}

}  // namespace sidewinder::kernels::cuda
