#include "kernels/cuda/matmul.h"

#include <algorithm>
#include <array>
#include <string>

namespace sidewinder::kernels::cuda {
namespace {

constexpr std::size_t kLittle = std::size_t{128} << 20;  // bytes: less than a module of cuBLASLt may take

// cuBLAS says little of why it failed: the runtime knows whether the device is there, and what memory is
// left.
void check_blas(cublasStatus_t status, const char* what) {
    if (status == CUBLAS_STATUS_SUCCESS) return;
    const std::string number =
        std::string(what) + ", cuBLAS error " + std::to_string(static_cast<int>(status));
    if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_ARCH_MISMATCH) {
        throw Error(Error::Kind::Unsupported,
                    "This GPU cannot multiply matrices of this shape (" + number + "). The CPU can be used.");
    }
    if (status == CUBLAS_STATUS_INVALID_VALUE) {
        throw Error(Error::Kind::Internal,
                    "The GPU engine was called wrongly (" + number + "). Please report this.");
    }
    const std::size_t free = free_memory();
    // Only making the handle says "not initialized" to a device that answers: where there is no room for it.
    const bool full = status == CUBLAS_STATUS_ALLOC_FAILED || status == CUBLAS_STATUS_NOT_INITIALIZED;
    if (full || free < kLittle) throw_full(number);
    throw_lost("The GPU failed (" + number + ")");
}

template <class T>
void set(cublasLtMatmulDesc_t operation, cublasLtMatmulDescAttributes_t attribute, const T& value) {
    check_blas(cublasLtMatmulDescSetAttribute(operation, attribute, &value, sizeof value),
               "MatmulDescSetAttribute");
}

using Choice = cublasLtMatmulHeuristicResult_t;

std::uint32_t tile_of(const Choice& choice) {
    std::uint32_t tile = CUBLASLT_MATMUL_TILE_UNDEFINED;
    std::size_t written = 0;
    check_blas(cublasLtMatmulAlgoConfigGetAttribute(&choice.algo, CUBLASLT_ALGO_CONFIG_TILE_ID, &tile,
                                                    sizeof tile, &written),
               "MatmulAlgoConfigGetAttribute");
    return tile;
}

// cuBLASLt's order is that of products which are over before the device is at its power limit. In long ones
// on compute capability 9.0 tiles of 176 x 128 do 2 to 4 % more for the same power than its first choice,
// unless there is much at the edge (NOTES.md, "Prefill"). A rule and no measurement: the same device takes
// the same algorithm, always.
bool lasts_longer(const Choice& choice, std::int64_t rows) {
    constexpr std::int64_t kRows = 176;
    constexpr float kLong = 8;  // waves
    const std::int64_t covered = (rows + kRows - 1) / kRows * kRows;
    return choice.wavesCount >= kLong && (covered - rows) * 200 <= rows &&
           tile_of(choice) == CUBLASLT_MATMUL_TILE_176x128;
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
const Matmul::Plan& Matmul::plan(const Context& context, const Shape& shape) {
    if (const auto found = plans_.find(shape); found != plans_.end()) return found->second;
    Plan& p = plans_[shape];
    try {
        describe(p, shape);
        Shape whole = shape;
        whole.rows = shape.of_rows;
        whole.of_rows = 0;
        if (shape.of_rows <= shape.rows || !take(p, plan(context, whole).algorithm)) {
            choose(p, shape, context.device->compute);
        }
    } catch (...) {
        plans_.erase(shape);
        throw;
    }
    return p;
}

void Matmul::describe(Plan& p, const Shape& shape) {
    const cudaDataType_t in_type = shape.float8 ? CUDA_R_8F_E4M3 : CUDA_R_16BF;
    const cudaDataType_t out_type = shape.kind == Out::BF16 ? CUDA_R_16BF : CUDA_R_32F;
    const auto rows = static_cast<std::uint64_t>(shape.rows), cols = static_cast<std::uint64_t>(shape.cols);
    const auto T = static_cast<std::uint64_t>(shape.T);
    check_blas(cublasLtMatmulDescCreate(&p.operation, CUBLAS_COMPUTE_32F, CUDA_R_32F), "MatmulDescCreate");
    set(p.operation, CUBLASLT_MATMUL_DESC_TRANSA, CUBLAS_OP_T);
    if (shape.float8) {
        set(p.operation, CUBLASLT_MATMUL_DESC_FAST_ACCUM, std::int8_t{1});
        const void* anywhere =
            workspace_.as<void>();  // the heuristic wants addresses; run() sets the true ones
        set(p.operation, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, anywhere);
        set(p.operation, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, anywhere);
        set(p.operation, CUBLASLT_MATMUL_DESC_A_SCALE_MODE, CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F);
        set(p.operation, CUBLASLT_MATMUL_DESC_B_SCALE_MODE, CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F);
    }
    check_blas(cublasLtMatrixLayoutCreate(&p.weight, in_type, cols, rows, shape.cols), "MatrixLayoutCreate");
    check_blas(cublasLtMatrixLayoutCreate(&p.x, in_type, cols, T, shape.x_stride), "MatrixLayoutCreate");
    check_blas(cublasLtMatrixLayoutCreate(&p.out, out_type, rows, T, shape.out_stride), "MatrixLayoutCreate");
}

// Another shape's algorithm for this one, if cuBLASLt has it. The parts into which it cuts a dot product are
// the algorithm's, and with them the bits.
bool Matmul::take(Plan& p, const cublasLtMatmulAlgo_t& algorithm) {
    Choice checked{};
    const cublasStatus_t status =
        cublasLtMatmulAlgoCheck(handle_, p.operation, p.weight, p.x, p.out, p.out, &algorithm, &checked);
    if (status == CUBLAS_STATUS_NOT_SUPPORTED || status == CUBLAS_STATUS_INVALID_VALUE) return false;
    check_blas(status, "MatmulAlgoCheck");
    if (checked.workspaceSize > kWorkspaceBytes) return false;
    p.algorithm = algorithm;
    return true;
}

void Matmul::choose(Plan& p, const Shape& shape, int compute) {
    cublasLtMatmulPreference_t preference = nullptr;
    check_blas(cublasLtMatmulPreferenceCreate(&preference), "MatmulPreferenceCreate");
    const std::size_t workspace = kWorkspaceBytes;
    cublasStatus_t status = cublasLtMatmulPreferenceSetAttribute(
        preference, CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES, &workspace, sizeof workspace);
    std::array<Choice, 8> offered{};
    int found = 0;
    if (status == CUBLAS_STATUS_SUCCESS) {
        status = cublasLtMatmulAlgoGetHeuristic(handle_, p.operation, p.weight, p.x, p.out, p.out, preference,
                                                static_cast<int>(offered.size()), offered.data(), &found);
    }
    cublasLtMatmulPreferenceDestroy(preference);
    check_blas(status, "MatmulAlgoGetHeuristic");
    if (found == 0) check_blas(CUBLAS_STATUS_NOT_SUPPORTED, "MatmulAlgoGetHeuristic");
    const auto end = offered.begin() + found;
    auto chosen = offered.begin();
    if (compute == 90 && !shape.float8) {
        const auto better = std::find_if(
            offered.begin(), end, [&](const Choice& choice) { return lasts_longer(choice, shape.rows); });
        if (better != end) chosen = better;
    }
    p.algorithm = chosen->algo;
}

void Matmul::multiply(const Context& context, const Plan& p, const void* weight, const void* x, void* out,
                      Out kind) {
    const float one = 1.0f;
    const float beta = kind == Out::F32Add ? 1.0f : 0.0f;
    check_blas(cublasLtMatmul(handle_, p.operation, &one, weight, p.weight, x, p.x, &beta, out, p.out, out,
                              p.out, &p.algorithm, workspace_.as<void>(), kWorkspaceBytes, context.stream),
               "cublasLtMatmul");
}

void Matmul::run(const Context& context, const __nv_bfloat16* weight, std::int64_t rows, std::int64_t cols,
                 const __nv_bfloat16* x, std::int64_t T, void* out, std::int64_t out_stride, Out kind,
                 std::int64_t of_rows) {
    const Plan& p = plan(context, {rows, cols, cols, T, out_stride, kind, false, of_rows});
    multiply(context, p, weight, x, out, kind);
}

void Matmul::run(const Context& context, const Float8& weight, std::int64_t rows, std::int64_t cols,
                 const Float8& x, std::int64_t x_stride, std::int64_t T, void* out, std::int64_t out_stride,
                 Out kind) {
    const Plan& p = plan(context, {rows, cols, x_stride, T, out_stride, kind, true, 0});
    set(p.operation, CUBLASLT_MATMUL_DESC_A_SCALE_POINTER, weight.scales);
    set(p.operation, CUBLASLT_MATMUL_DESC_B_SCALE_POINTER, x.scales);
    multiply(context, p, weight.data, x.data, out, kind);
}

}  // namespace sidewinder::kernels::cuda
