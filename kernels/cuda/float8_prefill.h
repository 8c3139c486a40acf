#pragma once

#include "kernels/cuda/event.h"
#include "kernels/cuda/float8_weights.h"

namespace sidewinder::kernels::cuda {

/// Which of a backend's steps multiply in float8 (float8.h), and the copies of the weights that they read.
class Float8Prefill {
  public:
    Float8Prefill() = default;  ///< none
    /// `offered`: device and shape have it; `wanted`: it was asked for.
    Float8Prefill(bool offered, bool wanted) : offered_(offered), on_(offered && wanted) {}

    static constexpr std::int64_t kTiledTokens = 1024;  ///< where it pays to make the weights at each step
    static constexpr std::int64_t kKeptTokens = 256;    ///< and where they are kept

    bool offered() const { return offered_; }
    bool on() const { return on_; }
    /// A step of T tokens, padded to `rows`, which cuBLASLt wants in sixteens.
    bool serves(std::int64_t T, std::int64_t rows) const {
        return on_ && T >= (kept_.empty() ? kTiledTokens : kKeptTokens) && rows % 16 == 0;
    }
    /// Joins the state format: other steps and other products give other bits.
    const char* name() const { return !on_ ? "" : kept_.empty() ? "-float8" : "-float8-kept"; }
    std::size_t copies_bytes(const Dims& dims, std::int64_t layers) const {
        return on_ ? Float8Weights::bytes(dims, layers) : 0;
    }
    /// Makes the copies in place of those before; a full memory is no fault, it goes on without. Waits by
    /// `done` before it lets go of any.
    void keep(const Context& context, std::span<const LayerWeights> layers, Event& done);
    /// To be called before memory is released, when nothing uses it any more.
    void forget(const void* data, std::size_t bytes) {
        if (kept_.made_from(data, bytes)) kept_ = {};
    }
    const Float8Weights& kept() const { return kept_; }

  private:
    void let_go(const Context& context, Event& done);

    bool offered_ = false, on_ = false;
    Float8Weights kept_;
};

}  // namespace sidewinder::kernels::cuda
