#pragma once

#include <cublasLt.h>

#include <cstdint>
#include <vector>

#include "kernels/cuda/memory.h"

namespace sidewinder::bench {

/// One long product as kernels/cuda/matmul.cpp asks cuBLASLt for it, in each of the library's own choices.
class ProductChoices {
  public:
    struct Shape {
        std::int64_t rows = 0, cols = 0, T = 0, out_stride = 0;
        cudaDataType_t out_type = CUDA_R_16BF;
        bool add = false;
        cudaDataType_t in_type = CUDA_R_16BF;  ///< or CUDA_R_8F_E4M3, with fast accumulation
        bool row_scales = false;  ///< float8: a float32 scale for each row of the weight and of x
    };
    ProductChoices(cublasLtHandle_t handle, const Shape& shape, std::size_t workspace_bytes, int most,
                   const float* scales)
        : handle_(handle), shape_(shape) {
        const bool narrow = shape.in_type != CUDA_R_16BF;
        cublasLtMatmulDescCreate(&operation_, CUBLAS_COMPUTE_32F, CUDA_R_32F);
        set(CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
        if (narrow) {
            set(CUBLASLT_MATMUL_DESC_FAST_ACCUM, std::int8_t{1});
            set(CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, scales);
            set(CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, scales);
            if (shape.row_scales) {
                set(CUBLASLT_MATMUL_DESC_A_SCALE_MODE, CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F);
                set(CUBLASLT_MATMUL_DESC_B_SCALE_MODE, CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F);
            }
        }
        const auto rows = static_cast<std::uint64_t>(shape.rows),
                   cols = static_cast<std::uint64_t>(shape.cols);
        const auto T = static_cast<std::uint64_t>(shape.T);
        cublasLtMatrixLayoutCreate(&weight_, shape.in_type, cols, rows, shape.cols);
        cublasLtMatrixLayoutCreate(&x_, shape.in_type, cols, T, shape.cols);
        cublasLtMatrixLayoutCreate(&out_, shape.out_type, rows, T, shape.out_stride);
        cublasLtMatmulPreference_t preference = nullptr;
        cublasLtMatmulPreferenceCreate(&preference);
        cublasLtMatmulPreferenceSetAttribute(preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES,
                                             &workspace_bytes, sizeof workspace_bytes);
        choices_.resize(static_cast<std::size_t>(most));
        int found = 0;
        status_ = cublasLtMatmulAlgoGetHeuristic(handle, operation_, weight_, x_, out_, out_, preference,
                                                 most, choices_.data(), &found);
        cublasLtMatmulPreferenceDestroy(preference);
        choices_.resize(static_cast<std::size_t>(found));
    }
    ProductChoices(const ProductChoices&) = delete;
    ProductChoices& operator=(const ProductChoices&) = delete;
    ~ProductChoices() {
        for (cublasLtMatrixLayout_t layout : {weight_, x_, out_}) cublasLtMatrixLayoutDestroy(layout);
        cublasLtMatmulDescDestroy(operation_);
    }

    int count() const { return static_cast<int>(choices_.size()); }
    int status() const { return static_cast<int>(status_); }
    double tera_operations() const {
        return 2e-12 * static_cast<double>(shape_.rows) * static_cast<double>(shape_.cols) *
               static_cast<double>(shape_.T);
    }
    bool run(int choice, const void* weight, const void* x, void* out, void* workspace, cudaStream_t stream) {
        const float one = 1.0f, beta = shape_.add ? 1.0f : 0.0f;
        const auto& c = choices_[static_cast<std::size_t>(choice)];
        return cublasLtMatmul(handle_, operation_, &one, weight, weight_, x, x_, &beta, out, out_, out, out_,
                              &c.algo, workspace, c.workspaceSize, stream) == CUBLAS_STATUS_SUCCESS;
    }

  private:
    template <class T>
    void set(cublasLtMatmulDescAttributes_t attribute, const T& value) {
        cublasLtMatmulDescSetAttribute(operation_, attribute, &value, sizeof value);
    }

    cublasLtHandle_t handle_;
    Shape shape_;
    cublasLtMatmulDesc_t operation_ = nullptr;
    cublasLtMatrixLayout_t weight_ = nullptr, x_ = nullptr, out_ = nullptr;
    std::vector<cublasLtMatmulHeuristicResult_t> choices_;
    cublasStatus_t status_ = CUBLAS_STATUS_SUCCESS;
};

}  // namespace sidewinder::bench
