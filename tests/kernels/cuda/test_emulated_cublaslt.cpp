#include <cublasLt.h>
#include <cuda_bf16.h>
#include <cuda_fp16.h>
#include <cuda_fp8.h>
#include <cuda_runtime_api.h>

#include <QTest>
#include <cmath>
#include <random>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/matmul.h"
#include "kernels/error.h"
#include "tests/support/cuda_emulator/emulator.h"

/// The fake cuBLASLt against plain loops.

using namespace sidewinder;

namespace {

struct Case {
    cudaDataType in;
    cudaDataType out;
    bool transpose_a;
    bool transpose_b;
    float alpha;
    float beta;
};

float rounded(cudaDataType type, float x) {
    switch (type) {
        case CUDA_R_16BF:
            return __bfloat162float(__float2bfloat16(x));
        case CUDA_R_16F:
            return __half2float(__float2half(x));
        case CUDA_R_8F_E4M3:
            return static_cast<float>(__nv_fp8_e4m3(x));
        default:
            return x;
    }
}

std::size_t size_of(cudaDataType type) {
    return type == CUDA_R_32F ? 4 : type == CUDA_R_8F_E4M3 ? 1 : 2;
}

/// Column-major device matrix whose columns are `ld` apart.
class Matrix {
  public:
    Matrix(cudaDataType type, int rows, int cols, int ld, std::vector<float> values)
        : type_(type),
          ld_(ld),
          values_(std::move(values)),
          bytes_(static_cast<std::size_t>(ld) * static_cast<std::size_t>(cols) * size_of(type)) {
        cudaMalloc(&data_, bytes_);
        std::vector<unsigned char> raw(bytes_);
        for (int col = 0; col < cols; ++col) {
            for (int row = 0; row < rows; ++row)
                put(raw.data(), row + col * ld, values_[static_cast<std::size_t>(row + col * rows)]);
        }
        cudaMemcpy(data_, raw.data(), bytes_, cudaMemcpyHostToDevice);
        cublasLtMatrixLayoutCreate(&layout, type, static_cast<std::uint64_t>(rows),
                                   static_cast<std::uint64_t>(cols), ld);
    }
    ~Matrix() {
        cublasLtMatrixLayoutDestroy(layout);
        cudaFree(data_);
    }
    Matrix(const Matrix&) = delete;
    Matrix& operator=(const Matrix&) = delete;

    void* data() const { return data_; }
    float get(int row, int col) const {
        std::vector<unsigned char> raw(bytes_);
        cudaMemcpy(raw.data(), data_, bytes_, cudaMemcpyDeviceToHost);
        const int i = row + col * ld_;
        switch (type_) {
            case CUDA_R_16BF:
                return __bfloat162float(reinterpret_cast<const __nv_bfloat16*>(raw.data())[i]);
            case CUDA_R_16F:
                return __half2float(reinterpret_cast<const __half*>(raw.data())[i]);
            default:
                return reinterpret_cast<const float*>(raw.data())[i];
        }
    }
    cublasLtMatrixLayout_t layout = nullptr;

  private:
    void put(unsigned char* raw, int i, float value) const {
        switch (type_) {
            case CUDA_R_16BF:
                reinterpret_cast<__nv_bfloat16*>(raw)[i] = __float2bfloat16(value);
                break;
            case CUDA_R_16F:
                reinterpret_cast<__half*>(raw)[i] = __float2half(value);
                break;
            case CUDA_R_8F_E4M3:
                reinterpret_cast<__nv_fp8_e4m3*>(raw)[i] = __nv_fp8_e4m3(value);
                break;
            default:
                reinterpret_cast<float*>(raw)[i] = value;
        }
    }
    cudaDataType type_;
    int ld_;
    std::vector<float> values_;
    std::size_t bytes_;
    void* data_ = nullptr;
};

std::vector<float> random_values(std::size_t count, cudaDataType type, std::mt19937& random) {
    std::uniform_real_distribution<float> draw(-1.0f, 1.0f);
    std::vector<float> values(count);
    for (float& value : values) value = rounded(type, draw(random));
    return values;
}

}  // namespace

class TestEmulatedCublasLt : public QObject {
    Q_OBJECT
    cublasLtHandle_t handle = nullptr;

