#pragma once

#include "kernels/cuda/matmul.h"
#include "kernels/cuda/weight_copies.h"
#include "kernels/cuda/work_area.h"

namespace sidewinder::kernels::cuda {

/// The products of long steps with weights of any fast format. What cuBLASLt cannot take as it lies, and has
/// no copy in `kept`, is made into its operand a tile of rows at a time, so that the memory that it takes
/// does not depend on the model.
class LongLinear {
  public:
    /// out (+)= x weight^T: x bf16 [T, cols]; rows of `out` `out_stride` elements apart. With and without a
    /// copy the same bits, since a tile is multiplied by the algorithm of the whole.
    void run(const Context& context, const WorkArea& area, const WeightCopies& kept, const WeightView& weight,
             const __nv_bfloat16* x, std::int64_t T, void* out, std::int64_t out_stride, Matmul::Out kind);
    /// The same with float8 operands (float8.h): rows of x `x_stride` bytes apart, scales in
    /// `area.token_scales`.
    void run_float8(const Context& context, const WorkArea& area, const WeightCopies& kept,
                    const WeightView& weight, const unsigned char* x, std::int64_t x_stride, std::int64_t T,
                    void* out, std::int64_t out_stride, Matmul::Out kind);

  private:
    Matmul matmul_;
};

}  // namespace sidewinder::kernels::cuda
