#include "kernels/cuda/float8_prefill.h"

namespace sidewinder::kernels::cuda {

void Float8Prefill::keep(const Context& context, std::span<const LayerWeights> layers, Event& done) {
    if (!on_) return;
    let_go(context, done);
    try {
        kept_ = Float8Weights(layers);
        kept_.make(context, layers);
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::OutOfMemory) throw;
        let_go(context, done);  // some may have been issued
    }
}

void Float8Prefill::let_go(const Context& context, Event& done) {
    if (kept_.empty()) return;
    done.record(context.stream);
    done.wait();  // releasing would, without an end
    kept_ = {};
}

}  // namespace sidewinder::kernels::cuda
