#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <string>

#include "kernels/error.h"

namespace sidewinder::kernels::cuda {

/// Throws kernels::Error unless `status` is success. `what` names the call or kernel. Out of memory leaves
/// the device usable; what CUDA calls sticky (a fault in a kernel, a lost device) becomes DeviceLost: nothing
/// on this device works again before the program restarts.
void check(cudaError_t status, const char* what);

/// The same for an allocation: out of memory is told with the size. On the device (cudaMalloc), and
/// page-locked on the host (cudaMallocHost).
void check_device_memory(cudaError_t status, std::size_t bytes);
void check_host_memory(cudaError_t status, std::size_t bytes);

/// What is free of the device's memory; throws Error as `check` does, so that it also tells whether the
/// device still answers. Waits for nothing.
std::size_t free_memory();

/// Throws Error(OutOfMemory): the device's memory is full. `what` failed, with the library's number.
[[noreturn]] void throw_full(const std::string& what);

/// Throws Error(DeviceLost). `what` happened, e.g. "The GPU failed (cudaMalloc, ...)".
[[noreturn]] void throw_lost(const std::string& what);

/// For release in destructors: never throws, forgets a non-sticky error.
void check_quietly(cudaError_t status) noexcept;

}  // namespace sidewinder::kernels::cuda
