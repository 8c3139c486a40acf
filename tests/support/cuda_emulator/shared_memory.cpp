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

namespace {

#ifdef __SANITIZE_ADDRESS__
// Its red zones lie between the variables; what they hold does not matter, but memset would be told off.
__attribute__((no_sanitize("address"))) void fill(volatile char* to, std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) to[i] = '\xFF';
}
__attribute__((no_sanitize("address"))) void copy(volatile char* to, const volatile char* from,
                                                  std::size_t bytes) {
    for (std::size_t i = 0; i < bytes; ++i) to[i] = from[i];
}
#else
void fill(char* to, std::size_t bytes) {
    if (bytes > 0) std::memset(to, 0xFF, bytes);
}
void copy(char* to, const char* from, std::size_t bytes) {
    if (bytes > 0) std::memcpy(to, from, bytes);
}
#endif

std::size_t static_shared_bytes() {
    return static_cast<std::size_t>(__stop_sidewinder_shared - __start_sidewinder_shared);
}

}  // namespace

void poison_static_shared() {
    fill(__start_sidewinder_shared, static_shared_bytes());
}

void save_static_shared(std::vector<char>& kept) {
    kept.resize(static_shared_bytes());
    copy(kept.data(), __start_sidewinder_shared, kept.size());
}

void restore_static_shared(const std::vector<char>& kept) {
    copy(__start_sidewinder_shared, kept.data(), kept.size());
}

bool is_shared(const void* address, std::size_t bytes) {
    const auto* at = static_cast<const char*>(address);
    const char* begin = current.dynamic_smem;
    if (at >= begin && at + bytes <= begin + current.dynamic_smem_bytes) return true;
    return at >= __start_sidewinder_shared && at + bytes <= __stop_sidewinder_shared;
}

}  // namespace sidewinder::emulator
