#pragma once

namespace sidewinder::kernels::cuda {

/// The compute capability, times ten, that this build's code for the current device was compiled for: less
/// than the device's own where the driver made it from older PTX. Throws Error(Unsupported) when there is no
/// code for it.
int code_version();

}  // namespace sidewinder::kernels::cuda
