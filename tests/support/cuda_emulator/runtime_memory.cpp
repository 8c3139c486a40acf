#include <cstring>

#include "tests/support/cuda_emulator/runtime.h"

/// cudaMalloc, cudaMemcpy and their kin.

using sidewinder::emulator::Call;
using sidewinder::emulator::fault;
using sidewinder::emulator::Memory;
using sidewinder::emulator::Runtime;
using sidewinder::emulator::runtime;
using sidewinder::emulator::Schedule;

namespace {

cudaError_t allocate(const Call& call, Memory::Place place, void** address, std::size_t bytes) {
    if (!call) return call.error();
    Runtime& r = runtime();
    if (r.capturing_forbids()) return r.set_error(cudaErrorStreamCaptureUnsupported);
    if (!address) return r.set_error(cudaErrorInvalidValue);
    if (bytes == 0) {
        *address = nullptr;
        return cudaSuccess;
    }
    void* found = r.memory.allocate(place, bytes);
    if (!found) return r.set_error(cudaErrorMemoryAllocation);
    *address = found;
    return cudaSuccess;
}

/// Releases even where the call reports a failure: on a device that is what an earlier call left behind.
cudaError_t release(const Call& call, Memory::Place place, void* address) {
    Runtime& r = runtime();
    if (r.capturing_forbids()) return r.set_error(cudaErrorStreamCaptureUnsupported);
    if (address && r.sticky == cudaSuccess) {
        r.drain_all();
        r.memory.free(place, address);
    }
    return call.error();
}

void check_device(const void* address, std::size_t bytes, const char* what) {
    Runtime& r = runtime();
    if (bytes == 0 || r.memory.contains(Memory::Place::Device, address, bytes)) return;
    const std::string near = r.memory.describe(address);
    fault(std::string(what) + " of " + std::to_string(bytes) +
          " bytes that are not all in one allocation of device memory" +
          (near.empty() ? "." : "; the first is " + near + "."));
}

void check_host(const void* address, std::size_t bytes, const char* what) {
    Runtime& r = runtime();
    if (bytes == 0) return;
    if (r.memory.touches(Memory::Place::Device, address)) {
        fault(std::string(what) + " names device memory as host memory.");
    }
    if (r.memory.touches(Memory::Place::Host, address) &&
        !r.memory.contains(Memory::Place::Host, address, bytes)) {
        fault(std::string(what) + " of " + std::to_string(bytes) + " bytes passes the end of pinned memory.");
    }
}

/// Default: each side is what it is.
cudaMemcpyKind resolve(void* to, const void* from, cudaMemcpyKind kind) {
    if (kind != cudaMemcpyDefault) return kind;
    const Memory& memory = runtime().memory;
    const bool to_device = memory.touches(Memory::Place::Device, to);
    const bool from_device = memory.touches(Memory::Place::Device, from);
    if (to_device) return from_device ? cudaMemcpyDeviceToDevice : cudaMemcpyHostToDevice;
    return from_device ? cudaMemcpyDeviceToHost : cudaMemcpyHostToHost;
}

void check_copy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    const bool to_device = kind == cudaMemcpyHostToDevice || kind == cudaMemcpyDeviceToDevice;
    const bool from_device = kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDeviceToDevice;
    (to_device ? check_device : check_host)(to, bytes, "A copy to");
    (from_device ? check_device : check_host)(from, bytes, "A copy from");
}

bool pageable(const void* address) {
    const Memory& memory = runtime().memory;
    return !memory.touches(Memory::Place::Host, address) && !memory.touches(Memory::Place::Device, address);
}

struct Rows {
    std::size_t to_pitch;
    std::size_t from_pitch;
    std::size_t width;
    std::size_t height;
};

void copy_rows(void* to, const void* from, const Rows& rows) {
    for (std::size_t row = 0; row < rows.height; ++row) {
        std::memmove(static_cast<char*>(to) + row * rows.to_pitch,
                     static_cast<const char*>(from) + row * rows.from_pitch, rows.width);
    }
}

cudaError_t copy(const Call& call, void* to, const void* from, const Rows& rows, cudaMemcpyKind kind) {
    if (!call) return call.error();
    Runtime& r = runtime();
    if (r.capturing_forbids()) return r.set_error(cudaErrorStreamCaptureImplicit);
    if (rows.width == 0 || rows.height == 0) return cudaSuccess;
    kind = resolve(to, from, kind);
    for (std::size_t row = 0; row < rows.height; ++row) {
        check_copy(static_cast<char*>(to) + row * rows.to_pitch,
                   static_cast<const char*>(from) + row * rows.from_pitch, rows.width, kind);
    }
    r.drain_blocking();
    copy_rows(to, from, rows);
    return cudaSuccess;
}

