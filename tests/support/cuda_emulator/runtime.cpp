#include "tests/support/cuda_emulator/runtime.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "tests/support/cuda_emulator/clock.h"
#include "tests/support/cuda_emulator/fault.h"

namespace sidewinder::emulator {
namespace {

constexpr std::size_t kMostQueued = 1000;  // launches; the next one waits

bool waits_for_work(std::string_view call) {
    static constexpr std::array kCalls{"cudaFree",
                                       "cudaFreeHost",
                                       "cudaMemcpy",
                                       "cudaMemcpy2D",
                                       "cudaStreamSynchronize",
                                       "cudaStreamDestroy",
                                       "cudaEventSynchronize",
                                       "cudaDeviceSynchronize",
                                       "cudaGraphExecDestroy",
                                       "cublasLtDestroy"};
    return std::find(kCalls.begin(), kCalls.end(), call) != kCalls.end();
}

}  // namespace

void Queue::drain(std::uint64_t until) {
    while (!runtime().hangs && done < until && !work.empty()) {
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

bool Runtime::stuck() const {
    const auto waits = [](const CUstream_st* stream) { return !stream->queue->work.empty(); };
    return hangs && (waits(&default_stream) || std::any_of(streams.begin(), streams.end(), waits));
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
    } else if (&target == &default_stream && !hangs) {
        drain_blocking();
        work();
    } else {
        target.queue->work.push_back(std::move(work));
        ++target.queue->submitted;
        if (schedule == Schedule::Eager) target.queue->drain();
        if (hangs && target.queue->work.size() > kMostQueued)
            fault("More is launched on a device that hangs than it can queue: the call would never return.");
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

std::size_t Runtime::dynamic_smem_of(const void* kernel) const {
    const auto allowed = dynamic_smem.find(kernel);
    return allowed == dynamic_smem.end() ? 48 * 1024 : static_cast<std::size_t>(allowed->second);
}

cudaError_t Runtime::set_error(cudaError_t error) {
    if (error != cudaSuccess) last_error = error;
    return error;
}

Call::Call(const char* name) : lock_(runtime().mutex), error_(cudaSuccess) {
    Runtime& r = runtime();
    ++r.calls[name];
    r.calls_after_loss += r.loss_known;
    if (current.thread) fault(std::string(name) + " is called by a kernel.");
    if (r.armed && (std::string(name) + "(").starts_with(r.failure.only) && --r.countdown == 0) {
        r.armed = false;
        r.happened = true;
        r.hangs = r.failure.hang;
        if (r.failure.sticky) r.sticky = r.failure.error;
        if (!r.failure.hang) error_ = r.set_error(r.failure.error);
    } else if (r.sticky != cudaSuccess) {
        error_ = r.set_error(r.sticky);
    }
    r.loss_known |= r.sticky != cudaSuccess;
    if (waits_for_work(name) && r.stuck())
        fault(std::string(name) + " is called on a device that hangs: it would never return.");
}

cudaError_t launch_kernel(cudaStream_t stream, const LaunchRequest& request,
                          const std::function<void()>& body) {
    const Call call("cudaLaunchKernel");
    if (!call) return call.error();
    const std::uint64_t blocks = std::uint64_t{request.grid.x} * request.grid.y * request.grid.z;
    if (request.cooperative && blocks > static_cast<std::uint64_t>(runtime().device.multiprocessors)) {
        return runtime().set_error(cudaErrorCooperativeLaunchTooLarge);
    }
    const std::size_t allowed = runtime().dynamic_smem_of(request.kernel);
    if (request.smem > allowed) {
        fault("Kernel " + request.name + " takes " + std::to_string(request.smem) +
              " bytes of dynamic shared memory; " + std::to_string(allowed) +
              " were allowed by cudaFuncSetAttribute or are without it.");
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
    *r.default_stream.queue = {};
    r.memory.forget();
}

}  // namespace

Clock::time_point Clock::now() {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    return std::chrono::steady_clock::now() + std::chrono::minutes(r.minutes_waited);
}

void reset_and_forget() {
    Runtime& r = runtime();
    const std::lock_guard lock(r.mutex);
    forget(r);
    r.armed = r.happened = r.hangs = r.loss_known = false;
    r.minutes_waited = 0;
    r.calls_after_loss = 0;
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

std::int64_t calls_after_loss() {
    return runtime().calls_after_loss;
}

bool failed() {
    return runtime().happened;
}

std::size_t device_memory_used() {
    return runtime().memory.used();
}

std::uint32_t last_product_tile() {
    return runtime().last_tile;
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
