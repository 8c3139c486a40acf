#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

namespace sidewinder::kernels {

/// A copy of backend memory in host memory, which may still be on its way. Immutable once there; any thread.
class HostCopy {
  public:
    virtual ~HostCopy() = default;
    virtual std::size_t size() const = 0;
    /// Waits until the bytes are there. Throws Error when the device failed before they were.
    virtual std::span<const std::byte> bytes() const = 0;
};

/// Ordinary memory that is filled already.
class HostBytes final : public HostCopy {
  public:
    explicit HostBytes(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}
    std::size_t size() const override { return bytes_.size(); }
    std::span<const std::byte> bytes() const override { return bytes_; }

  private:
    std::vector<std::byte> bytes_;
};

}  // namespace sidewinder::kernels
