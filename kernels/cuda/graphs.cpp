#include "kernels/cuda/graphs.h"

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {

Graphs::~Graphs() {
    clear();
}

void Graphs::clear() {
    for (const auto& [key, graph] : graphs_) {
        if (graph) check_quietly(cudaGraphExecDestroy(graph));
    }
    graphs_.clear();
}

void Graphs::replay(cudaStream_t stream, std::uint64_t key, const std::function<void()>& step) {
    const auto found = graphs_.find(key);
    if (found == graphs_.end()) {
        step();
        graphs_.emplace(key, nullptr);
        return;
    }
    if (!found->second) found->second = record(stream, step);
    check(cudaGraphLaunch(found->second, stream), "cudaGraphLaunch");
}

cudaGraphExec_t Graphs::record(cudaStream_t stream, const std::function<void()>& step) {
    check(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal), "cudaStreamBeginCapture");
    cudaGraph_t graph = nullptr;
    try {
        step();
    } catch (...) {
        check_quietly(cudaStreamEndCapture(stream, &graph));
        if (graph) check_quietly(cudaGraphDestroy(graph));
        throw;
    }
    check(cudaStreamEndCapture(stream, &graph), "cudaStreamEndCapture");
    cudaGraphExec_t executable = nullptr;
    const cudaError_t status = cudaGraphInstantiate(&executable, graph, 0);
    check_quietly(cudaGraphDestroy(graph));
    check(status, "cudaGraphInstantiate");
    return executable;
}

}  // namespace sidewinder::kernels::cuda
