#include "kernels/cuda/matmul.h"

#include <string>

namespace sidewinder::kernels::cuda {
namespace {

void check_blas(cublasStatus_t status, const char* what) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    const std::string number =
        std::string(what) + ", cuBLAS error " + std::to_string(static_cast<int>(status));
    if (status == CUBLAS_STATUS_ALLOC_FAILED) {
        throw Error(
            Error::Kind::OutOfMemory,
            "The GPU's memory is full (" + number +
                "). Close other programs that use the GPU, choose a smaller weight format, or use the CPU.");
    }
    if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH) {
        throw Error(Error::Kind::Unsupported,
                    "This GPU cannot multiply matrices of this shape (" + number + "). The CPU can be used.");
    }
    if (status == CUBLAS_STATUS_INVALID_VALUE) {
        throw Error(Error::Kind::Internal,
                    "The GPU engine was called wrongly (" + number + "). Please report this.");
    }
    throw Error(Error::Kind::DeviceLost,
                "The GPU failed (" + number +
                    "): it stays off until Sidewinder is restarted. Your conversations are "
                    "safe, and the CPU can be used.");
}

}  // namespace

/// One shape's descriptions and algorithm; owns them.
struct Matmul::Plan {
    cublasLtMatmulDesc_t operation = nullptr;
    cublasLtMatrixLayout_t weight = nullptr, x = nullptr, out = nullptr;
    cublasLtMatmulAlgo_t algorithm{};

    Plan() = default;
    Plan(const Plan&) = delete;
    Plan& operator=(const Plan&) = delete;
    ~Plan() {
        for (cublasLtMatrixLayout_t layout : {weight, x, out}) {
            if (layout) cublasLtMatrixLayoutDestroy(layout);
        }
        if (operation) cublasLtMatmulDescDestroy(operation);
    }
};

Matmul::Matmul() : workspace_(kWorkspaceBytes) {
    check_blas(cublasLtCreate(&handle_), "cublasLtCreate");
}

Matmul::~Matmul() {
    plans_.clear();
    if (handle_) cublasLtDestroy(handle_);
}

// cuBLASLt sees columns: row-major [T, n] is its n x T. So out (rows x T) = weight^T (rows x cols) * x (cols
// x T).
const Matmul::Plan& Matmul::plan(const Shape& shape) {
    if (const auto found = plans_.find(shape); found != plans_.end()) return found->second;
    const auto [rows, cols, T, out_stride, kind] = shape;
    Plan& p = plans_[shape];
    try {
        const cudaDataType_t out_type = kind == Out::BF16 ? CUDA_R_16BF : CUDA_R_32F;
        const auto urows = static_cast<std::uint64_t>(rows), ucols = static_cast<std::uint64_t>(cols);
        const auto uT = static_cast<std::uint64_t>(T);
        check_blas(cublasLtMatmulDescCreate(&p.operation, CUBLAS_COMPUTE_32F, CUDA_R_32F),
                   "MatmulDescCreate");
        const cublasOperation_t transpose = CUBLAS_OP_T;
        check_blas(cublasLtMatmulDescSetAttribute(p.operation, CUBLASLT_MATMUL_DESC_TRANSA, &transpose,
                                                  sizeof transpose),
                   "MatmulDescSetAttribute");
        check_blas(cublasLtMatrixLayoutCreate(&p.weight, CUDA_R_16BF, ucols, urows, cols),
                   "MatrixLayoutCreate");
        check_blas(cublasLtMatrixLayoutCreate(&p.x, CUDA_R_16BF, ucols, uT, cols), "MatrixLayoutCreate");
        check_blas(cublasLtMatrixLayoutCreate(&p.out, out_type, urows, uT, out_stride), "MatrixLayoutCreate");
        cublasLtMatmulPreference_t preference = nullptr;
        check_blas(cublasLtMatmulPreferenceCreate(&preference), "MatmulPreferenceCreate");
        const std::size_t workspace = kWorkspaceBytes;
        cublasStatus_t status = cublasLtMatmulPreferenceSetAttribute(
            preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, sizeof workspace);
        cublasLtMatmulHeuristicResult_t result{};
        int found = 0;
        if (status == CUBLAS_STATUS_SUCCESS) {
            status = cublasLtMatmulAlgoGetHeuristic(handle_, p.operation, p.weight, p.x, p.out, p.out,
                                                    preference, 1, &result, &found);
        }
        cublasLtMatmulPreferenceDestroy(preference);
        check_blas(status, "MatmulAlgoGetHeuristic");
        if (found == 0) check_blas(CUBLAS_STATUS_NOT_SUPPORTED, "MatmulAlgoGetHeuristic");
        p.algorithm = result.algo;
    } catch (...) {
        plans_.erase(shape);
        throw;
    }
    return p;
}

void Matmul::run(const Context& context, const __nv_bfloat16* weight, std::int64_t rows, std::int64_t cols,
                 const __nv_bfloat16* x, std::int64_t T, void* out, std::int64_t out_stride, Out kind) {
    const Plan& p = plan({rows, cols, T, out_stride, kind});
    const float one = 1.0f;
    const float beta = kind == Out::F32Add ? 1.0f : 0.0f;
    check_blas(cublasLtMatmul(handle_, p.operation, &one, weight, p.weight, x, p.x, &beta, out, p.out, out,
                              p.out, &p.algorithm, workspace_.as<void>(), kWorkspaceBytes, context.stream),
               "cublasLtMatmul");
}

}  // namespace sidewinder::kernels::cuda
