#include "tests/support/cuda_emulator/shared_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "tests/support/cuda_emulator/builtins.h"
#include "tests/support/cuda_emulator/scheduler.h"

// Made by the linker where a program has `__shared__` variables; the weak references are null where not.
extern "C" {
[[gnu::weak]] extern char __start_sidewinder_shared[];  // NOLINT
[[gnu::weak]] extern char __stop_sidewinder_shared[];   // NOLINT
}

namespace sidewinder::emulator {

namespace {
constexpr std::size_t kPage = 4096;
constexpr std::size_t kAlignment = 128;
constexpr std::size_t kMapped = (kSharedPerBlock + kPage - 1) / kPage * kPage;
constexpr unsigned char kGuard = 0xA5;
}  // namespace

DynamicSharedMemory::DynamicSharedMemory() {
    void* base = mmap(nullptr, kMapped + kPage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (base == MAP_FAILED) throw std::bad_alloc();
    page_end_ = static_cast<char*>(base) + kMapped;
    mprotect(page_end_, kPage, PROT_NONE);
}

DynamicSharedMemory::~DynamicSharedMemory() {
    munmap(page_end_ - kMapped, kMapped + kPage);
}

char* DynamicSharedMemory::prepare(std::size_t bytes) {
    const std::size_t room = (bytes + kAlignment - 1) / kAlignment * kAlignment;
    begin_ = page_end_ - room;
    bytes_ = bytes;
    std::memset(begin_, 0xFF, bytes);
    std::memset(begin_ + bytes, kGuard, room - bytes);
    return begin_;
}

bool DynamicSharedMemory::intact() const {
    return std::all_of(begin_ + bytes_, page_end_,
                       [](char c) { return static_cast<unsigned char>(c) == kGuard; });
}

bool DynamicSharedMemory::behind_end(const void* address) const {
    return address >= page_end_ && address < page_end_ + kPage;
}

void poison_static_shared() {
#ifndef __SANITIZE_ADDRESS__  // its red zones lie between the variables
    if (__start_sidewinder_shared) {
        std::memset(__start_sidewinder_shared, 0xFF,
                    static_cast<std::size_t>(__stop_sidewinder_shared - __start_sidewinder_shared));
    }
#endif
}

bool is_shared(const void* address, std::size_t bytes) {
    const auto* at = static_cast<const char*>(address);
    const char* begin = current.dynamic_smem;
    if (at >= begin && at + bytes <= begin + current.dynamic_smem_bytes) return true;
    return at >= __start_sidewinder_shared && at + bytes <= __stop_sidewinder_shared;
}

}  // namespace sidewinder::emulator
