#pragma once

#include <cstddef>
#include <string>

namespace sidewinder::kernels::cpu {

/// Zero-initialised by the system only when touched; 64-byte aligned; throws Error(OutOfMemory) with a
/// sentence.
void* allocate_memory(std::size_t bytes);
void release_memory(void* data, std::size_t bytes) noexcept;
std::size_t available_memory();  ///< MemAvailable of /proc/meminfo

/// Work memory that only grows. Contents are undefined.
class Scratch {
  public:
    Scratch() = default;
    ~Scratch() { release_memory(data_, bytes_); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;

    template <class T>
    T* get(std::size_t count) {
        return static_cast<T*>(at_least(count * sizeof(T)));
    }

  private:
    void* at_least(std::size_t bytes);
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
};

}  // namespace sidewinder::kernels::cpu
