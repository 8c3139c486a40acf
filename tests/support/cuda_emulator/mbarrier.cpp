#include "tests/support/cuda_emulator/mbarrier.h"

#include <cstring>
#include <string>

#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/ptx.h"
#include "tests/support/cuda_emulator/runtime.h"
#include "tests/support/cuda_emulator/shared_memory.h"

namespace sidewinder::emulator {

namespace {

Mbarrier& ready(const std::uint64_t* barrier) {
    Mbarrier* found = find_mbarrier(barrier);
    if (!found) fault("An mbarrier is used before mbarrier_init.");
    return *found;
}

bool ended(const Mbarrier& b) {
    return b.missing == 0 && b.asked == b.expected;
}

void end_phase(const std::uint64_t* barrier, Mbarrier& b) {
    for (const Mbarrier::Copy& copy : b.copies) std::memcpy(copy.to, copy.bytes.data(), copy.bytes.size());
    b.copies.clear();
    b.missing = b.count;
    b.expected = b.asked = 0;
    b.parity ^= 1;
    wake_from_mbarrier(barrier);
}

void arrive(const std::uint64_t* barrier, Mbarrier& b) {
    if (b.missing == 0) fault("More threads arrive at an mbarrier in one phase than it was made for.");
    --b.missing;
    if (!ended(b)) return;
    if (b.copies.empty()) {
        end_phase(barrier, b);
    } else {
        wake_from_mbarrier(barrier);  // who waits looks again
    }
}

}  // namespace

void mbarrier_begin(std::uint64_t* barrier, unsigned arrivals) {
    if (reinterpret_cast<std::uintptr_t>(barrier) % 8 != 0) fault("An mbarrier is not aligned to 8 bytes.");
    if (!is_shared(barrier, 8)) fault("An mbarrier is not in shared memory.");
    Mbarrier& b = make_mbarrier(barrier);
    b = {};
    b.count = b.missing = arrivals;
}

void mbarrier_arrive(std::uint64_t* barrier) {
    arrive(barrier, ready(barrier));
}

void mbarrier_expect(std::uint64_t* barrier, std::uint32_t bytes) {
    Mbarrier& b = ready(barrier);
    b.expected += bytes;
    arrive(barrier, b);
}

void mbarrier_wait(std::uint64_t* barrier, unsigned parity) {
    for (;;) {
        Mbarrier& b = ready(barrier);
        if (b.parity == parity && ended(b)) end_phase(barrier, b);
        if (b.parity != parity) return;
        sleep_at_mbarrier(barrier);
    }
}

bool mbarrier_ended(std::uint64_t* barrier, unsigned parity) {
    return ready(barrier).parity != parity;
}

void bulk_copy_later(void* smem, const void* global, std::uint32_t bytes, std::uint64_t* barrier) {
    const auto aligned = [](const void* address) {
        return reinterpret_cast<std::uintptr_t>(address) % 16 == 0;
    };
    if (!aligned(smem) || !aligned(global) || bytes % 16 != 0 || bytes == 0) {
        fault("bulk_copy is given addresses or a number of bytes that are no multiples of 16, or 0 bytes.");
    }
    if (!is_shared(smem, bytes)) fault("bulk_copy writes to an address that is not in shared memory.");
    if (!runtime().memory.contains(Memory::Place::Device, global, bytes)) {
        fault("bulk_copy reads what is not in device memory.");
    }
    Mbarrier& b = ready(barrier);
    std::memset(smem, 0xFF, bytes);
    const auto* from = static_cast<const char*>(global);
    b.copies.push_back({smem, {from, from + bytes}});
    b.asked += bytes;
    if (ended(b)) wake_from_mbarrier(barrier);
}

}  // namespace sidewinder::emulator
