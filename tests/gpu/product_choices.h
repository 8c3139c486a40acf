#pragma once

#include <cublasLt.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <string>
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
        : handle_(handle), shape_(shape), workspace_bytes_(workspace_bytes) {
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

    /// Adds what the first `of` choices become with other values of their attributes, where the library
    /// takes them.
    void vary(int of) {
        const int from = std::min(of, count());
        for (int i = 0; i < from; ++i) {
            const cublasLtMatmulAlgo_t base = choices_[static_cast<std::size_t>(i)].algo;
            for (const std::uint16_t cluster : {2, 3, 5, 6, 4, 8, 7, 9}) {
                add(base, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID, cluster);
            }
            for (const std::uint32_t swizzle : {0, 1}) {
                add(base, CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING, swizzle);
            }
            for (const std::uint32_t tile : {23, 24, 31, 32, 30, 29, 513, 232, 210, 502, 195}) {
                add(base, CUBLASLT_ALGO_CONFIG_TILE_ID, tile);
            }
            std::int32_t most = 0;
            std::size_t written = 0;
            cublasLtMatmulAlgoCapGetAttribute(&base, CUBLASLT_ALGO_CAP_CUSTOM_OPTION_MAX, &most, sizeof most,
                                              &written);
            for (std::uint32_t option = 0; option <= static_cast<std::uint32_t>(std::min(most, 40));
                 ++option) {
                add(base, CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION, option);
            }
        }
    }
    /// The choice's attributes, as the library numbers them.
    std::string describe(int choice) const {
        const auto& c = choices_[static_cast<std::size_t>(choice)];
        char line[160];
        std::snprintf(line, sizeof line,
                      "id %u tile %u stages %u split %u swizzle %u cluster %u inner %u option %u, %zu MiB",
                      get<std::uint32_t>(c.algo, CUBLASLT_ALGO_CONFIG_ID),
                      get<std::uint32_t>(c.algo, CUBLASLT_ALGO_CONFIG_TILE_ID),
                      get<std::uint32_t>(c.algo, CUBLASLT_ALGO_CONFIG_STAGES_ID),
                      get<std::uint32_t>(c.algo, CUBLASLT_ALGO_CONFIG_SPLITK_NUM),
                      get<std::uint32_t>(c.algo, CUBLASLT_ALGO_CONFIG_CTA_SWIZZLING),
                      get<std::uint16_t>(c.algo, CUBLASLT_ALGO_CONFIG_CLUSTER_SHAPE_ID),
                      get<std::uint16_t>(c.algo, CUBLASLT_ALGO_CONFIG_INNER_SHAPE_ID),
                      get<std::uint32_t>(c.algo, CUBLASLT_ALGO_CONFIG_CUSTOM_OPTION), c.workspaceSize >> 20);
        return line;
    }

  private:
    template <class T>
    static T get(const cublasLtMatmulAlgo_t& algorithm, cublasLtMatmulAlgoConfigAttributes_t attribute) {
        T value{};
        std::size_t written = 0;
        cublasLtMatmulAlgoConfigGetAttribute(&algorithm, attribute, &value, sizeof value, &written);
        return value;
    }
    template <class T>
    void add(cublasLtMatmulAlgo_t algorithm, cublasLtMatmulAlgoConfigAttributes_t attribute, T value) {
        if (cublasLtMatmulAlgoConfigSetAttribute(&algorithm, attribute, &value, sizeof value) !=
            CUBLAS_STATUS_SUCCESS) {
            return;
        }
        cublasLtMatmulHeuristicResult_t result{};
        if (cublasLtMatmulAlgoCheck(handle_, operation_, weight_, x_, out_, out_, &algorithm, &result) !=
                CUBLAS_STATUS_SUCCESS ||
            result.workspaceSize > workspace_bytes_) {
            return;
        }
        result.algo = algorithm;
        for (const auto& known : choices_) {
            if (std::memcmp(&known.algo, &algorithm, sizeof algorithm) == 0) return;
        }
        choices_.push_back(result);
    }
    template <class T>
    void set(cublasLtMatmulDescAttributes_t attribute, const T& value) {
        cublasLtMatmulDescSetAttribute(operation_, attribute, &value, sizeof value);
    }

    cublasLtHandle_t handle_;
    Shape shape_;
    std::size_t workspace_bytes_;
    cublasLtMatmulDesc_t operation_ = nullptr;
    cublasLtMatrixLayout_t weight_ = nullptr, x_ = nullptr, out_ = nullptr;
    std::vector<cublasLtMatmulHeuristicResult_t> choices_;
    cublasStatus_t status_ = CUBLAS_STATUS_SUCCESS;
};

}  // namespace sidewinder::bench
