#include <cublasLt.h>

#include <algorithm>
#include <cstring>

#include "tests/support/cuda_emulator/cublaslt_objects.h"
#include "tests/support/cuda_emulator/runtime.h"

/// The part of cuBLASLt that the engine calls.

using sidewinder::emulator::Call;
using sidewinder::emulator::fault;
using sidewinder::emulator::Matmul;
using sidewinder::emulator::MatmulDescription;
using sidewinder::emulator::MatmulPreference;
using sidewinder::emulator::MatrixLayout;
using sidewinder::emulator::Memory;
using sidewinder::emulator::runtime;

struct cublasLtContext {};

namespace {

constexpr std::size_t kWishedWorkspace = 4096;
constexpr std::uint64_t kAlgorithm = 0x53696465;

cublasStatus_t status(cudaError_t error) {
    if (error == cudaSuccess) return CUBLAS_STATUS_SUCCESS;
    if (error == cudaErrorInitializationError) return CUBLAS_STATUS_NOT_INITIALIZED;
    if (error == cudaErrorNotSupported) return CUBLAS_STATUS_NOT_SUPPORTED;
    return error == cudaErrorMemoryAllocation ? CUBLAS_STATUS_ALLOC_FAILED : CUBLAS_STATUS_EXECUTION_FAILED;
}

// The library's structures are arrays of words; ours lie in their first bytes.
template <class Ours, class Theirs>
Ours load(const Theirs* opaque) {
    static_assert(sizeof(Ours) <= sizeof(Theirs));
    if (!opaque) fault("A null descriptor is given to cuBLASLt.");
    Ours ours;
    std::memcpy(static_cast<void*>(&ours), opaque, sizeof ours);
    return ours;
}
template <class Ours, class Theirs>
void store(Theirs* opaque, const Ours& ours) {
    std::memcpy(static_cast<void*>(opaque), &ours, sizeof ours);
}

/// A product without its operands.
Matmul described(cublasLtMatmulDesc_t description, cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                 cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d) {
    Matmul m;
    m.description = load<MatmulDescription>(description);
    m.a_layout = load<MatrixLayout>(a);
    m.b_layout = load<MatrixLayout>(b);
    m.c_layout = load<MatrixLayout>(c);
    m.d_layout = load<MatrixLayout>(d);
    return m;
}

template <class Theirs, class Ours>
cublasStatus_t create(const Call& call, Theirs** opaque, const Ours& ours) {
    if (!call) return status(call.error());
    *opaque = new Theirs{};
    store(*opaque, ours);
    ++runtime().cublas_objects;
    return CUBLAS_STATUS_SUCCESS;
}

template <class Theirs>
cublasStatus_t destroy(const Call& call, Theirs* opaque) {
    if (opaque) {
        delete opaque;
        --runtime().cublas_objects;
    }
    return status(call.error());
}

template <class T>
cublasStatus_t assign(T& field, const void* value, std::size_t bytes) {
    if (!value || bytes != sizeof(T)) return CUBLAS_STATUS_INVALID_VALUE;
    std::memcpy(static_cast<void*>(&field), value, bytes);
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t assign(MatrixLayout& layout, cublasLtMatrixLayoutAttribute_t which, const void* value,
                      std::size_t bytes) {
    switch (which) {
        case CUBLASLT_MATRIX_LAYOUT_TYPE:
            return assign(layout.type, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_ORDER:
            return assign(layout.order, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_ROWS:
            return assign(layout.rows, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_COLS:
            return assign(layout.cols, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_LD:
            return assign(layout.ld, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_BATCH_COUNT:
            return assign(layout.batch_count, value, bytes);
        case CUBLASLT_MATRIX_LAYOUT_STRIDED_BATCH_OFFSET:
            return assign(layout.batch_stride, value, bytes);
        default:
            return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

cublasStatus_t assign(MatmulDescription& d, cublasLtMatmulDescAttributes_t which, const void* value,
                      std::size_t bytes) {
    std::int8_t fast = 0;
    switch (which) {
        case CUBLASLT_MATMUL_DESC_COMPUTE_TYPE:
            return assign(d.compute, value, bytes);
        case CUBLASLT_MATMUL_DESC_SCALE_TYPE:
            return assign(d.scale_type, value, bytes);
        case CUBLASLT_MATMUL_DESC_POINTER_MODE:
            return assign(d.pointer_mode, value, bytes);
        case CUBLASLT_MATMUL_DESC_TRANSA:
            return assign(d.transpose_a, value, bytes);
        case CUBLASLT_MATMUL_DESC_TRANSB:
            return assign(d.transpose_b, value, bytes);
        case CUBLASLT_MATMUL_DESC_EPILOGUE:
            return assign(d.epilogue, value, bytes);
        case CUBLASLT_MATMUL_DESC_A_SCALE_POINTER:
            return assign(d.scale_a, value, bytes);
        case CUBLASLT_MATMUL_DESC_B_SCALE_POINTER:
            return assign(d.scale_b, value, bytes);
        case CUBLASLT_MATMUL_DESC_D_SCALE_POINTER:
            return assign(d.scale_d, value, bytes);
        case CUBLASLT_MATMUL_DESC_A_SCALE_MODE:
            return assign(d.mode_a, value, bytes);
        case CUBLASLT_MATMUL_DESC_B_SCALE_MODE:
            return assign(d.mode_b, value, bytes);
        case CUBLASLT_MATMUL_DESC_FAST_ACCUM:
            return assign(fast, value, bytes);
        default:
            return CUBLAS_STATUS_NOT_SUPPORTED;
    }
}

cublasStatus_t assign(MatmulPreference& preference, cublasLtMatmulPreferenceAttributes_t which,
                      const void* value, std::size_t bytes) {
    if (which == CUBLASLT_MATMUL_PREF_MAX_WORKSPACE_BYTES) return assign(preference.workspace, value, bytes);
    return CUBLAS_STATUS_SUCCESS;  // the others only narrow the choice of algorithms
}

template <class Ours, class Theirs, class Attribute>
cublasStatus_t change(const Call& call, Theirs* opaque, Attribute which, const void* value,
                      std::size_t bytes) {
    if (!call) return status(call.error());
    Ours ours = load<Ours>(opaque);
    const cublasStatus_t done = assign(ours, which, value, bytes);
    store(opaque, ours);
    return done;
}

}  // namespace

const char* cublasLtGetStatusName(cublasStatus_t code) {
    switch (code) {
        case CUBLAS_STATUS_SUCCESS:
            return "CUBLAS_STATUS_SUCCESS";
        case CUBLAS_STATUS_NOT_INITIALIZED:
            return "CUBLAS_STATUS_NOT_INITIALIZED";
        case CUBLAS_STATUS_ALLOC_FAILED:
            return "CUBLAS_STATUS_ALLOC_FAILED";
        case CUBLAS_STATUS_INVALID_VALUE:
            return "CUBLAS_STATUS_INVALID_VALUE";
        case CUBLAS_STATUS_ARCH_MISMATCH:
            return "CUBLAS_STATUS_ARCH_MISMATCH";
        case CUBLAS_STATUS_MAPPING_ERROR:
            return "CUBLAS_STATUS_MAPPING_ERROR";
        case CUBLAS_STATUS_EXECUTION_FAILED:
            return "CUBLAS_STATUS_EXECUTION_FAILED";
        case CUBLAS_STATUS_INTERNAL_ERROR:
            return "CUBLAS_STATUS_INTERNAL_ERROR";
        case CUBLAS_STATUS_NOT_SUPPORTED:
            return "CUBLAS_STATUS_NOT_SUPPORTED";
        default:
            return "unknown";
    }
}
const char* cublasLtGetStatusString(cublasStatus_t code) {
    return cublasLtGetStatusName(code);
}

size_t cublasLtGetVersion() {
    return 130000;
}

cublasStatus_t cublasLtCreate(cublasLtHandle_t* handle) {
    const Call call(__func__);
    if (!call) {
        const bool memory = call.error() == cudaErrorMemoryAllocation;
        return memory ? CUBLAS_STATUS_ALLOC_FAILED : CUBLAS_STATUS_NOT_INITIALIZED;
    }
    *handle = new cublasLtContext;
    ++runtime().cublas_objects;
    return CUBLAS_STATUS_SUCCESS;
}
cublasStatus_t cublasLtDestroy(cublasLtHandle_t handle) {
    return destroy(Call(__func__), handle);
}

cublasStatus_t cublasLtMatrixLayoutCreate(cublasLtMatrixLayout_t* layout, cudaDataType type,
                                          std::uint64_t rows, std::uint64_t cols, std::int64_t ld) {
    MatrixLayout ours;
    ours.type = type;
    ours.rows = static_cast<std::int64_t>(rows);
    ours.cols = static_cast<std::int64_t>(cols);
    ours.ld = ld;
    return create(Call(__func__), layout, ours);
}
cublasStatus_t cublasLtMatrixLayoutInit_internal(cublasLtMatrixLayout_t layout, std::size_t,
                                                 cudaDataType type, std::uint64_t rows, std::uint64_t cols,
                                                 std::int64_t ld) {
    const Call call(__func__);
    MatrixLayout ours;
    ours.type = type;
    ours.rows = static_cast<std::int64_t>(rows);
    ours.cols = static_cast<std::int64_t>(cols);
    ours.ld = ld;
    store(layout, ours);
    return status(call.error());
}
cublasStatus_t cublasLtMatrixLayoutDestroy(cublasLtMatrixLayout_t layout) {
    return destroy(Call(__func__), layout);
}
cublasStatus_t cublasLtMatrixLayoutSetAttribute(cublasLtMatrixLayout_t layout,
                                                cublasLtMatrixLayoutAttribute_t which, const void* value,
                                                std::size_t bytes) {
    return change<MatrixLayout>(Call(__func__), layout, which, value, bytes);
}

cublasStatus_t cublasLtMatmulDescCreate(cublasLtMatmulDesc_t* description, cublasComputeType_t compute,
                                        cudaDataType_t scale_type) {
    MatmulDescription ours;
    ours.compute = compute;
    ours.scale_type = scale_type;
    return create(Call(__func__), description, ours);
}
cublasStatus_t cublasLtMatmulDescInit_internal(cublasLtMatmulDesc_t description, std::size_t,
                                               cublasComputeType_t compute, cudaDataType_t scale_type) {
    const Call call(__func__);
    MatmulDescription ours;
    ours.compute = compute;
    ours.scale_type = scale_type;
    store(description, ours);
    return status(call.error());
}
cublasStatus_t cublasLtMatmulDescDestroy(cublasLtMatmulDesc_t description) {
    return destroy(Call(__func__), description);
}
cublasStatus_t cublasLtMatmulDescSetAttribute(cublasLtMatmulDesc_t description,
                                              cublasLtMatmulDescAttributes_t which, const void* value,
                                              std::size_t bytes) {
    return change<MatmulDescription>(Call(__func__), description, which, value, bytes);
}

cublasStatus_t cublasLtMatmulPreferenceCreate(cublasLtMatmulPreference_t* preference) {
    return create(Call(__func__), preference, MatmulPreference{});
}
cublasStatus_t cublasLtMatmulPreferenceInit_internal(cublasLtMatmulPreference_t preference, std::size_t) {
    const Call call(__func__);
    store(preference, MatmulPreference{});
    return status(call.error());
}
cublasStatus_t cublasLtMatmulPreferenceDestroy(cublasLtMatmulPreference_t preference) {
    return destroy(Call(__func__), preference);
}
cublasStatus_t cublasLtMatmulPreferenceSetAttribute(cublasLtMatmulPreference_t preference,
                                                    cublasLtMatmulPreferenceAttributes_t which,
                                                    const void* value, std::size_t bytes) {
    return change<MatmulPreference>(Call(__func__), preference, which, value, bytes);
}

cublasStatus_t cublasLtMatmulAlgoGetHeuristic(cublasLtHandle_t, cublasLtMatmulDesc_t description,
                                              cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                              cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                              cublasLtMatmulPreference_t preference, int wanted,
                                              cublasLtMatmulHeuristicResult_t results[], int* found) {
    const Call call(__func__);
    *found = 0;
    if (!call) return status(call.error());
    if (wanted < 1) return CUBLAS_STATUS_INVALID_VALUE;
    const Matmul m = described(description, a, b, c, d);
    if (const cublasStatus_t refusal = check_shapes(m); refusal != CUBLAS_STATUS_SUCCESS) return refusal;
    constexpr std::uint32_t kTiles[] = {CUBLASLT_MATMUL_TILE_128x128, CUBLASLT_MATMUL_TILE_176x128};
    *found = std::min(wanted, 2);
    for (int i = 0; i < *found; ++i) {
        results[i] = {};
        results[i].workspaceSize =
            std::min<std::size_t>(load<MatmulPreference>(preference).workspace, kWishedWorkspace);
        results[i].algo.data[0] = kAlgorithm;
        results[i].algo.data[1] = results[i].workspaceSize;
        results[i].algo.data[2] = kTiles[i];
        results[i].state = CUBLAS_STATUS_SUCCESS;
        results[i].wavesCount = static_cast<float>(m.d_layout.rows * m.d_layout.cols) / (128.0f * 128.0f) /
                                static_cast<float>(runtime().device.multiprocessors);
    }
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoCheck(cublasLtHandle_t, cublasLtMatmulDesc_t description,
                                       cublasLtMatrixLayout_t a, cublasLtMatrixLayout_t b,
                                       cublasLtMatrixLayout_t c, cublasLtMatrixLayout_t d,
                                       const cublasLtMatmulAlgo_t* algorithm,
                                       cublasLtMatmulHeuristicResult_t* result) {
    const Call call(__func__);
    if (!call) return status(call.error());
    if (algorithm->data[0] != kAlgorithm) return CUBLAS_STATUS_INVALID_VALUE;
    const Matmul m = described(description, a, b, c, d);
    if (const cublasStatus_t refusal = check_shapes(m); refusal != CUBLAS_STATUS_SUCCESS) return refusal;
    *result = {};
    result->algo = *algorithm;
    result->workspaceSize = algorithm->data[1];
    result->state = CUBLAS_STATUS_SUCCESS;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmulAlgoConfigGetAttribute(const cublasLtMatmulAlgo_t* algorithm,
                                                    cublasLtMatmulAlgoConfigAttributes_t which, void* value,
                                                    std::size_t bytes, std::size_t* written) {
    const Call call(__func__);
    if (!call) return status(call.error());
    if (algorithm->data[0] != kAlgorithm || which != CUBLASLT_ALGO_CONFIG_TILE_ID ||
        bytes != sizeof(std::uint32_t)) {
        return CUBLAS_STATUS_INVALID_VALUE;
    }
    const auto tile = static_cast<std::uint32_t>(algorithm->data[2]);
    std::memcpy(value, &tile, sizeof tile);
    *written = sizeof tile;
    return CUBLAS_STATUS_SUCCESS;
}

cublasStatus_t cublasLtMatmul(cublasLtHandle_t handle, cublasLtMatmulDesc_t description, const void* alpha,
                              const void* a, cublasLtMatrixLayout_t a_layout, const void* b,
                              cublasLtMatrixLayout_t b_layout, const void* beta, const void* c,
                              cublasLtMatrixLayout_t c_layout, void* d, cublasLtMatrixLayout_t d_layout,
                              const cublasLtMatmulAlgo_t* algo, void* workspace, std::size_t workspace_bytes,
                              cudaStream_t stream) {
    const Call call(__func__);
    if (!call) return status(call.error());
    if (!handle) return CUBLAS_STATUS_NOT_INITIALIZED;
    const Matmul m{load<MatmulDescription>(description),
                   load<MatrixLayout>(a_layout),
                   load<MatrixLayout>(b_layout),
                   load<MatrixLayout>(c_layout),
                   load<MatrixLayout>(d_layout),
                   a,
                   b,
                   c,
                   d,
                   *static_cast<const float*>(alpha),
                   *static_cast<const float*>(beta)};
    if (const cublasStatus_t refusal = check_shapes(m); refusal != CUBLAS_STATUS_SUCCESS) return refusal;
    if (algo && algo->data[0] != kAlgorithm)
        fault("cublasLtMatmul is given an algorithm that no heuristic returned.");
    if (algo && algo->data[1] > workspace_bytes) return CUBLAS_STATUS_INVALID_VALUE;
    check_operands(m);
    if (algo) runtime().last_tile = static_cast<std::uint32_t>(algo->data[2]);
    if (workspace_bytes && !runtime().memory.contains(Memory::Place::Device, workspace, workspace_bytes)) {
        fault("The workspace of cublasLtMatmul is not all in one allocation of device memory.");
    }
    runtime().submit(stream, [=] {
        if (workspace_bytes) std::memset(workspace, 0xFF, workspace_bytes);  // nothing else may be in it
        sidewinder::emulator::run(m);
    });
    return CUBLAS_STATUS_SUCCESS;
}
