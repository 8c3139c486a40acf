#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/errors.h"
#include "kernels/cuda/launch.h"
#include "tests/support/backend_data.h"

/// Device memory for tests of the CUDA operations, on a real device or the emulated one.
namespace sidewinder::test {

/// The context that every operation asks for.
struct CudaContext {
    kernels::cuda::DeviceTraits device = kernels::cuda::open_device();
    kernels::cuda::KernelAttributes attributes;
    kernels::cuda::Context context{nullptr, &device, &attributes};
};

template <class T>
class DeviceArray {
  public:
    explicit DeviceArray(const std::vector<T>& values) : size_(values.size()) {
        kernels::cuda::check(cudaMalloc(reinterpret_cast<void**>(&data_), bytes() ? bytes() : 1),
                             "cudaMalloc");
        set(values);
    }
    ~DeviceArray() { cudaFree(data_); }
    DeviceArray(const DeviceArray&) = delete;
    DeviceArray& operator=(const DeviceArray&) = delete;

    T* get() const { return data_; }
    void set(const std::vector<T>& values) {
        kernels::cuda::check(cudaMemcpy(data_, values.data(), bytes(), cudaMemcpyHostToDevice), "cudaMemcpy");
    }
    std::vector<T> host() const {
        std::vector<T> values(size_);
        kernels::cuda::check(cudaMemcpy(values.data(), data_, bytes(), cudaMemcpyDeviceToHost), "cudaMemcpy");
        return values;
    }

  private:
    std::size_t bytes() const { return size_ * sizeof(T); }
    T* data_ = nullptr;
    std::size_t size_;
};

/// An output that nothing has written yet: not a number everywhere.
inline std::vector<float> poison(std::int64_t count) {
    return std::vector<float>(static_cast<std::size_t>(count), std::numeric_limits<float>::quiet_NaN());
}

/// Tokens [first, first + T) of rows `width` wide.
inline std::vector<float> tokens_of(const std::vector<float>& rows, std::int64_t width, std::int64_t first,
                                    std::int64_t T) {
    return {rows.begin() + first * width, rows.begin() + (first + T) * width};
}

template <class T>
void append(std::vector<T>& all, const std::vector<T>& more) {
    all.insert(all.end(), more.begin(), more.end());
}

struct DeviceWeight {
    DeviceArray<std::byte> data;
    DeviceArray<float> scales;
    kernels::WeightView view;

    explicit DeviceWeight(const HostWeight& host) : data(host.data), scales(host.scales) {
        view = {host.layout, data.get(), host.scales.empty() ? nullptr : scales.get()};
    }
};

}  // namespace sidewinder::test
