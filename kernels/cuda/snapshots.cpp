#include "kernels/cuda/snapshots.h"

#include <mutex>
#include <vector>

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {

/// Page-locked blocks that wait for their next use. Any thread.
class PinnedPool {
  public:
    PinnedMemory take(std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        for (auto block = free_.begin(); block != free_.end(); ++block) {
            if (block->bytes != bytes) continue;
            PinnedMemory memory = std::move(block->memory);
            free_.erase(block);
            return memory;
        }
        return PinnedMemory(bytes);
    }
    void give_back(PinnedMemory memory, std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        if (free_.size() < kMostFree) free_.push_back({std::move(memory), bytes});
    }

  private:
    static constexpr std::size_t kMostFree = 2;  // a state of the 7B is 266 MiB
    struct Block {
        PinnedMemory memory;
        std::size_t bytes;
    };
    std::mutex mutex_;
    std::vector<Block> free_;  ///< guarded by mutex_
};

namespace {

class PinnedCopy final : public HostCopy {
  public:
    PinnedCopy(std::shared_ptr<PinnedPool> pool, std::size_t bytes)
        : pool_(std::move(pool)), memory_(pool_->take(bytes)), size_(bytes) {}
    ~PinnedCopy() override {
        try {
            there.wait();  // the bus may still be writing
            pool_->give_back(std::move(memory_), size_);
        } catch (...) {  // the device is lost and so is the copy: the memory is freed, not reused
        }
    }
    std::size_t size() const override { return size_; }
    std::span<const std::byte> bytes() const override {
        there.wait();
        return {static_cast<const std::byte*>(memory_.data()), size_};
    }
    void* data() const { return memory_.data(); }

    Event there;

  private:
    std::shared_ptr<PinnedPool> pool_;
    PinnedMemory memory_;
    std::size_t size_;
};

}  // namespace

Snapshots::Snapshots() : pool_(std::make_shared<PinnedPool>()) {}

std::shared_ptr<const HostCopy> Snapshots::take(cudaStream_t stream, const void* from, std::size_t bytes) {
    if (staged_bytes_ < bytes) {
        left_.wait();
        staged_ = DeviceMemory();
        staged_bytes_ = 0;
        staged_ = DeviceMemory(bytes);
        staged_bytes_ = bytes;
    }
    auto copy = std::make_shared<PinnedCopy>(pool_, bytes);
    check(cudaStreamWaitEvent(stream, left_.handle(), 0), "cudaStreamWaitEvent");
    check(cudaMemcpyAsync(staged_.as<void>(), from, bytes, cudaMemcpyDeviceToDevice, stream),
          "keeping a state");
    taken_.record(stream);
    check(cudaStreamWaitEvent(bus_.handle(), taken_.handle(), 0), "cudaStreamWaitEvent");
    check(cudaMemcpyAsync(copy->data(), staged_.as<void>(), bytes, cudaMemcpyDeviceToHost, bus_.handle()),
          "keeping a state");
    left_.record(bus_.handle());
    copy->there.record(bus_.handle());
    return copy;
}

bool Snapshots::put_back(cudaStream_t stream, void* to, const HostCopy& copy) {
    const auto* pinned = dynamic_cast<const PinnedCopy*>(&copy);
    if (!pinned) return false;
    check(cudaStreamWaitEvent(stream, pinned->there.handle(), 0), "cudaStreamWaitEvent");
    check(cudaMemcpyAsync(to, pinned->data(), pinned->size(), cudaMemcpyHostToDevice, stream),
          "restoring a state");
    return true;
}

}  // namespace sidewinder::kernels::cuda
