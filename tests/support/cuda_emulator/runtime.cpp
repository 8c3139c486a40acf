#include "tests/support/cuda_emulator/runtime.h"

#include "tests/support/cuda_emulator/fault.h"

namespace sidewinder::emulator {

void Queue::drain(std::uint64_t until) {
    while (done < until && !work.empty()) {
        const Work next = std::move(work.front());
        work.pop_front();
        ++done;
        next();
    }
}

Runtime& runtime() {
    static Runtime instance;
    return instance;
}

CUstream_st& Runtime::stream(cudaStream_t handle) {
    if (!handle || handle == cudaStreamLegacy || handle == cudaStreamPerThread) return default_stream;
    if (!streams.contains(handle)) fault("A stream is used that was never made or is destroyed.");
    return *handle;
}

void Runtime::drain_blocking() {
    for (cudaStream_t handle : streams) {
        if (handle->blocking) handle->queue->drain();
    }
}

void Runtime::drain_all() {
    for (cudaStream_t handle : streams) handle->queue->drain();
}

void Runtime::submit(cudaStream_t handle, Work work) {
    CUstream_st& target = stream(handle);
    if (target.capture) {
        target.capture->work.push_back(std::move(work));
    } else if (&target == &default_stream) {
        drain_blocking();
        work();
    } else {
        target.queue->work.push_back(std::move(work));
        ++target.queue->submitted;
        if (schedule == Schedule::Eager) target.queue->drain();
    }
}

bool Runtime::capturing_forbids() {
    bool any = false;
    for (const auto& capture : captures) {
        const bool forbids = capture->mode == cudaStreamCaptureModeGlobal ||
                             (capture->mode == cudaStreamCaptureModeThreadLocal &&
                              capture->thread == std::this_thread::get_id());
        if (!forbids) continue;
        capture->invalidated = true;
        any = true;
    }
    return any;
}

cudaError_t Runtime::set_error(cudaError_t error) {
    if (error != cudaSuccess) last_error = error;
    return error;
}

Call::Call(const char* name) : lock_(runtime().mutex), error_(cudaSuccess) {
    Runtime& r = runtime();
    ++r.calls[name];
    if (current.thread) fault(std::string(name) + " is called by a kernel.");
    if (r.armed && std::string_view(name).starts_with(r.failure.only) && --r.countdown == 0) {
        r.armed = false;
        r.happened = true;
        if (r.failure.sticky) r.sticky = r.failure.error;
        error_ = r.set_error(r.failure.error);
    } else if (r.sticky != cudaSuccess) {
        error_ = r.set_error(r.sticky);
    }
}

cudaError_t launch_kernel(cudaStream_t stream, const LaunchRequest& request,
                          const std::function<void()>& body) {
    const Call call("cudaLaunchKernel");
    if (!call) return call.error();
    const std::uint64_t blocks = std::uint64_t{request.grid.x} * request.grid.y * request.grid.z;
    if (request.cooperative && blocks > static_cast<std::uint64_t>(runtime().device.multiprocessors)) {
        return runtime().set_error(cudaErrorCooperativeLaunchTooLarge);
    }
    runtime().submit(stream, [request, body] { run_grid(request, body); });
    return cudaSuccess;
}

// --- emulator.h

namespace {

void forget(Runtime& r) {
    for (cudaStream_t handle : r.streams) delete handle;
    for (cudaEvent_t handle : r.events) delete handle;
    for (cudaGraph_t handle : r.graphs) delete handle;
    for (cudaGraphExec_t handle : r.graph_execs) delete handle;
    r.streams.clear();
    r.events.clear();
    r.graphs.clear();
    r.graph_execs.clear();
    r.captures.clear();
    r.cublas_objects = 0;
    r.dynamic_smem.clear();
    r.memory.forget();
}

}  // namespace

void reset_and_forget() {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    forget(r);
    r.armed = r.happened = false;
    r.calls.clear();
    r.last_error = r.sticky = cudaSuccess;
    r.schedule = Schedule::Eager;
    set_device({});
}

void reset() {
    const std::size_t left = living_objects();
    const std::size_t bytes = device_memory_used();
    reset_and_forget();
    if (left > 0) {
        fault(std::to_string(left) + " CUDA objects were not released, among them " + std::to_string(bytes) +
              " bytes of device memory.");
    }
}

void set_device(const Device& device) {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    r.device = device;
    r.memory.set_total(device.memory);
}

void set_schedule(Schedule schedule) {
    runtime().schedule = schedule;
}

void fail(const Failure& failure) {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    r.failure = failure;
    r.countdown = failure.call;
    r.armed = true;
    r.happened = false;
}

std::int64_t calls(const std::string& prefix) {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    std::int64_t sum = 0;
    for (const auto& [name, count] : r.calls) sum += name.starts_with(prefix) ? count : 0;
    return sum;
}

bool failed() {
    return runtime().happened;
}

std::size_t device_memory_used() {
    return runtime().memory.used();
}

std::size_t living_objects() {
    const Runtime& r = runtime();
    return r.memory.count() + r.streams.size() + r.events.size() + r.graphs.size() + r.graph_execs.size() +
           r.cublas_objects;
}

void check_memory() {
    runtime().memory.check();
}

}  // namespace sidewinder::emulator
