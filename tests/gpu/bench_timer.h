#pragma once

#include <cuda_runtime_api.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <vector>

#include "kernels/cuda/errors.h"
#include "tests/gpu/power_meter.h"

namespace sidewinder::bench {

/// Median microseconds of one `work(i)`: i = 0 .. count - 1 in one CUDA graph, replayed `runs` times after
/// three to warm up. What the host adds is not in it.
inline double median_microseconds(cudaStream_t stream, int count, int runs,
                                  const std::function<void(int)>& work) {
    using kernels::cuda::check;
    using kernels::cuda::check_quietly;
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "capture");
    for (int i = 0; i < count; ++i) work(i);
    cudaGraph_t graph = nullptr;
    cudaGraphExec_t executable = nullptr;
    check(cudaStreamEndCapture(stream, &graph), "capture");
    check(cudaGraphInstantiate(&executable, graph, 0), "cudaGraphInstantiate");
    cudaEvent_t start = nullptr, end = nullptr;
    check(cudaEventCreate(&start), "cudaEventCreate");
    check(cudaEventCreate(&end), "cudaEventCreate");
    std::vector<float> times;
    for (int run = 0; run < runs + 3; ++run) {
        check(cudaEventRecord(start, stream), "cudaEventRecord");
        check(cudaGraphLaunch(executable, stream), "cudaGraphLaunch");
        check(cudaEventRecord(end, stream), "cudaEventRecord");
        check(cudaEventSynchronize(end), "cudaEventSynchronize");
        float milliseconds = 0;
        check(cudaEventElapsedTime(&milliseconds, start, end), "cudaEventElapsedTime");
        if (run >= 3) times.push_back(milliseconds);
    }
    check_quietly(cudaGraphExecDestroy(executable));
    check_quietly(cudaGraphDestroy(graph));
    check_quietly(cudaEventDestroy(start));
    check_quietly(cudaEventDestroy(end));
    std::sort(times.begin(), times.end());
    return static_cast<double>(times[times.size() / 2]) * 1e3 / static_cast<double>(count);
}

/// What `work` takes when it goes on long enough for the device's power limit to count.
struct Sustained {
    double microseconds = 0;  ///< of one
    double watts = 0;
    double joules = 0;       ///< of one
    unsigned megahertz = 0;  ///< at the end
};

/// Runs work(0 .. count - 1) again and again: a third of `seconds` unmeasured, then as many rounds as the
/// rest holds. At most two rounds are ahead of the device.
inline Sustained sustained(cudaStream_t stream, int count, double seconds, const PowerMeter& meter,
                           const std::function<void(int)>& work) {
    using kernels::cuda::check;
    using Clock = std::chrono::steady_clock;
    cudaEvent_t done[2] = {};
    for (cudaEvent_t& event : done) {
        check(cudaEventCreateWithFlags(&event, cudaEventDisableTiming), "cudaEventCreate");
    }
    const auto since = [](Clock::time_point start) {
        return std::chrono::duration<double>(Clock::now() - start).count();
    };
    const auto rounds = [&](double time) {
        const auto start = Clock::now();
        int n = 0;
        for (; n < 2 || since(start) < time; ++n) {
            check(cudaEventSynchronize(done[n % 2]), "cudaEventSynchronize");
            for (int i = 0; i < count; ++i) work(i);
            check(cudaEventRecord(done[n % 2], stream), "cudaEventRecord");
        }
        return n;
    };
    rounds(seconds / 3);
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    const double joules = meter.joules();
    const auto start = Clock::now();
    const int n = rounds(seconds * 2 / 3) * count;
    const unsigned megahertz = meter.megahertz();
    check(cudaStreamSynchronize(stream), "cudaStreamSynchronize");
    const double time = since(start);
    const double used = meter.joules() - joules;
    for (cudaEvent_t event : done) kernels::cuda::check_quietly(cudaEventDestroy(event));
    return {time * 1e6 / n, used / time, used / n, megahertz};
}

}  // namespace sidewinder::bench
