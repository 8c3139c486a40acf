#include "kernels/cuda/long_weights.h"

namespace sidewinder::kernels::cuda {

CopiesNeed LongWeights::copies_need(const Dims& dims, std::int64_t layers, std::size_t memory) const {
    if (!keeps()) return {};
    // Nobody asked for bf16 copies, so a tenth of the device stays for the screen and other programs.
    return {.bytes = WeightCopies::bytes(form(), dims, layers),
            .spare = float8_ ? 0 : memory / 10,
            .form = float8_ ? "float8" : "bf16"};
}

void LongWeights::keep(const Context& context, std::span<const LayerWeights> layers, Event& done) {
    if (!keeps()) return;
    let_go(context, done);
    try {
        kept_ = WeightCopies(form(), layers);
        kept_.make(context, layers);
    } catch (const Error& error) {
        if (error.kind() != Error::Kind::OutOfMemory) throw;
        let_go(context, done);  // some may have been issued
    }
}

void LongWeights::let_go(const Context& context, Event& done) {
    if (kept_.empty()) return;
    done.record(context.stream);
    done.wait();  // releasing would, without an end
    kept_ = {};
}

}  // namespace sidewinder::kernels::cuda
