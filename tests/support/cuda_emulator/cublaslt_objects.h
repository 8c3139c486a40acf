#pragma once

#include <cublasLt.h>

#include <cstdint>

/// What the fake cuBLASLt keeps in the library's opaque structures. For the emulator's own files.
namespace sidewinder::emulator {

struct MatrixLayout {
    std::int64_t rows = 0;
    std::int64_t cols = 0;
    std::int64_t ld = 0;
    std::int64_t batch_stride = 0;
    std::int32_t batch_count = 1;
    std::int32_t type = CUDA_R_32F;
    std::int32_t order = CUBLASLT_ORDER_COL;
};

struct MatmulDescription {
    std::int32_t compute = CUBLAS_COMPUTE_32F;
    std::int32_t scale_type = CUDA_R_32F;
    std::int32_t pointer_mode = CUBLASLT_POINTER_MODE_HOST;
    std::int32_t transpose_a = CUBLAS_OP_N;
    std::int32_t transpose_b = CUBLAS_OP_N;
    std::uint32_t epilogue = CUBLASLT_EPILOGUE_DEFAULT;
    const float* scale_a = nullptr;
    const float* scale_b = nullptr;
    const float* scale_d = nullptr;
    std::int32_t mode_a = CUBLASLT_MATMUL_MATRIX_SCALE_SCALAR_32F;
    std::int32_t mode_b = CUBLASLT_MATMUL_MATRIX_SCALE_SCALAR_32F;
};

struct MatmulPreference {
    std::uint64_t workspace = 0;
};

/// All that one product needs, with alpha and beta read.
struct Matmul {
    MatmulDescription description;
    MatrixLayout a_layout, b_layout, c_layout, d_layout;
    const void* a = nullptr;
    const void* b = nullptr;
    const void* c = nullptr;
    void* d = nullptr;
    float alpha = 1;
    float beta = 0;
};

/// CUBLAS_STATUS_NOT_SUPPORTED for types and forms that the library has not (or that nobody asked of this
/// one), INVALID_VALUE for shapes that do not fit together.
cublasStatus_t check_shapes(const Matmul& matmul);
/// Faults unless each operand lies in one allocation of device memory.
void check_operands(const Matmul& matmul);
/// D = alpha op(A) op(B) + beta C, summed in float64.
void run(const Matmul& matmul);

}  // namespace sidewinder::emulator
