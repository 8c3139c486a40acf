#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>

#include <algorithm>
#include <cstring>
#include <string>
#include <vector>

#include "tests/support/cuda_emulator/cublaslt_objects.h"
#include "tests/support/cuda_emulator/runtime.h"

namespace sidewinder::emulator {

namespace {

std::int64_t bytes_of(std::int32_t type) {
    switch (type) {
        case CUDA_R_32F:
            return 4;
        case CUDA_R_16BF:
        case CUDA_R_16F:
            return 2;
        case CUDA_R_8F_E4M3:
            return 1;
        default:
            return 0;
    }
}

std::int64_t offset(const MatrixLayout& layout, std::int64_t row, std::int64_t col) {
    return layout.order == CUBLASLT_ORDER_COL ? col * layout.ld + row : row * layout.ld + col;
}

template <class T>
T at(const void* data, std::int64_t index) {
    T value;
    std::memcpy(&value, static_cast<const T*>(data) + index, sizeof value);
    return value;
}

double read(std::int32_t type, const void* data, std::int64_t index) {
    switch (type) {
        case CUDA_R_16BF:
            return static_cast<double>(__bfloat162float(at<__nv_bfloat16>(data, index)));
        case CUDA_R_16F:
            return static_cast<double>(__half2float(at<__half>(data, index)));
        case CUDA_R_8F_E4M3:
            return static_cast<double>(static_cast<float>(at<__nv_fp8_e4m3>(data, index)));
        default:
            return static_cast<double>(at<float>(data, index));
    }
}

template <class T>
void put(void* data, std::int64_t index, T value) {
    std::memcpy(static_cast<T*>(data) + index, &value, sizeof value);
}

void write(std::int32_t type, void* data, std::int64_t index, double value) {
    const float rounded = static_cast<float>(value);
    switch (type) {
        case CUDA_R_16BF:
            return put(data, index, __float2bfloat16(rounded));
        case CUDA_R_16F:
            return put(data, index, __float2half(rounded));
        case CUDA_R_8F_E4M3:
            return put(data, index, __nv_fp8_e4m3(rounded));
        default:
            return put(data, index, rounded);
    }
}

const char* batch(const void* data, const MatrixLayout& layout, std::int64_t index) {
    return static_cast<const char*>(data) + index * layout.batch_stride * bytes_of(layout.type);
}

/// op(M) as rows x cols, row-major.
std::vector<double> unpack(const void* data, const MatrixLayout& layout, bool transpose) {
    const std::int64_t rows = transpose ? layout.cols : layout.rows;
    const std::int64_t cols = transpose ? layout.rows : layout.cols;
    std::vector<double> values(static_cast<std::size_t>(rows * cols));
    for (std::int64_t row = 0; row < rows; ++row) {
        for (std::int64_t col = 0; col < cols; ++col) {
            const std::int64_t index = transpose ? offset(layout, col, row) : offset(layout, row, col);
            values[static_cast<std::size_t>(row * cols + col)] = read(layout.type, data, index);
        }
    }
    return values;
}

double scale(const float* scales, std::int32_t mode, std::int64_t index) {
    if (!scales) return 1.0;
    return static_cast<double>(scales[mode == CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F ? index : 0]);
}

void run_one(const Matmul& m, const void* a_data, const void* b_data, const void* c, void* d) {
    const bool transpose_a = m.description.transpose_a != CUBLAS_OP_N;
    const std::vector<double> a = unpack(a_data, m.a_layout, transpose_a);
    const std::vector<double> b = unpack(b_data, m.b_layout, m.description.transpose_b != CUBLAS_OP_N);
    const auto rows = m.d_layout.rows;
    const auto cols = m.d_layout.cols;
    const auto depth = transpose_a ? m.a_layout.rows : m.a_layout.cols;
    const MatmulDescription& description = m.description;
    const double alpha = static_cast<double>(m.alpha);
    const double scale_d = m.description.scale_d ? static_cast<double>(*m.description.scale_d) : 1.0;
    std::vector<double> sums(static_cast<std::size_t>(cols));
    for (std::int64_t row = 0; row < rows; ++row) {
        std::fill(sums.begin(), sums.end(), 0.0);
        for (std::int64_t k = 0; k < depth; ++k) {
            const double factor = a[static_cast<std::size_t>(row * depth + k)];
            const double* other = b.data() + k * cols;
            for (std::size_t col = 0; col < sums.size(); ++col) sums[col] += factor * other[col];
        }
        for (std::int64_t col = 0; col < cols; ++col) {
            double value = alpha * scale(description.scale_a, description.mode_a, row) *
                           scale(description.scale_b, description.mode_b, col) *
                           sums[static_cast<std::size_t>(col)];
            if (m.beta != 0.0f) {
                value += static_cast<double>(m.beta) * read(m.c_layout.type, c, offset(m.c_layout, row, col));
            }
            write(m.d_layout.type, d, offset(m.d_layout, row, col), value * scale_d);
        }
    }
}

bool types_fit(const Matmul& m) {
    const std::int32_t in = m.a_layout.type;
    const std::int32_t out = m.d_layout.type;
    if (m.b_layout.type != in || m.c_layout.type != out) return false;
    switch (in) {
        case CUDA_R_32F:
            return out == CUDA_R_32F;
        case CUDA_R_16BF:
            return out == CUDA_R_16BF || out == CUDA_R_32F;
        case CUDA_R_16F:
            return out == CUDA_R_16F || out == CUDA_R_32F;
        case CUDA_R_8F_E4M3:
            return out == CUDA_R_16BF || out == CUDA_R_16F || out == CUDA_R_32F;
        default:
            return false;
    }
}

/// fp8: A transposed, B not, all column-major, sizes multiples of 16 (cuBLAS documentation, cublasLtMatmul).
bool fp8_form(const Matmul& m) {
    const MatmulDescription& d = m.description;
    return d.transpose_a == CUBLAS_OP_T && d.transpose_b == CUBLAS_OP_N && m.a_layout.rows % 16 == 0 &&
           m.d_layout.rows % 16 == 0 && m.d_layout.cols % 16 == 0 && m.a_layout.ld % 16 == 0 &&
           m.b_layout.ld % 16 == 0;
}

bool fits(const MatrixLayout& layout, const MatrixLayout& d) {
    const std::int64_t line = layout.order == CUBLASLT_ORDER_COL ? layout.rows : layout.cols;
    return layout.rows > 0 && layout.cols > 0 && layout.ld >= line && layout.batch_count == d.batch_count;
}

void check_operand(const void* data, const MatrixLayout& layout, const char* name) {
    const std::int64_t last =
        (layout.batch_count - 1) * layout.batch_stride + offset(layout, layout.rows - 1, layout.cols - 1);
    const auto bytes = static_cast<std::size_t>((last + 1) * bytes_of(layout.type));
    const Memory& memory = runtime().memory;
    if (memory.contains(Memory::Place::Device, data, bytes)) return;
    const std::string near = memory.describe(data);
    fault(std::string("Matrix ") + name + " of cublasLtMatmul, " + std::to_string(bytes) +
          " bytes, is not all in one allocation of device memory" +
          (near.empty() ? "." : "; its first element is " + near + "."));
}

}  // namespace

cublasStatus_t check_shapes(const Matmul& m) {
    const MatmulDescription& d = m.description;
    const bool transpose_a = d.transpose_a != CUBLAS_OP_N;
    const bool transpose_b = d.transpose_b != CUBLAS_OP_N;
    for (const MatrixLayout* layout : {&m.a_layout, &m.b_layout, &m.c_layout, &m.d_layout}) {
        if (!fits(*layout, m.d_layout)) return CUBLAS_STATUS_INVALID_VALUE;
    }
    const bool agree = (transpose_a ? m.a_layout.cols : m.a_layout.rows) == m.d_layout.rows &&
                       (transpose_b ? m.b_layout.rows : m.b_layout.cols) == m.d_layout.cols &&
                       (transpose_a ? m.a_layout.rows : m.a_layout.cols) ==
                           (transpose_b ? m.b_layout.cols : m.b_layout.rows) &&
                       m.c_layout.rows == m.d_layout.rows && m.c_layout.cols == m.d_layout.cols;
    if (!agree) return CUBLAS_STATUS_INVALID_VALUE;
    const bool known = d.pointer_mode == CUBLASLT_POINTER_MODE_HOST &&
                       d.epilogue == CUBLASLT_EPILOGUE_DEFAULT && d.scale_type == CUDA_R_32F &&
                       (d.compute == CUBLAS_COMPUTE_32F || d.compute == CUBLAS_COMPUTE_32F_FAST_TF32);
    const bool fp8 = m.a_layout.type == CUDA_R_8F_E4M3;
    const bool vectors = d.mode_a == CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F;
    if ((d.mode_b == CUBLASLT_MATMUL_MATRIX_SCALE_OUTER_VEC_32F) != vectors || (vectors && !fp8)) {
        return CUBLAS_STATUS_NOT_SUPPORTED;  // both or none, of fp8
    }
    if (vectors && (!d.scale_a || !d.scale_b)) return CUBLAS_STATUS_INVALID_VALUE;  // the heuristic as well
    if (!known || !types_fit(m) || (fp8 && !fp8_form(m))) return CUBLAS_STATUS_NOT_SUPPORTED;
    return CUBLAS_STATUS_SUCCESS;
}

void check_operands(const Matmul& m) {
    check_operand(m.a, m.a_layout, "A");
    check_operand(m.b, m.b_layout, "B");
    if (m.beta != 0.0f) check_operand(m.c, m.c_layout, "C");
    check_operand(m.d, m.d_layout, "D");
}

void run(const Matmul& m) {
    for (std::int64_t i = 0; i < m.d_layout.batch_count; ++i) {
        run_one(m, batch(m.a, m.a_layout, i), batch(m.b, m.b_layout, i), batch(m.c, m.c_layout, i),
                const_cast<char*>(batch(m.d, m.d_layout, i)));
    }
}

}  // namespace sidewinder::emulator
