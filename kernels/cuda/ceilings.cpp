#include "kernels/cuda/ceilings.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/event.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/ops.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kRuns = 9;

/// Median seconds of `work` on the stream, by device events.
double median_seconds(cudaStream_t stream, const std::function<void()>& work) {
    cudaEvent_t start = nullptr, end = nullptr;
    check(cudaEventCreate(&start), "cudaEventCreate");
    check(cudaEventCreate(&end), "cudaEventCreate");
    std::vector<float> times;
    for (int run = 0; run < kRuns + 2; ++run) {
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
    const double time = median_seconds(stream, [&] {
        check(cudaMemcpyAsync(to.as<void>(), from.as<void>(), bytes, cudaMemcpyDeviceToDevice, stream),
              "copying");
    });
    return 2 * static_cast<double>(bytes) / time;
}

double bus_rate(cudaStream_t stream, std::size_t bytes) {
    const DeviceMemory to(bytes);
    const PinnedMemory from(bytes);
    const double time = median_seconds(stream, [&] {
        check(cudaMemcpyAsync(to.as<void>(), from.data(), bytes, cudaMemcpyHostToDevice, stream), "copying");
    });
    return static_cast<double>(bytes) / time;
}

// Random operands: products of zeros run faster than real ones.
double matrix_rate(const Context& context, std::int64_t n) {
    const auto elements = static_cast<std::size_t>(n * n);
    const DeviceMemory a(2 * elements), b(2 * elements), c(2 * elements);
    std::vector<std::uint16_t> host(elements);
    std::uint32_t seed = 1;
    for (std::uint16_t& bits : host) {
        seed = seed * 1664525U + 1013904223U;
        bits = static_cast<std::uint16_t>(0x3f00U | (seed >> 31 << 15) | (seed >> 24 & 0x7fU));  // +-[0.5, 1)
    }
    for (const DeviceMemory* operand : {&a, &b}) {
        check(cudaMemcpyAsync(operand->as<void>(), host.data(), 2 * elements, cudaMemcpyHostToDevice,
                              context.stream),
              "copying");
    }
    Matmul matmul;
    const double time = median_seconds(context.stream, [&] {
        matmul.run(context, a.as<__nv_bfloat16>(), n, n, b.as<__nv_bfloat16>(), n, c.as<void>(), n,
                   Matmul::Out::BF16);
    });
    return 2.0 * static_cast<double>(n) * static_cast<double>(n) * static_cast<double>(n) / time;
}

}  // namespace

CudaCeilings measure_ceilings() {
    const DeviceTraits traits = open_device();
    const Stream stream;
    std::size_t free = 0, total = 0;
    check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
    const std::size_t copied = std::min(std::size_t{1} << 30, free / 4);
    CudaCeilings ceilings;
    ceilings.copy_bytes_per_second = copy_rate(stream.handle(), copied);
    ceilings.bus_bytes_per_second = bus_rate(stream.handle(), std::min(copied, std::size_t{256} << 20));
    ceilings.matrix_flop_per_second = matrix_rate({stream.handle(), &traits}, 8192);
    return ceilings;
}

}  // namespace sidewinder::kernels::cuda
