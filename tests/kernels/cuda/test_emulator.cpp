#include <QTest>
#include <cmath>
#include <cstdint>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/ptx.cuh"
#include "tests/support/cuda_emulator/emulator.h"

/// That the emulator computes what a device computes, and notices what a device would punish.

using namespace sidewinder;
using namespace sidewinder::kernels::cuda;

namespace {

template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(const std::vector<T>& values) : size_(values.size()) {
        check(cudaMalloc(reinterpret_cast<void**>(&data_), size_ * sizeof(T)), "cudaMalloc");
        check(cudaMemcpy(data_, values.data(), size_ * sizeof(T), cudaMemcpyHostToDevice), "cudaMemcpy");
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;
    T* get() const { return data_; }
    std::vector<T> host() const {
        std::vector<T> values(size_);
        check(cudaMemcpy(values.data(), data_, size_ * sizeof(T), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return values;
    }

  private:
    T* data_ = nullptr;
    std::size_t size_;
};

__global__ void __launch_bounds__(256) block_sums(const int* in, int* out) {
    __shared__ int partial[8];
    int sum = in[blockIdx.x * blockDim.x + threadIdx.x];
#pragma unroll
    for (int step = 16; step > 0; step /= 2) sum += __shfl_xor_sync(0xFFFFFFFFu, sum, step);
    if (threadIdx.x % 32 == 0) partial[threadIdx.x / 32] = sum;
    __syncthreads();
    if (threadIdx.x == 0) {
        int total = 0;
        for (unsigned i = 0; i < blockDim.x / 32; ++i) total += partial[i];
        out[blockIdx.x] = total;
    }
}

__global__ void multiply(const __nv_bfloat16* a, const __nv_bfloat16* b, float* c) {
    __nv_bfloat16* tile = reinterpret_cast<__nv_bfloat16*>(dynamic_smem());
    const int lane = static_cast<int>(threadIdx.x);
    cp_async_16(tile + 8 * lane, a + 8 * lane);
    cp_async_commit();
    cp_async_wait<0>();
    __syncwarp();
    std::uint32_t fragment[4];
    ldmatrix_x4(fragment, tile + lane % 16 * 16 + lane / 16 * 8);
    const int g = lane / 4;
    const int t = 2 * (lane % 4);
    const auto pair = [&](int k) {
        return static_cast<std::uint32_t>(__bfloat16_as_ushort(b[k * 8 + g])) |
               static_cast<std::uint32_t>(__bfloat16_as_ushort(b[(k + 1) * 8 + g])) << 16;
    };
    float sums[4] = {1, 1, 1, 1};
    mma_bf16(sums, fragment[0], fragment[1], fragment[2], fragment[3], pair(t), pair(t + 8));
    c[g * 8 + t] = sums[0];
    c[g * 8 + t + 1] = sums[1];
    c[(g + 8) * 8 + t] = sums[2];
    c[(g + 8) * 8 + t + 1] = sums[3];
}

}  // namespace

class TestEmulator : public QObject {
    Q_OBJECT
    DeviceTraits device;
    Context context;

  private slots:
    void initTestCase() {
        device = open_device();
        context.device = &device;
    }
    void cleanup() { emulator::reset(); }

    void sums_of_blocks() {
        std::vector<int> values(3 * 256);
        for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<int>(i * i % 1000);
        const DeviceArray<int> in(values);
        const DeviceArray<int> out(std::vector<int>(3));
        launch(context, "block_sums", LaunchShape{dim3(3), dim3(256)}, block_sums, in.get(), out.get());
        for (std::size_t block = 0; block < 3; ++block) {
            int sum = 0;
            for (std::size_t i = 0; i < 256; ++i) sum += values[block * 256 + i];
            QCOMPARE(out.host()[block], sum);
        }
    }

    void mma_against_loops() {
        std::vector<__nv_bfloat16> a(256);
        std::vector<__nv_bfloat16> b(128);
        for (int i = 0; i < 256; ++i)
            a[static_cast<std::size_t>(i)] = __float2bfloat16(static_cast<float>(i % 17 - 8));
        for (int i = 0; i < 128; ++i)
            b[static_cast<std::size_t>(i)] = __float2bfloat16(static_cast<float>(i % 13 - 6));
        const DeviceArray<__nv_bfloat16> device_a(a);
        const DeviceArray<__nv_bfloat16> device_b(b);
        const DeviceArray<float> c(std::vector<float>(128));
        launch(context, "multiply", LaunchShape{dim3(1), dim3(32), 512}, multiply, device_a.get(),
               device_b.get(), c.get());
        const std::vector<float> got = c.host();
        for (std::size_t row = 0; row < 16; ++row) {
            for (std::size_t column = 0; column < 8; ++column) {
                float sum = 1;
                for (std::size_t k = 0; k < 16; ++k)
                    sum += __bfloat162float(a[row * 16 + k]) * __bfloat162float(b[k * 8 + column]);
                QCOMPARE(got[row * 8 + column], sum);
            }
        }
    }
};

QTEST_APPLESS_MAIN(TestEmulator)
#include "test_emulator.moc"
