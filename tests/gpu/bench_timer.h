#pragma once

#include <cuda_runtime_api.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "kernels/cuda/errors.h"

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

}  // namespace sidewinder::bench
