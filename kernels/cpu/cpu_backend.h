#pragma once

#include <memory>

#include "kernels/backend.h"

namespace sidewinder::kernels {

/// The reference backend and a real one: float32 activations, SIMD chosen at run time (Highway), a fixed
/// thread pool. `threads` <= 0 takes the number of physical cores that this process may use. The caller's
/// thread is one of them.
std::unique_ptr<Backend> make_cpu_backend(int threads = 0);

}  // namespace sidewinder::kernels
