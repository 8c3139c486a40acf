#include "kernels/cuda/ceilings.h"

#include <algorithm>
#include <functional>
#include <random>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/event.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/ops.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kRuns = 9, kLongRuns = 3;
constexpr int kSustained = 150;  ///< products: a quarter of a second at least, in which the clocks settle

/// Median seconds of `work` on the stream, by device events; two more runs come first.
double median_seconds(cudaStream_t stream, int runs, const std::function<void()>& work) {
    cudaEvent_t start = nullptr, end = nullptr;
    check(cudaEventCreate(&start), "cudaEventCreate");
    check(cudaEventCreate(&end), "cudaEventCreate");
    std::vector<float> times;
    for (int run = 0; run < runs + 2; ++run) {
        check(cudaEventRecord(start, stream), "cudaEventRecord");
        work();
        check(cudaEventRecord(end, stream), "cudaEventRecord");
        check(cudaEventSynchronize(end), "cudaEventSynchronize");
        float milliseconds = 0;
        check(cudaEventElapsedTime(&milliseconds, start, end), "cudaEventElapsedTime");
        if (run >= 2) times.push_back(milliseconds);
    }
    check_quietly(cudaEventDestroy(start));
    check_quietly(cudaEventDestroy(end));
    std::sort(times.begin(), times.end());
    return static_cast<double>(times[times.size() / 2]) * 1e-3;
}

double copy_rate(cudaStream_t stream, std::size_t bytes) {
    const DeviceMemory from(bytes), to(bytes);
    const double time = median_seconds(stream, kRuns, [&] {
        check(cudaMemcpyAsync(to.as<void>(), from.as<void>(), bytes, cudaMemcpyDeviceToDevice, stream),
              "copying");
    });
    return 2 * static_cast<double>(bytes) / time;
}

double bus_rate(cudaStream_t stream, std::size_t bytes) {
    const DeviceMemory to(bytes);
    const PinnedMemory from(bytes);
    const double time = median_seconds(stream, kRuns, [&] {
        check(cudaMemcpyAsync(to.as<void>(), from.data(), bytes, cudaMemcpyHostToDevice, stream), "copying");
    });
    return static_cast<double>(bytes) / time;
}

/// bf16 n x n x n products of operands that are random as weights are: products of zeros, or of numbers of
/// one size, take less power and run faster.
class Products {
  public:
    Products(const Context& context, std::int64_t n)
        : context_(context), n_(n), a_(bytes()), b_(bytes()), c_(bytes()) {
        constexpr std::size_t kPeriod = 1 << 20;
        std::mt19937 engine(1);
        std::normal_distribution<float> normal(0.0f, 0.02f);
        std::vector<std::uint16_t> some(kPeriod), host(bytes() / 2);
        for (std::uint16_t& bits : some) bits = bf16_from_float(normal(engine));
        for (std::size_t i = 0; i < host.size(); ++i) host[i] = some[(i + i / kPeriod) % kPeriod];
        for (const DeviceMemory* operand : {&a_, &b_}) {
            check(cudaMemcpy(operand->as<void>(), host.data(), bytes(), cudaMemcpyHostToDevice), "copying");
        }
    }
    /// FLOP/s of `count` products on end.
    double rate(int count) {
        const double time = median_seconds(context_.stream, count > 1 ? kLongRuns : kRuns, [&] {
            for (int i = 0; i < count; ++i) {
                matmul_.run(context_, a_.as<__nv_bfloat16>(), n_, n_, b_.as<__nv_bfloat16>(), n_,
                            c_.as<void>(), n_, Matmul::Out::BF16);
            }
        });
        const auto n = static_cast<double>(n_);
        return 2.0 * n * n * n * count / time;
    }

  private:
    std::size_t bytes() const { return static_cast<std::size_t>(n_ * n_) * 2; }
    const Context& context_;
    std::int64_t n_;
    DeviceMemory a_, b_, c_;
    Matmul matmul_;
};

}  // namespace

CudaCeilings measure_ceilings() {
    const DeviceTraits traits = open_device();
    const Stream stream;
    const std::size_t copied = std::min(std::size_t{1} << 30, free_memory() / 4);
    CudaCeilings ceilings;
    ceilings.copy_bytes_per_second = copy_rate(stream.handle(), copied);
    ceilings.bus_bytes_per_second = bus_rate(stream.handle(), std::min(copied, std::size_t{256} << 20));
    KernelAttributes attributes;
    const Context context{stream.handle(), &traits, &attributes};
    Products products(context, 8192);
    ceilings.matrix_flop_per_second = products.rate(1);
    ceilings.sustained_matrix_flop_per_second = products.rate(kSustained);
    return ceilings;
}

}  // namespace sidewinder::kernels::cuda
