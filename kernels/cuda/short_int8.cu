#include "kernels/cuda/short_kernel.cuh"

namespace sidewinder::kernels::cuda::small {

SIDEWINDER_SHORT_FORMAT(FormatInt8<64>);
SIDEWINDER_SHORT_FORMAT(FormatInt8<128>);

}  // namespace sidewinder::kernels::cuda::small