cudaError_t copy_async(const Call& call, void* to, const void* from, const Rows& rows, cudaMemcpyKind kind,
                       cudaStream_t stream) {
    if (!call) return call.error();
    Runtime& r = runtime();
    if (rows.width == 0 || rows.height == 0) return cudaSuccess;
    kind = resolve(to, from, kind);
    for (std::size_t row = 0; row < rows.height; ++row) {
        check_copy(static_cast<char*>(to) + row * rows.to_pitch,
                   static_cast<const char*>(from) + row * rows.from_pitch, rows.width, kind);
    }
    auto& target = r.stream(stream);
    const bool to_pinned = r.memory.touches(Memory::Place::Host, to);
    if (to_pinned && !target.capture && r.schedule == Schedule::Lazy) {
        for (std::size_t row = 0; row < rows.height; ++row) {
            std::memset(static_cast<char*>(to) + row * rows.to_pitch, 0xFF,
                        rows.width);  // until somebody waits
        }
    }
    r.submit(stream, [=] { copy_rows(to, from, rows); });
    if (!target.capture && (pageable(to) || pageable(from))) {
        if (r.stuck()) fault("A copy of ordinary memory waits for a device that hangs.");
        target.queue->drain();
    }
    return cudaSuccess;
}

cudaError_t set(const Call& call, void* to, int value, std::size_t bytes, cudaStream_t stream) {
    if (!call) return call.error();
    check_device(to, bytes, "A memset");
    runtime().submit(stream, [=] { std::memset(to, value, bytes); });
    return cudaSuccess;
}

Rows one_row(std::size_t bytes) {
    return {bytes, bytes, bytes, 1};
}

}  // namespace

cudaError_t cudaMalloc(void** address, std::size_t bytes) {
    return allocate(Call(__func__), Memory::Place::Device, address, bytes);
}
cudaError_t cudaMallocHost(void** address, std::size_t bytes) {
    return allocate(Call(__func__), Memory::Place::Host, address, bytes);
}
cudaError_t cudaHostAlloc(void** address, std::size_t bytes, unsigned) {
    return allocate(Call(__func__), Memory::Place::Host, address, bytes);
}
cudaError_t cudaFree(void* address) {
    return release(Call(__func__), Memory::Place::Device, address);
}
cudaError_t cudaFreeHost(void* address) {
    return release(Call(__func__), Memory::Place::Host, address);
}

cudaError_t cudaMemcpy(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind) {
    return copy(Call(__func__), to, from, one_row(bytes), kind);
}
cudaError_t cudaMemcpy2D(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                         std::size_t width, std::size_t height, cudaMemcpyKind kind) {
    return copy(Call(__func__), to, from, {to_pitch, from_pitch, width, height}, kind);
}
cudaError_t cudaMemcpyAsync(void* to, const void* from, std::size_t bytes, cudaMemcpyKind kind,
                            cudaStream_t stream) {
    return copy_async(Call(__func__), to, from, one_row(bytes), kind, stream);
}
cudaError_t cudaMemcpy2DAsync(void* to, std::size_t to_pitch, const void* from, std::size_t from_pitch,
                              std::size_t width, std::size_t height, cudaMemcpyKind kind,
                              cudaStream_t stream) {
    return copy_async(Call(__func__), to, from, {to_pitch, from_pitch, width, height}, kind, stream);
}

cudaError_t cudaMemset(void* to, int value, std::size_t bytes) {
    const Call call(__func__);
    if (call && runtime().capturing_forbids()) return runtime().set_error(cudaErrorStreamCaptureImplicit);
    return set(call, to, value, bytes, nullptr);
}
cudaError_t cudaMemsetAsync(void* to, int value, std::size_t bytes, cudaStream_t stream) {
    return set(Call(__func__), to, value, bytes, stream);
}

cudaError_t cudaMemGetInfo(std::size_t* free, std::size_t* total) {
    const Call call(__func__);
    if (!call) return call.error();
    const Memory& memory = runtime().memory;
    *free = memory.total() - memory.used();
    *total = memory.total();
    return cudaSuccess;
}

cudaError_t cudaPointerGetAttributes(cudaPointerAttributes* attributes, const void* address) {
    const Call call(__func__);
    if (!call) return call.error();
    const Memory& memory = runtime().memory;
    *attributes = {};
    attributes->type = cudaMemoryTypeUnregistered;
    if (memory.touches(Memory::Place::Device, address)) attributes->type = cudaMemoryTypeDevice;
    if (memory.touches(Memory::Place::Host, address)) attributes->type = cudaMemoryTypeHost;
    return cudaSuccess;
}
