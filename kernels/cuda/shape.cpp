#include "kernels/cuda/ops.h"

namespace sidewinder::kernels::cuda {

bool has_fast_kernels(const Dims& dims) {
    if (dims.headdim != 64 || dims.d_state != 128 || dims.d_conv != 4) return false;
    if (dims.d_inner > 65536 || dims.d_model > 65536) return false;  // a tile of 128 rows fits the work area
    if (dims.d_model <= 0 || dims.d_model % 128 != 0) return false;
    if (dims.n_heads <= 0 || dims.n_groups <= 0 || dims.n_heads % dims.n_groups != 0) return false;
    return dims.d_inner == dims.n_heads * dims.headdim && dims.d_inner % 128 == 0;
}

}  // namespace sidewinder::kernels::cuda
