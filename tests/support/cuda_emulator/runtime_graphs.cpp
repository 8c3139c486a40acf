#include "tests/support/cuda_emulator/runtime.h"

/// Capture and graphs.

using sidewinder::emulator::Call;
using sidewinder::emulator::Capture;
using sidewinder::emulator::fault;
using sidewinder::emulator::Runtime;
using sidewinder::emulator::runtime;
using sidewinder::emulator::Work;

cudaError_t cudaStreamBeginCapture(cudaStream_t stream, cudaStreamCaptureMode mode) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    CUstream_st& target = r.stream(stream);
    if (&target == &r.default_stream) return r.set_error(cudaErrorStreamCaptureUnsupported);
    if (target.capture) return r.set_error(cudaErrorIllegalState);
    target.capture = std::make_shared<Capture>();
    target.capture->origin = stream;
    target.capture->mode = mode;
    target.capture->thread = std::this_thread::get_id();
    r.captures.insert(target.capture);
    return cudaSuccess;
}

cudaError_t cudaStreamEndCapture(cudaStream_t stream, cudaGraph_t* graph) {
    const Call call(__func__);
    Runtime& r = runtime();
    CUstream_st& target = r.stream(stream);
    const auto capture = target.capture;
    if (!capture) return call ? r.set_error(cudaErrorIllegalState) : call.error();
    if (capture->origin != stream) return r.set_error(cudaErrorStreamCaptureUnmatched);
    r.captures.erase(capture);
    target.capture.reset();
    for (cudaStream_t other : r.streams) {
        if (other->capture == capture) other->capture.reset();
    }
    *graph = nullptr;
    if (!call) return call.error();
    if (capture->invalidated) return r.set_error(cudaErrorStreamCaptureInvalidated);
    *graph = new CUgraph_st{std::move(capture->work)};
    r.graphs.insert(*graph);
    return cudaSuccess;
}

cudaError_t cudaStreamIsCapturing(cudaStream_t stream, cudaStreamCaptureStatus* status) {
    const Call call(__func__);
    if (!call) return call.error();
    const auto& capture = runtime().stream(stream).capture;
    *status = !capture               ? cudaStreamCaptureStatusNone
              : capture->invalidated ? cudaStreamCaptureStatusInvalidated
                                     : cudaStreamCaptureStatusActive;
    return cudaSuccess;
}

cudaError_t cudaGraphInstantiate(cudaGraphExec_t* exec, cudaGraph_t graph, unsigned long long) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    if (!r.graphs.contains(graph)) fault("A graph is used that was never made or is destroyed.");
    *exec = new CUgraphExec_st{graph->work};
    r.graph_execs.insert(*exec);
    return cudaSuccess;
}

cudaError_t cudaGraphUpload(cudaGraphExec_t, cudaStream_t) {
    return Call(__func__).error();
}

cudaError_t cudaGraphLaunch(cudaGraphExec_t exec, cudaStream_t stream) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    if (!r.graph_execs.contains(exec))
        fault("An executable graph is used that was never made or is destroyed.");
    r.submit(stream, [work = exec->work] {
        for (const Work& step : work) step();
    });
    return cudaSuccess;
}

cudaError_t cudaGraphDestroy(cudaGraph_t graph) {
    const Call call(__func__);
    if (runtime().sticky != cudaSuccess) return call.error();
    if (!runtime().graphs.erase(graph)) fault("A graph is destroyed that was never made or is destroyed.");
    delete graph;
    return call.error();
}

cudaError_t cudaGraphExecDestroy(cudaGraphExec_t exec) {
    const Call call(__func__);
    if (runtime().sticky != cudaSuccess) return call.error();
    if (!runtime().graph_execs.erase(exec))
        fault("An executable graph is destroyed that was never made or is destroyed.");
    delete exec;
    return call.error();
}