    cublasStatus_t multiply(cublasLtMatmulDesc_t description, const Case& c, const Matrix& a, const Matrix& b,
                            Matrix& d, cudaStream_t stream = nullptr) {
        cublasLtMatmulPreference_t preference = nullptr;
        cublasLtMatmulPreferenceCreate(&preference);
        cublasLtMatmulHeuristicResult_t result{};
        int found = 0;
        cublasStatus_t status = cublasLtMatmulAlgoGetHeuristic(
            handle, description, a.layout, b.layout, d.layout, d.layout, preference, 1, &result, &found);
        cublasLtMatmulPreferenceDestroy(preference);
        if (status != CUBLAS_STATUS_SUCCESS) return status;
        return cublasLtMatmul(handle, description, &c.alpha, a.data(), a.layout, b.data(), b.layout, &c.beta,
                              d.data(), d.layout, d.data(), d.layout, &result.algo, nullptr, 0, stream);
    }

    cublasLtMatmulDesc_t describe(const Case& c) {
        cublasLtMatmulDesc_t description = nullptr;
        cublasLtMatmulDescCreate(&description, CUBLAS_COMPUTE_32F, CUDA_R_32F);
        const cublasOperation_t op_a = c.transpose_a ? CUBLAS_OP_T : CUBLAS_OP_N;
        const cublasOperation_t op_b = c.transpose_b ? CUBLAS_OP_T : CUBLAS_OP_N;
        cublasLtMatmulDescSetAttribute(description, CUBLASLT_MATMUL_DESC_TRANSA, &op_a, sizeof op_a);
        cublasLtMatmulDescSetAttribute(description, CUBLASLT_MATMUL_DESC_TRANSB, &op_b, sizeof op_b);
        return description;
    }

  private slots:
    void init() { QCOMPARE(cublasLtCreate(&handle), CUBLAS_STATUS_SUCCESS); }
    void cleanup() {
        if (handle) cublasLtDestroy(handle);
        handle = nullptr;
        emulator::reset();
    }

    void products_data() {
        QTest::addColumn<int>("number");
        for (int i = 0; i < 6; ++i) QTest::addRow("%d", i) << i;
    }
    void products() {
        static const Case cases[] = {{CUDA_R_16BF, CUDA_R_16BF, true, false, 1.0f, 0.0f},
                                     {CUDA_R_16BF, CUDA_R_32F, true, false, 0.5f, 1.0f},
                                     {CUDA_R_16F, CUDA_R_16F, false, true, 1.0f, 2.0f},
                                     {CUDA_R_32F, CUDA_R_32F, false, false, 1.0f, 1.0f},
                                     {CUDA_R_32F, CUDA_R_32F, true, true, 1.0f, 0.0f},
                                     {CUDA_R_8F_E4M3, CUDA_R_16BF, true, false, 1.0f, 0.0f}};
        QFETCH(int, number);
        const Case& c = cases[number];
        const bool fp8 = c.in == CUDA_R_8F_E4M3;
        const int rows = fp8 ? 16 : 7;
        const int cols = fp8 ? 32 : 5;
        const int depth = fp8 ? 48 : 19;
        std::mt19937 random(static_cast<unsigned>(number));
        const int a_rows = c.transpose_a ? depth : rows;
        const int a_cols = c.transpose_a ? rows : depth;
        const int b_rows = c.transpose_b ? cols : depth;
        const int b_cols = c.transpose_b ? depth : cols;
        const auto count = [](int x, int y) {
            return static_cast<std::size_t>(x) * static_cast<std::size_t>(y);
        };
        const std::vector<float> a = random_values(count(rows, depth), c.in, random);
        const std::vector<float> b = random_values(count(depth, cols), c.in, random);
        const std::vector<float> d = random_values(count(rows, cols), c.out, random);
        const Matrix device_a(c.in, a_rows, a_cols, a_rows + 16, a);
        const Matrix device_b(c.in, b_rows, b_cols, b_rows + 16, b);
        Matrix device_d(c.out, rows, cols, rows + 3, d);
        const cublasLtMatmulDesc_t description = describe(c);
        QCOMPARE(multiply(description, c, device_a, device_b, device_d), CUBLAS_STATUS_SUCCESS);
        for (int row = 0; row < rows; ++row) {
            for (int col = 0; col < cols; ++col) {
                double sum = 0;
                for (int k = 0; k < depth; ++k) {
                    const int ia = c.transpose_a ? k + row * depth : row + k * rows;
                    const int ib = c.transpose_b ? col + k * cols : k + col * depth;
                    sum += static_cast<double>(a[static_cast<std::size_t>(ia)]) *
                           static_cast<double>(b[static_cast<std::size_t>(ib)]);
                }
                sum = static_cast<double>(c.alpha) * sum +
                      static_cast<double>(c.beta) *
                          static_cast<double>(d[static_cast<std::size_t>(row + col * rows)]);
                QCOMPARE(device_d.get(row, col), rounded(c.out, static_cast<float>(sum)));
            }
        }
        cublasLtMatmulDescDestroy(description);
    }

