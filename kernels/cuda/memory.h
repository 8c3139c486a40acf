#pragma once

#include <cuda_runtime_api.h>

#include <cstddef>
#include <utility>

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {

/// Move-only owner of device memory (cudaMalloc, 256-byte aligned). Throws Error(OutOfMemory).
class DeviceMemory {
  public:
    DeviceMemory() = default;
    explicit DeviceMemory(std::size_t bytes) { check_device_memory(cudaMalloc(&data_, bytes), bytes); }
    DeviceMemory(DeviceMemory&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    DeviceMemory& operator=(DeviceMemory&& other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~DeviceMemory() {
        if (data_) check_quietly(cudaFree(data_));
    }
    template <class T>
    T* as() const {
        return static_cast<T*>(data_);
    }

  private:
    void* data_ = nullptr;
};

/// Move-only owner of page-locked host memory, which the device copies from and to by itself. Throws
/// Error(OutOfMemory).
class PinnedMemory {
  public:
    PinnedMemory() = default;
    explicit PinnedMemory(std::size_t bytes) { check_host_memory(cudaMallocHost(&data_, bytes), bytes); }
    PinnedMemory(PinnedMemory&& other) noexcept : data_(std::exchange(other.data_, nullptr)) {}
    PinnedMemory& operator=(PinnedMemory&& other) noexcept {
        std::swap(data_, other.data_);
        return *this;
    }
    ~PinnedMemory() {
        if (data_) check_quietly(cudaFreeHost(data_));
    }
    void* data() const { return data_; }

  private:
    void* data_ = nullptr;
};

}  // namespace sidewinder::kernels::cuda
