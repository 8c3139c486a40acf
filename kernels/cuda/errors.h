#pragma once

#include <cuda_runtime_api.h>

#include "kernels/error.h"

namespace sidewinder::kernels::cuda {

/// Throws kernels::Error unless `status` is success. `what` names the call or kernel. Out of memory leaves
/// the device usable; what CUDA calls sticky (a fault in a kernel, a lost device) becomes DeviceLost: nothing
/// on this device works again before the program restarts.
void check(cudaError_t status, const char* what);

/// For release in destructors: never throws, forgets a non-sticky error.
void check_quietly(cudaError_t status) noexcept;

}  // namespace sidewinder::kernels::cuda
