#pragma once

#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/memory.h"
#include "kernels/tensor.h"

namespace sidewinder::kernels::cuda {

/// Copies of in_proj and out_proj of all layers in a form that long products read as it lies, made once; one
/// allocation. A copy is found by the address of its weight, so the owner must let go of all of them before a
/// weight's memory is released or written to.
class WeightCopies {
  public:
    /// BF16: of Int8 and Int4 weights, the numbers of `dequantize`. Float8: of any fast format, float8.h.
    enum class Form { BF16, Float8 };

    WeightCopies() = default;  ///< of no weights
    /// Memory for copies of these, which `make` fills. Throws Error(OutOfMemory).
    WeightCopies(Form form, std::span<const LayerWeights> layers);
    /// Issues the work on the context's stream; the same layers. Throws Error.
    void make(const Context& context, std::span<const LayerWeights> layers) const;

    /// Device memory for models of this shape.
    static std::size_t bytes(Form form, const Dims& dims, std::int64_t layers);

    bool empty() const { return places_.empty(); }
    /// [rows, cols]; null: there is none in this form.
    const __nv_bfloat16* bf16(const WeightView& weight) const;
    std::optional<Matmul::Float8> float8(const WeightView& weight) const;
    /// Does a weight lie in this memory?
    bool made_from(const void* data, std::size_t bytes) const;

  private:
    unsigned char* find(Form form, const WeightView& weight) const;

    Form form_ = Form::BF16;
    DeviceMemory memory_;
    std::map<const void*, unsigned char*> places_;  ///< by the weight's data
};

}  // namespace sidewinder::kernels::cuda
