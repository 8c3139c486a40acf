#pragma once

#include <memory>

#include "kernels/backend.h"
#include "kernels/cuda/device.h"

namespace sidewinder::kernels::cuda {

/// The CUDA backend for models of one shape and weight format. One stream; everything is issued in order on
/// it. Opens the device; throws Error. After Error(DeviceLost) every call throws it again without touching
/// the device.
std::unique_ptr<Backend> make_backend(const Dims& dims, WeightFormat format);

}  // namespace sidewinder::kernels::cuda
