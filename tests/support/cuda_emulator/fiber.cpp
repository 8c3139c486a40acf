#include "tests/support/cuda_emulator/fiber.h"

#include <sys/mman.h>

#include <new>

#include "tests/support/cuda_emulator/fault.h"

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace sidewinder::emulator {

using boost::context::detail::transfer_t;

void arrived(const transfer_t& transfer) {
    auto* from = static_cast<Fiber*>(transfer.data);
    from->at = transfer.fctx;
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(nullptr, &from->stack_bottom, &from->stack_size);
#endif
}

void switch_fiber(Fiber& from, Fiber& to) {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_start_switch_fiber(nullptr, to.stack_bottom, to.stack_size);
#endif
    arrived(boost::context::detail::jump_fcontext(to.at, &from));
}

void prepare(Fiber& fiber, void* stack_bottom, std::size_t stack_size, void (*start)(transfer_t)) {
#ifdef __SANITIZE_ADDRESS__
    __asan_unpoison_memory_region(stack_bottom, stack_size);  // of frames that were left for good
#endif
    fiber.at = boost::context::detail::make_fcontext(static_cast<char*>(stack_bottom) + stack_size,
                                                     stack_size, start);
    fiber.stack_bottom = stack_bottom;
    fiber.stack_size = stack_size;
}

Stacks::~Stacks() {
    release();
}

void Stacks::release() {
#ifdef __SANITIZE_ADDRESS__
    if (base_) __asan_unpoison_memory_region(base_, count_ * (kSize + kGuard));
#endif
    if (base_) munmap(base_, count_ * (kSize + kGuard));
    base_ = nullptr;
    count_ = 0;
}

void Stacks::reserve(std::size_t count) {
    if (count <= count_) return;
    release();
    void* base = mmap(nullptr, count * (kSize + kGuard), PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (base == MAP_FAILED) throw std::bad_alloc();
    base_ = static_cast<char*>(base);
    count_ = count;
    for (std::size_t i = 0; i < count; ++i) {
        if (mprotect(base_ + i * (kSize + kGuard), kGuard, PROT_NONE) == 0) continue;
        fault(
            "The system has no room for the stacks of another block (vm.max_map_count): give the emulated "
            "device fewer multiprocessors, that a cooperative launch has fewer blocks.");
    }
}

bool Stacks::overflowed(const void* address) const {
    const auto* at = static_cast<const char*>(address);
    if (at < base_ || at >= base_ + count_ * (kSize + kGuard)) return false;
    return static_cast<std::size_t>(at - base_) % (kSize + kGuard) < kGuard;
}

}  // namespace sidewinder::emulator
