#include "kernels/cuda/staging.h"

#include <algorithm>
#include <cstring>

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {

Staging::Slot& Staging::next() {
    Slot& slot = slots_[turn_++ % kSlots];
    slot.done.wait();
    return slot;
}

void Staging::upload(cudaStream_t stream, void* to, const void* host, std::size_t bytes) {
    for (std::size_t at = 0; at < bytes; at += kSlotBytes) {
        const std::size_t size = std::min(kSlotBytes, bytes - at);
        Slot& slot = next();
        std::memcpy(slot.memory.data(), static_cast<const std::byte*>(host) + at, size);
        check(cudaMemcpyAsync(static_cast<std::byte*>(to) + at, slot.memory.data(), size,
                              cudaMemcpyHostToDevice, stream),
              "copying to the GPU");
        slot.done.record(stream);
    }
}

void Staging::download(cudaStream_t stream, void* host, const void* from, std::size_t bytes) {
    const auto issue = [&](std::size_t at) {
        Slot& slot = next();
        const std::size_t size = std::min(kSlotBytes, bytes - at);
        check(cudaMemcpyAsync(slot.memory.data(), static_cast<const std::byte*>(from) + at, size,
                              cudaMemcpyDeviceToHost, stream),
              "copying from the GPU");
        slot.done.record(stream);
    };
    const std::size_t first = turn_;  // the slot of piece i is first + i
    const std::size_t pieces = (bytes + kSlotBytes - 1) / kSlotBytes;
    for (std::size_t i = 0; i < std::min(pieces, kSlots - 1); ++i) issue(i * kSlotBytes);
    for (std::size_t i = 0; i < pieces; ++i) {
        if (i + kSlots - 1 < pieces) issue((i + kSlots - 1) * kSlotBytes);
        const Slot& slot = slots_[(first + i) % kSlots];
        slot.done.wait();
        const std::size_t at = i * kSlotBytes;
        std::memcpy(static_cast<std::byte*>(host) + at, slot.memory.data(), std::min(kSlotBytes, bytes - at));
    }
}

}  // namespace sidewinder::kernels::cuda
