#pragma once

#include <cublasLt.h>
#include <cuda_bf16.h>

#include <cstdint>
#include <map>
#include <tuple>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/memory.h"

namespace sidewinder::kernels::cuda {

/// The long products, by cuBLASLt: bf16 operands, float32 accumulation. The same shapes give the same bits: a
/// shape's algorithm is chosen once, by cuBLASLt's own order.
class Matmul {
  public:
    Matmul();  ///< throws Error
    Matmul(const Matmul&) = delete;
    Matmul& operator=(const Matmul&) = delete;
    ~Matmul();

    enum class Out { BF16, F32, F32Add };
    /// out[t, r] (+)= sum_c weight[r, c] * x[t, c]: weight [rows, cols], x [T, cols], both dense; rows of
    /// `out` `out_stride` elements apart.
    void run(const Context& context, const __nv_bfloat16* weight, std::int64_t rows, std::int64_t cols,
             const __nv_bfloat16* x, std::int64_t T, void* out, std::int64_t out_stride, Out kind);

    static constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

  private:
    struct Plan;
    using Shape = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::int64_t, Out>;
    const Plan& plan(const Shape& shape);

    cublasLtHandle_t handle_ = nullptr;
    DeviceMemory workspace_;
    std::map<Shape, Plan> plans_;
};

}  // namespace sidewinder::kernels::cuda
