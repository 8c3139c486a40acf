#pragma once

#include <memory>

#include "kernels/backend.h"
#include "kernels/cuda/device.h"

namespace sidewinder::kernels::cuda {

/// The CUDA backend for models of one shape and weight format. One stream; everything is issued in order on
/// it. Opens the device; throws Error. After Error(DeviceLost) every call throws it again without touching
/// the device, and what the backend holds is left to the end of the process (loss.h).
///
/// `float8_prefill`: long steps multiply float8 by float8 where has_float8 says so, faster and less exact;
/// shorter ones too after `keep_copies`, see long_weights.h. Else `keep_copies` makes Int8 and Int4 weights
/// bf16, for long steps at the speed of BF16 weights and with the bits that they have without.
std::unique_ptr<Backend> make_backend(const Dims& dims, WeightFormat format, bool float8_prefill = false);

}  // namespace sidewinder::kernels::cuda
