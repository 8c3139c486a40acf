#pragma once

#include "kernels/backend.h"
#include "kernels/cuda/event.h"
#include "kernels/cuda/weight_copies.h"

namespace sidewinder::kernels::cuda {

/// In which form a backend's long steps multiply, and the copies of the weights that they read: float8 copies
/// where float8 (float8.h) was asked for, else bf16 ones of integer weights. Of others there are none.
class LongWeights {
  public:
    LongWeights() = default;  ///< no float8, no copies
    /// `integer`: the weights are Int8 or Int4; `offered`: device and shape have float8; `wanted`: it was
    /// asked for.
    LongWeights(bool integer, bool offered, bool wanted)
        : integer_(integer), offered_(offered), float8_(offered && wanted) {}

    static constexpr std::int64_t kTiledTokens = 1024;  ///< where float8 pays with weights made at each step
    static constexpr std::int64_t kKeptTokens = 256;    ///< and where they are kept

    bool offers_float8() const { return offered_; }
    bool float8() const { return float8_; }
    /// Is a step of T tokens, padded to `rows`, which cuBLASLt wants in sixteens, one in float8?
    bool in_float8(std::int64_t T, std::int64_t rows) const {
        return float8_ && T >= (kept_.empty() ? kTiledTokens : kKeptTokens) && rows % 16 == 0;
    }
    /// Joins the state format: float8 steps and products give other bits. Those of bf16 copies are the same
    /// as without them (LongLinear).
    const char* name() const { return !float8_ ? "" : kept_.empty() ? "-float8" : "-float8-kept"; }
    /// See Backend::copies_need; `memory`: of the device.
    CopiesNeed copies_need(const Dims& dims, std::int64_t layers, std::size_t memory) const;
    /// Makes the copies in place of those before; a full memory is no fault, it goes on without. Waits by
    /// `done` before it lets go of any.
    void keep(const Context& context, std::span<const LayerWeights> layers, Event& done);
    /// To be called before memory is released, when nothing uses it any more.
    void forget(const void* data, std::size_t bytes) {
        if (kept_.made_from(data, bytes)) kept_ = {};
    }
    const WeightCopies& kept() const { return kept_; }

  private:
    bool keeps() const { return float8_ || integer_; }
    WeightCopies::Form form() const {
        return float8_ ? WeightCopies::Form::Float8 : WeightCopies::Form::BF16;
    }
    void let_go(const Context& context, Event& done);

    bool integer_ = false, offered_ = false, float8_ = false;
    WeightCopies kept_;
};

}  // namespace sidewinder::kernels::cuda
