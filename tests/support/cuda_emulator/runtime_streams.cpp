#include <chrono>

#include "tests/support/cuda_emulator/runtime.h"

/// Streams and events.

using sidewinder::emulator::Call;
using sidewinder::emulator::fault;
using sidewinder::emulator::Runtime;
using sidewinder::emulator::runtime;

namespace {

cudaError_t create_stream(const Call& call, cudaStream_t* stream, unsigned flags) {
    if (!call) return call.error();
    *stream = new CUstream_st;
    (*stream)->blocking = !(flags & cudaStreamNonBlocking);
    runtime().streams.insert(*stream);
    return cudaSuccess;
}

cudaError_t create_event(const Call& call, cudaEvent_t* event) {
    if (!call) return call.error();
    *event = new CUevent_st;
    runtime().events.insert(*event);
    return cudaSuccess;
}

CUevent_st& known(cudaEvent_t event) {
    if (!runtime().events.contains(event)) fault("An event is used that was never made or is destroyed.");
    return *event;
}

double milliseconds_now() {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

cudaError_t record(const Call& call, cudaEvent_t event, cudaStream_t stream) {
    if (!call) return call.error();
    Runtime& r = runtime();
    CUevent_st& e = known(event);
    CUstream_st& target = r.stream(stream);
    e.capture = target.capture;
    if (e.capture) return cudaSuccess;
    r.submit(stream, [event] {
        if (runtime().events.contains(event)) event->milliseconds = milliseconds_now();
    });
    e.queue = target.queue;
    e.position = target.queue->submitted;
    return cudaSuccess;
}

}  // namespace

cudaError_t cudaStreamCreate(cudaStream_t* stream) {
    return create_stream(Call(__func__), stream, 0);
}
cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned flags) {
    return create_stream(Call(__func__), stream, flags);
}
cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned flags, int) {
    return create_stream(Call(__func__), stream, flags);
}

cudaError_t cudaStreamDestroy(cudaStream_t stream) {
    const Call call(__func__);
    Runtime& r = runtime();
    if (r.sticky != cudaSuccess) return call.error();
    r.stream(stream).queue->drain();
    if (r.streams.erase(stream)) delete stream;
    return call.error();
}

cudaError_t cudaStreamSynchronize(cudaStream_t stream) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    CUstream_st& target = r.stream(stream);
    if (target.capture) {
        target.capture->invalidated = true;
        return r.set_error(cudaErrorStreamCaptureUnsupported);
    }
    if (&target == &r.default_stream) r.drain_blocking();
    target.queue->drain();
    return cudaSuccess;
}

cudaError_t cudaStreamQuery(cudaStream_t stream) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    CUstream_st& target = r.stream(stream);
    if (target.capture) return r.set_error(cudaErrorStreamCaptureUnsupported);
    target.queue->drain(target.queue->done + 1);  // a loop of queries ends
    return target.queue->work.empty() ? cudaSuccess : cudaErrorNotReady;
}

cudaError_t cudaStreamWaitEvent(cudaStream_t stream, cudaEvent_t event, unsigned) {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    CUevent_st& e = known(event);
    CUstream_st& target = r.stream(stream);
    if (e.capture) {
        target.capture = e.capture;  // the other stream joins the graph
        return cudaSuccess;
    }
    if (!e.queue) return cudaSuccess;
    if (target.capture) return r.set_error(cudaErrorStreamCaptureIsolation);
    r.submit(stream, [queue = e.queue, position = e.position] { queue->drain(position); });
    return cudaSuccess;
}

cudaError_t cudaLaunchHostFunc(cudaStream_t stream, cudaHostFn_t function, void* data) {
    const Call call(__func__);
    if (!call) return call.error();
    runtime().submit(stream, [=] { function(data); });
    return cudaSuccess;
}

cudaError_t cudaDeviceSynchronize() {
    const Call call(__func__);
    if (!call) return call.error();
    Runtime& r = runtime();
    if (r.capturing_forbids()) return r.set_error(cudaErrorStreamCaptureUnsupported);
    r.drain_all();
    return cudaSuccess;
}

cudaError_t cudaEventCreate(cudaEvent_t* event) {
    return create_event(Call(__func__), event);
}
cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) {
    return create_event(Call(__func__), event);
}

cudaError_t cudaEventDestroy(cudaEvent_t event) {
    const Call call(__func__);
    if (runtime().sticky != cudaSuccess) return call.error();
    known(event);
    runtime().events.erase(event);
    delete event;
    return call.error();
}

cudaError_t cudaEventRecord(cudaEvent_t event, cudaStream_t stream) {
    return record(Call(__func__), event, stream);
}
cudaError_t cudaEventRecordWithFlags(cudaEvent_t event, cudaStream_t stream, unsigned) {
    return record(Call(__func__), event, stream);
}

cudaError_t cudaEventSynchronize(cudaEvent_t event) {
    const Call call(__func__);
    if (!call) return call.error();
    CUevent_st& e = known(event);
    if (e.capture) return runtime().set_error(cudaErrorCapturedEvent);
    if (e.queue) e.queue->drain(e.position);
    return cudaSuccess;
}

cudaError_t cudaEventQuery(cudaEvent_t event) {
    const Call call(__func__);
    if (!call) return call.error();
    CUevent_st& e = known(event);
    if (e.capture) return runtime().set_error(cudaErrorCapturedEvent);
    if (!e.queue || e.queue->done >= e.position) return cudaSuccess;
    e.queue->drain(e.queue->done + 1);  // a loop of queries ends
    if (runtime().hangs) {
        ++runtime().minutes_waited;
        runtime().loss_known = true;
    }
    return cudaErrorNotReady;
}

cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t start, cudaEvent_t end) {
    const Call call(__func__);
    if (!call) return call.error();
    for (CUevent_st* e : {&known(start), &known(end)}) {
        if (!e->queue) return runtime().set_error(cudaErrorInvalidResourceHandle);
        if (e->queue->done < e->position) return runtime().set_error(cudaErrorNotReady);
    }
    *milliseconds = static_cast<float>(end->milliseconds - start->milliseconds);
    return cudaSuccess;
}
