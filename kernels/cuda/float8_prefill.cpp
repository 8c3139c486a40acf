#include "kernels/cuda/float8_prefill.h"

namespace sidewinder::kernels::cuda {

void Float8Prefill::keep(const Context& context, std::span<const LayerWeights> layers) {
    if (!on_) return;
    kept_ = {};
    try {
        kept_ = Float8Weights(context, layers);
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::OutOfMemory) throw;
    }
}

}  // namespace sidewinder::kernels::cuda
