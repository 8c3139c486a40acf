#pragma once

#include <cuda_runtime_api.h>

#include <utility>

namespace sidewinder::kernels::cuda {

/// Move-only owner of a CUDA event without timing.
class Event {
  public:
    Event();
    Event(Event&& other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
    Event& operator=(Event&& other) noexcept {
        std::swap(handle_, other.handle_);
        return *this;
    }
    ~Event();

    void record(cudaStream_t stream);
    /// Returns when everything before the last `record` is done, at once if there was none. Throws
    /// Error(DeviceLost) when the device has not answered for half a minute: a hanging GPU must not hang the
    /// program.
    void wait() const;
    cudaEvent_t handle() const { return handle_; }

  private:
    cudaEvent_t handle_ = nullptr;
};

/// Move-only owner of a stream that does not wait for the default stream.
class Stream {
  public:
    Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream();
    cudaStream_t handle() const { return handle_; }

  private:
    cudaStream_t handle_ = nullptr;
};

}  // namespace sidewinder::kernels::cuda
