#pragma once

#include "kernels/cuda_library.h"

namespace sidewinder::kernels::cuda {

CudaCeilings measure_ceilings();  ///< see kernels/cuda_library.h

}  // namespace sidewinder::kernels::cuda