    void refuses_what_does_not_fit() {
        const Case c{CUDA_R_16BF, CUDA_R_16BF, true, false, 1.0f, 0.0f};
        const Matrix a(c.in, 8, 4, 8, std::vector<float>(32));
        const Matrix b(c.in, 9, 4, 9, std::vector<float>(36));
        Matrix d(c.out, 4, 4, 4, std::vector<float>(16));
        const cublasLtMatmulDesc_t description = describe(c);
        QCOMPARE(multiply(description, c, a, b, d), CUBLAS_STATUS_INVALID_VALUE);
        Matrix narrow(CUDA_R_16F, 4, 4, 4, std::vector<float>(16));
        QCOMPARE(multiply(description, c, a, a, narrow), CUBLAS_STATUS_NOT_SUPPORTED);
        const int wrong_size = 0;
        QCOMPARE(cublasLtMatmulDescSetAttribute(description, CUBLASLT_MATMUL_DESC_TRANSA, &wrong_size, 1),
                 CUBLAS_STATUS_INVALID_VALUE);
        cublasLtMatmulDescDestroy(description);
    }

    void product_can_be_captured_and_can_fail() {
        const Case c{CUDA_R_32F, CUDA_R_32F, false, false, 1.0f, 1.0f};
        const Matrix a(c.in, 1, 1, 1, {3.0f});
        Matrix d(c.out, 1, 1, 1, {1.0f});
        const cublasLtMatmulDesc_t description = describe(c);
        cudaStream_t stream = nullptr;
        cudaGraph_t graph = nullptr;
        cudaGraphExec_t exec = nullptr;
        QCOMPARE(cudaStreamCreate(&stream), cudaSuccess);
        QCOMPARE(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), cudaSuccess);
        QCOMPARE(multiply(description, c, a, a, d, stream), CUBLAS_STATUS_SUCCESS);
        QCOMPARE(cudaStreamEndCapture(stream, &graph), cudaSuccess);
        QCOMPARE(cudaGraphInstantiate(&exec, graph, 0), cudaSuccess);
        QCOMPARE(d.get(0, 0), 1.0f);
        QCOMPARE(cudaGraphLaunch(exec, stream), cudaSuccess);
        QCOMPARE(d.get(0, 0), 10.0f);
        QCOMPARE(cudaGraphExecDestroy(exec), cudaSuccess);
        QCOMPARE(cudaGraphDestroy(graph), cudaSuccess);
        QCOMPARE(cudaStreamDestroy(stream), cudaSuccess);

