#include "kernels/cpu/memory.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <new>

#include "kernels/error.h"

namespace sidewinder::kernels::cpu {
namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kMapped = std::size_t{1} << 20;  // from here on pages come straight from the system

std::string mebibytes(std::size_t bytes) {
    return std::to_string((bytes + (1u << 20) - 1) >> 20) + " MiB";
}

[[noreturn]] void throw_out_of_memory(std::size_t bytes) {
    throw Error(Error::Kind::OutOfMemory,
                "Not enough memory: " + mebibytes(bytes) + " were needed and " +
                    mebibytes(available_memory()) +
                    " are available. Close other programs or choose a smaller model.");
}

void* map(std::size_t bytes) {
    // The system promises more than it has; what cannot fit now is refused here instead of killed later.
    if (bytes > available_memory()) return nullptr;
    void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data == MAP_FAILED) return nullptr;
    madvise(data, bytes, MADV_HUGEPAGE);  // advice only: fewer address translations while weights stream
    return data;
}

}  // namespace

void* allocate_memory(std::size_t bytes) {
    if (bytes == 0) return nullptr;
    void* data =
        bytes >= kMapped ? map(bytes) : ::operator new (bytes, std::align_val_t{kAlignment}, std::nothrow);
    if (!data) throw_out_of_memory(bytes);
    return data;
}

void release_memory(void* data, std::size_t bytes) noexcept {
    if (!data) return;
    if (bytes >= kMapped) {
        munmap(data, bytes);
    } else {
        ::operator delete (data, std::align_val_t{kAlignment});
    }
}

std::size_t available_memory() {
    std::ifstream in("/proc/meminfo");
    std::string key;
    std::size_t kib = 0;
    std::string unit;
    while (in >> key >> kib >> unit) {
        if (key == "MemAvailable:") return kib * 1024;
    }
    const long pages = sysconf(_SC_AVPHYS_PAGES);
    const long page = sysconf(_SC_PAGESIZE);
    return pages > 0 && page > 0 ? static_cast<std::size_t>(pages) * static_cast<std::size_t>(page) : 0;
}

void* Scratch::at_least(std::size_t bytes) {
    if (bytes > bytes_) {
        void* fresh = allocate_memory(bytes);
        release_memory(data_, bytes_);
        data_ = fresh;
        bytes_ = bytes;
    }
    return data_;
}

}  // namespace sidewinder::kernels::cpu
