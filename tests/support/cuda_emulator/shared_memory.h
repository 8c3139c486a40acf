#pragma once

#include <cstddef>
#include <vector>

namespace sidewinder::emulator {

/// What one block may have on the emulated device (the opt-in limit of compute capability 9.0).
inline constexpr std::size_t kSharedPerBlock = 227 * 1024;

/// The dynamic shared memory of one block. It ends (but for less than 128 bytes, which are guarded)
/// at an unreadable page.
class DynamicSharedMemory {
  public:
    DynamicSharedMemory();
    ~DynamicSharedMemory();
    DynamicSharedMemory(const DynamicSharedMemory&) = delete;
    DynamicSharedMemory& operator=(const DynamicSharedMemory&) = delete;

    /// 128-byte aligned, filled with 0xFF, which is NaN in each floating-point type.
    char* prepare(std::size_t bytes);
    char* begin() const { return begin_; }
    /// Is the guard behind the end as `prepare` left it?
    bool intact() const;
    bool behind_end(const void* address) const;

  private:
    char* page_end_ = nullptr;
    char* begin_ = nullptr;
    std::size_t bytes_ = 0;
};

/// All `__shared__` variables of the program, which lie in one section.
void poison_static_shared();
/// Keeps what a block has in them while another block runs, and gives it back.
void save_static_shared(std::vector<char>& kept);
void restore_static_shared(const std::vector<char>& kept);
/// Is it in the running block's shared memory, with `bytes` to go?
bool is_shared(const void* address, std::size_t bytes);

}  // namespace sidewinder::emulator
