#include "kernels/cuda/short_kernel.cuh"

namespace sidewinder::kernels::cuda::small {

SIDEWINDER_SHORT_FORMAT(FormatBf16);

}  // namespace sidewinder::kernels::cuda::small