        emulator::fail({.call = 1, .error = cudaErrorMemoryAllocation, .only = "cublasLtCreate"});
        cublasLtHandle_t second = nullptr;
        QCOMPARE(cublasLtCreate(&second), CUBLAS_STATUS_ALLOC_FAILED);
        emulator::fail({.call = 1, .error = cudaErrorLaunchFailure, .only = "cublasLtMatmulAlgo"});
        QCOMPARE(multiply(description, c, a, a, d), CUBLAS_STATUS_EXECUTION_FAILED);
        cublasLtMatmulDescDestroy(description);
    }

    /// Long products on 9.0 do not take the library's first choice (matmul.cpp).
    void long_products_take_the_tile_that_lasts() {
        const auto tile = [](std::int64_t rows, std::int64_t T, int compute) {
            constexpr std::int64_t kCols = 16;
            kernels::cuda::DeviceTraits device = kernels::cuda::open_device();
            device.compute = compute;
            const kernels::cuda::Context context{nullptr, &device};
            const auto memory = [](std::int64_t count) {
                return kernels::cuda::DeviceMemory(static_cast<std::size_t>(count) * 2);
            };
            const auto weight = memory(rows * kCols), x = memory(T * kCols), out = memory(T * rows);
            kernels::cuda::Matmul matmul;
            matmul.run(context, weight.as<__nv_bfloat16>(), rows, kCols, x.as<__nv_bfloat16>(), T,
                       out.as<void>(), rows, kernels::cuda::Matmul::Out::BF16);
            return emulator::last_product_tile();
        };
        QCOMPARE(tile(1760, 512, 90), std::uint32_t{CUBLASLT_MATMUL_TILE_176x128});
        QCOMPARE(tile(1760, 512, 80), std::uint32_t{CUBLASLT_MATMUL_TILE_128x128});
        QCOMPARE(tile(1760, 256, 90), std::uint32_t{CUBLASLT_MATMUL_TILE_128x128});  // soon over
        QCOMPARE(tile(1792, 512, 90), std::uint32_t{CUBLASLT_MATMUL_TILE_128x128});  // much at the edge
    }

    /// With a memory that fits the tiles alone the bits are those of the whole product.
    void a_tile_takes_the_algorithm_of_the_whole() {
        constexpr std::int64_t kWhole = 1760, kTile = 128, kCols = 16, T = 512;
        const auto memory = [](std::int64_t count) {
            return kernels::cuda::DeviceMemory(static_cast<std::size_t>(count) * 2);
        };
        const kernels::cuda::DeviceTraits device = kernels::cuda::open_device();
        const kernels::cuda::Context context{nullptr, &device};
        const auto weight = memory(kWhole * kCols), x = memory(T * kCols), out = memory(T * kWhole);
        const auto tile = [&](kernels::cuda::Matmul& matmul, std::int64_t rows, std::int64_t of_rows) {
            matmul.run(context, weight.as<__nv_bfloat16>(), rows, kCols, x.as<__nv_bfloat16>(), T,
                       out.as<void>(), kWhole, kernels::cuda::Matmul::Out::BF16, of_rows);
            return emulator::last_product_tile();
        };
        kernels::cuda::Matmul matmul;
        QCOMPARE(tile(matmul, kTile, 0), std::uint32_t{CUBLASLT_MATMUL_TILE_128x128});
        QCOMPARE(tile(matmul, kTile, kWhole), std::uint32_t{CUBLASLT_MATMUL_TILE_176x128});
        QCOMPARE(tile(matmul, kWhole, kWhole), std::uint32_t{CUBLASLT_MATMUL_TILE_176x128});
        kernels::cuda::Matmul other;
        const auto refuse = [](cudaError_t error) {
            emulator::fail({.call = 1, .error = error, .only = "cublasLtMatmulAlgoCheck"});
        };
        refuse(cudaErrorMemoryAllocation);
        QVERIFY_THROWS_EXCEPTION(kernels::Error, tile(other, kTile, kWhole));
        refuse(cudaErrorNotSupported);
        QCOMPARE(tile(other, kTile, kWhole), std::uint32_t{CUBLASLT_MATMUL_TILE_128x128});
        QVERIFY(emulator::failed());
    }

    void operands_must_be_device_memory() {
        const Case c{CUDA_R_32F, CUDA_R_32F, false, false, 1.0f, 0.0f};
        const Matrix a(c.in, 1, 1, 1, {3.0f});
        const cublasLtMatmulDesc_t description = describe(c);
        float host = 0;
        const std::string sentence = emulator::first_fault([&] {
            cublasLtMatmul(handle, description, &c.alpha, a.data(), a.layout, a.data(), a.layout, &c.beta,
                           &host, a.layout, &host, a.layout, nullptr, nullptr, 0, nullptr);
        });
        QVERIFY2(sentence.find("Matrix D") != std::string::npos, sentence.c_str());
        cublasLtMatmulDescDestroy(description);
    }
};

QTEST_APPLESS_MAIN(TestEmulatedCublasLt)
#include "test_emulated_cublaslt.moc"
