#include "kernels/cuda/snapshots.h"

#include <atomic>
#include <mutex>
#include <vector>

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {

namespace {

/// Page-locked memory, and what says when the copy into it is there.
struct PinnedBlock {
    explicit PinnedBlock(std::size_t size) : bytes(size), memory(size) {}
    std::size_t bytes;
    PinnedMemory memory;
    Event there;
};

}  // namespace

/// Blocks that wait for their next use. Any thread.
class PinnedPool {
  public:
    explicit PinnedPool(std::shared_ptr<Loss> device) : loss(std::move(device)) {}
    PinnedPool(const PinnedPool&) = delete;
    PinnedPool& operator=(const PinnedPool&) = delete;
    ~PinnedPool() {
        for (std::unique_ptr<PinnedBlock>& block : free_) let_go(std::move(block));
    }
    std::unique_ptr<PinnedBlock> take(std::size_t bytes) {
        const std::lock_guard lock(mutex_);
        for (auto block = free_.begin(); block != free_.end(); ++block) {
            if ((*block)->bytes != bytes) continue;
            std::unique_ptr<PinnedBlock> found = std::move(*block);
            free_.erase(block);
            return found;
        }
        return std::make_unique<PinnedBlock>(bytes);
    }
    void give_back(std::unique_ptr<PinnedBlock> block) {
        const std::lock_guard lock(mutex_);
        if (free_.size() < kMostFree) {
            free_.push_back(std::move(block));
        } else {
            let_go(std::move(block));
        }
    }
    void let_go(std::unique_ptr<PinnedBlock> block) const {
        if (loss->told()) static_cast<void>(block.release());  // see Loss
    }

    const std::shared_ptr<Loss> loss;

  private:
    static constexpr std::size_t kMostFree = 2;  // a state of the 7B is 266 MiB
    std::mutex mutex_;
    std::vector<std::unique_ptr<PinnedBlock>> free_;  ///< guarded by mutex_
};

namespace {

class PinnedCopy final : public HostCopy {
  public:
    PinnedCopy(std::shared_ptr<PinnedPool> pool, std::size_t bytes)
        : pool_(std::move(pool)), block_(pool_->take(bytes)) {}
    ~PinnedCopy() override {
        try {
            wait();  // the bus may still be writing
            pool_->give_back(std::move(block_));
        } catch (...) {  // what the memory holds is not worth a second try
            pool_->let_go(std::move(block_));
        }
    }
    std::size_t size() const override { return block_->bytes; }
    std::span<const std::byte> bytes() const override {
        wait();
        return {static_cast<const std::byte*>(data()), size()};
    }
    void* data() const { return block_->memory.data(); }
    Event& there() const { return block_->there; }

  private:
    void wait() const {
        if (arrived_) return;  // a device that is lost later takes nothing back
        pool_->loss->watch([&] { there().wait(); });
        arrived_ = true;
    }

    std::shared_ptr<PinnedPool> pool_;
    std::unique_ptr<PinnedBlock> block_;
    mutable std::atomic<bool> arrived_ = false;
};

}  // namespace

Snapshots::Snapshots(std::shared_ptr<Loss> loss) : pool_(std::make_shared<PinnedPool>(std::move(loss))) {}

std::shared_ptr<const HostCopy> Snapshots::take(cudaStream_t stream, const void* from, std::size_t bytes) {
    if (staged_bytes_ < bytes) {
        left_.wait();  // behind which nothing uses it
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
    copy->there().record(bus_.handle());
    return copy;
}

bool Snapshots::put_back(cudaStream_t stream, void* to, const HostCopy& copy) {
    const auto* pinned = dynamic_cast<const PinnedCopy*>(&copy);
    if (!pinned) return false;
    check(cudaStreamWaitEvent(stream, pinned->there().handle(), 0), "cudaStreamWaitEvent");
    check(cudaMemcpyAsync(to, pinned->data(), pinned->size(), cudaMemcpyHostToDevice, stream),
          "restoring a state");
    return true;
}

}  // namespace sidewinder::kernels::cuda
