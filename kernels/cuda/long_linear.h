#pragma once

#include "kernels/cuda/float8_weights.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/work_area.h"

namespace sidewinder::kernels::cuda {

/// The products of long steps with weights of any fast format. What cuBLASLt cannot take as it lies is made
/// into its operand a tile of rows at a time, so that the memory that it takes does not depend on the model.
class LongLinear {
  public:
    /// out (+)= x weight^T: x bf16 [T, cols]; rows of `out` `out_stride` elements apart.
    void run(const Context& context, const WorkArea& area, const WeightView& weight, const __nv_bfloat16* x,
             std::int64_t T, void* out, std::int64_t out_stride, Matmul::Out kind);
    /// The same with float8 operands (float8.h): rows of x `x_stride` bytes apart, scales in
    /// `area.token_scales`; the weight's copy of `kept` where it has one, else tiles with the same numbers.
    void run_float8(const Context& context, const WorkArea& area, const Float8Weights& kept,
                    const WeightView& weight, const unsigned char* x, std::int64_t x_stride, std::int64_t T,
                    void* out, std::int64_t out_stride, Matmul::Out kind);

  private:
    Matmul matmul_;
};

}  // namespace sidewinder::kernels::cuda
