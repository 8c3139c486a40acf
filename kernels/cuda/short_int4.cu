#include "kernels/cuda/short_kernel.cuh"

namespace sidewinder::kernels::cuda::small {

SIDEWINDER_SHORT_FORMAT(FormatInt4<64>);
SIDEWINDER_SHORT_FORMAT(FormatInt4<128>);

}  // namespace sidewinder::kernels::cuda::small
