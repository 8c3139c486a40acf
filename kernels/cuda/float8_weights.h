#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/memory.h"
#include "kernels/tensor.h"

namespace sidewinder::kernels::cuda {

/// Float8 copies (float8.h) of in_proj and out_proj of all layers, made once; one allocation. A copy is found
/// by the address of its weight, so the owner must let go of all of them before a weight's memory is released
/// or written to.
class Float8Weights {
  public:
    Float8Weights() = default;  ///< of no weights
    /// Memory for copies of these, which `make` fills. Throws Error(OutOfMemory).
    explicit Float8Weights(std::span<const LayerWeights> layers);
    /// Issues the work on the context's stream; the same layers. Throws Error.
    void make(const Context& context, std::span<const LayerWeights> layers) const;

    /// Device memory for models of this shape.
    static std::size_t bytes(const Dims& dims, std::int64_t layers);

    bool empty() const { return copies_.empty(); }
    const Matmul::Float8* find(const WeightView& weight) const;  ///< null: there is none
    /// Does a weight lie in this memory?
    bool made_from(const void* data, std::size_t bytes) const;

  private:
    DeviceMemory memory_;
    std::map<const void*, Matmul::Float8> copies_;  ///< by the weight's data
};

}  // namespace sidewinder::kernels::cuda
