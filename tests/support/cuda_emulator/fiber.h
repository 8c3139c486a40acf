#pragma once

#include <boost/context/detail/fcontext.hpp>
#include <cstddef>

namespace sidewinder::emulator {

/// A stack and the point at which it was left. Switching goes straight from one fiber to another, one jump of
/// a few nanoseconds; boost::context::fiber would return to a scheduler in between.
struct Fiber {
    boost::context::detail::fcontext_t at = nullptr;
    const void* stack_bottom = nullptr;  ///< the two are for the address sanitizer only
    std::size_t stack_size = 0;
};

/// Leaves `from` here and goes on where `to` was left.
void switch_fiber(Fiber& from, Fiber& to);

/// To be called first on a fresh fiber's stack, with what its start function was given.
void arrived(const boost::context::detail::transfer_t& transfer);

/// `start` calls `arrived` first and never returns: it ends by switching away for good.
void prepare(Fiber& fiber, void* stack_bottom, std::size_t stack_size,
             void (*start)(boost::context::detail::transfer_t));

/// As many stacks as a block has threads, each with an unreadable page below it; used again for each block.
class Stacks {
  public:
#ifdef __SANITIZE_ADDRESS__
    static constexpr std::size_t kSize = 256 * 1024;
#else
    static constexpr std::size_t kSize = 64 * 1024;
#endif
    Stacks() = default;
    ~Stacks();
    Stacks(const Stacks&) = delete;
    Stacks& operator=(const Stacks&) = delete;

    void reserve(std::size_t count);
    void* bottom(std::size_t index) const {
        return base_ + index * (kSize + kGuard) + kGuard;
    }
    /// Does `address` lie in the page below some stack?
    bool overflowed(const void* address) const;

  private:
    static constexpr std::size_t kGuard = 4096;
    void release();
    char* base_ = nullptr;
    std::size_t count_ = 0;
};

}  // namespace sidewinder::emulator
