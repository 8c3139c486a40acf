#pragma once

#include <cublasLt.h>
#include <cuda_bf16.h>

#include <compare>
#include <cstdint>
#include <map>

#include "kernels/cuda/launch.h"
#include "kernels/cuda/memory.h"

namespace sidewinder::kernels::cuda {

/// The long products, by cuBLASLt: bf16 or float8 operands, float32 accumulation. The same shapes give the
/// same bits: a shape's algorithm is chosen once, by cuBLASLt's own order and one rule about long products. A
/// tile of a weight's rows takes that of the whole, so that its bits do not tell whether it was cut.
class Matmul {
  public:
    Matmul();  ///< throws Error
    Matmul(const Matmul&) = delete;
    Matmul& operator=(const Matmul&) = delete;
    ~Matmul();

    enum class Out { BF16, F32, F32Add };
    /// out[t, r] (+)= sum_c weight[r, c] * x[t, c]: weight [rows, cols], x [T, cols], both dense; rows of
    /// `out` `out_stride` elements apart. `of_rows`: the weight is a tile of one that has so many; 0: it is
    /// the whole.
    void run(const Context& context, const __nv_bfloat16* weight, std::int64_t rows, std::int64_t cols,
             const __nv_bfloat16* x, std::int64_t T, void* out, std::int64_t out_stride, Out kind,
             std::int64_t of_rows = 0);

    /// Float8 operands of float8.h: weight [rows, cols] dense, rows of x `x_stride` bytes apart; out as
    /// above, scaled back. Compute capability 9.0. cols, rows, T and x_stride multiples of 16.
    struct Float8 {
        const unsigned char* data = nullptr;
        const float* scales = nullptr;
    };
    void run(const Context& context, const Float8& weight, std::int64_t rows, std::int64_t cols,
             const Float8& x, std::int64_t x_stride, std::int64_t T, void* out, std::int64_t out_stride,
             Out kind);

    static constexpr std::size_t kWorkspaceBytes = std::size_t{32} << 20;

  private:
    struct Plan;
    struct Shape {
        std::int64_t rows, cols, x_stride, T, out_stride;
        Out kind;
        bool float8;
        std::int64_t of_rows;
        auto operator<=>(const Shape&) const = default;
    };
    const Plan& plan(const Context& context, const Shape& shape);
    void describe(Plan& plan, const Shape& shape);
    bool take(Plan& plan, const cublasLtMatmulAlgo_t& algorithm);
    void choose(Plan& plan, const Shape& shape, int compute);
    void multiply(const Context& context, const Plan& plan, const void* weight, const void* x, void* out,
                  Out kind);

    cublasLtHandle_t handle_ = nullptr;
    DeviceMemory workspace_;
    std::map<Shape, Plan> plans_;
};

}  // namespace sidewinder::kernels::cuda
