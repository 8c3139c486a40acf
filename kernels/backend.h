#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "kernels/host_copy.h"
#include "kernels/sampling.h"
#include "kernels/tensor.h"

namespace sidewinder::kernels {

class Backend;

/// Copies of a model's weights that a backend would keep, in a form that makes long steps faster.
struct CopiesNeed {
    std::size_t bytes = 0;       ///< 0: it has no use for any
    std::size_t spare = 0;       ///< to be left free beside them and all else that a model takes
    std::string_view form = {};  ///< for the person: "bf16", "float8"
};

/// Move-only owner of backend memory, 64-byte aligned or better. Must not outlive its backend.
class Buffer {
  public:
    Buffer() = default;
    Buffer(Buffer&& other) noexcept { swap(other); }
    Buffer& operator=(Buffer&& other) noexcept {
        Buffer(std::move(other)).swap(*this);
        return *this;
    }
    ~Buffer();

    void* data() const { return data_; }
    std::size_t bytes() const { return bytes_; }
    template <class T>
    T* as() const {
        return static_cast<T*>(data_);
    }

  private:
    friend class Backend;
    Buffer(Backend* owner, void* data, std::size_t bytes) : owner_(owner), data_(data), bytes_(bytes) {}
    void swap(Buffer& other) noexcept {
        std::swap(owner_, other.owner_);
        std::swap(data_, other.data_);
        std::swap(bytes_, other.bytes_);
    }
    Backend* owner_ = nullptr;
    void* data_ = nullptr;
    std::size_t bytes_ = 0;
};

/// The seam between the model's equations and a device. One object serves one engine thread; operations are
/// issued in order and may run asynchronously until `synchronize` or `download`. All pointers are backend
/// memory unless said otherwise. T >= 1 tokens a call; a backend picks its own kernels for T = 1, short and
/// long T.
///
/// The activations between a block's operations (`zxbcdt`, `y`) are the backend's own: it says how many bytes
/// they take and may keep them in any form that suits T. The residual stream and logits are float32. A block
/// of the model is
///     zxbcdt   = norm_linear(residual)      RMSNorm, then in_proj
///     y        = mixer(zxbcdt, state)       conv1d, SSM, gate, grouped RMSNorm
///     residual += out_proj(y)               linear_add
/// Sources: state-spaces/mamba mamba2.py and ops/triton; the formulas stand beside each operation in cpu/.
///
/// Every function may throw kernels::Error.
class Backend {
  public:
    virtual ~Backend() = default;

    virtual std::string device_name() const = 0;       ///< for the status line, e.g. "CPU, 2 threads, AVX2"
    virtual std::size_t available_memory() const = 0;  ///< bytes that could be allocated now
    /// Names all that the bits of a state depend on beside weights and tokens: layout, kernels and whatever
    /// of the device chooses an order of summation, e.g. "cpu-f32-1-AVX2", "cuda-f32-3-90-132". To be raised
    /// when a kernel's rounding or a state's layout changes: checkpoints made before are then read again.
    virtual std::string state_format() const = 0;

    // Work areas.
    virtual std::int64_t best_chunk(
        const Dims& dims) const = 0;  ///< tokens of a prefill step where it is fastest
    virtual std::size_t zxbcdt_bytes(const Dims& dims,
                                     std::int64_t max_tokens) const = 0;  ///< enough for 1..max_tokens
    virtual std::size_t y_bytes(const Dims& dims, std::int64_t max_tokens) const = 0;
    /// Bytes that `reserve` takes beside them, with those of `runtime_bytes`.
    virtual std::size_t work_bytes(const Dims& dims, std::int64_t max_tokens) const = 0;
    /// Bytes that the device's runtime takes by itself, some only as operations run for the first time: that
    /// much must stay free until then.
    virtual std::size_t runtime_bytes() const { return 0; }
    /// Allocates what steps of up to `max_tokens` need, so that later ones allocate nothing.
    virtual void reserve(const Dims& dims, std::int64_t max_tokens) = 0;

    /// Can long steps multiply in float8 here, if that is asked for when the backend is made?
    virtual bool offers_float8_prefill() const { return false; }

    /// What `keep_copies` takes for a model of this shape, where there is memory for it.
    virtual CopiesNeed copies_need(const Dims&, std::int64_t /*layers*/) const { return {}; }
    /// Makes them in place of those of an earlier call; they are let go of with the weights' memory, which
    /// must not be written to any more. False: there is no memory for them, or no use, and it goes on
    /// without. The bits of a long step may depend on it, so `state_format` is to be asked afterwards.
    virtual bool keep_copies(std::span<const LayerWeights>) { return false; }

    // Memory.
    Buffer allocate(std::size_t bytes) { return Buffer(this, allocate_bytes(bytes), bytes); }
    virtual void upload(void* to, const void* host, std::size_t bytes) = 0;
    virtual void download(void* host, const void* from, std::size_t bytes) = 0;
    /// Starts a copy to host memory of what the operations issued so far leave in `from`; later operations
    /// may overwrite it at once. The copy may outlive the backend.
    virtual std::shared_ptr<const HostCopy> download_later(const void* from, std::size_t bytes) {
        std::vector<std::byte> host(bytes);
        download(host.data(), from, bytes);
        return std::make_shared<HostBytes>(std::move(host));
    }
    virtual void upload(void* to, const HostCopy& copy) { upload(to, copy.bytes().data(), copy.size()); }
    virtual void copy(void* to, const void* from, std::size_t bytes) = 0;
    virtual void zero(void* to, std::size_t bytes) = 0;

    // The maths.
    /// residual[t, :] = table[ids[t], :]; table is F32 or BF16 [vocab, d_model].
    virtual void embed(const WeightView& table, const std::int32_t* ids, std::int64_t T, float* residual) = 0;

    /// zxbcdt[t] = [in_proj ; in_proj_dt] * (residual[t] * rsqrt(mean(residual[t]^2) + eps) * norm_weight)
    virtual void norm_linear(const Dims& dims, const LayerWeights& layer, const float* residual,
                             std::int64_t T, void* zxbcdt) = 0;

    /// zxbcdt [T, in_proj_rows] -> y [T, d_inner]; advances `state` by T tokens.
    virtual void mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state,
                       const void* zxbcdt, std::int64_t T, void* y) = 0;

    /// residual[t] += out_proj * y[t]
    virtual void linear_add(const Dims& dims, const WeightView& out_proj, const void* y, std::int64_t T,
                            float* residual) = 0;

    /// logits[t] = head * rmsnorm(residual[t], norm_weight); logits float32 [T, vocab].
    virtual void logits(const Dims& dims, const float* norm_weight, const WeightView& head,
                        const float* residual, std::int64_t T, float* logits) = 0;

    // Sampling: one sequence of draws at a time.
    /// Sets what `sample` draws by: `options`, in range, and the tokens so far, of which the last
    /// repetition_window are kept; the first draw is at position history.size(). Both are host data, copied.
    /// After `reserve`. A recorded step stays valid.
    virtual void begin_sampling(const Dims& dims, const SamplingOptions& options,
                                std::span<const std::int32_t> history) = 0;
    /// Draws from logits [vocab] as kernels::draw_token does, the same token on every backend; writes it to
    /// `token` (backend memory, where the next `embed` may read it), which joins the history. With a fault
    /// `token` and history stay as they are.
    virtual void sample(const Dims& dims, const float* logits, std::int32_t* token) = 0;
    /// Waits for the last `sample`, and tells what came of it. To be asked once after each.
    virtual Drawn drawn() = 0;

    // Control.
    /// Runs `step`, which issues a fixed sequence of operations on fixed addresses and sizes. A backend may
    /// record the sequence the first time it sees `key` and replay it later without calling `step` again.
    virtual void replay(std::uint64_t key, const std::function<void()>& step) = 0;
    virtual void synchronize() = 0;

  protected:
    friend class Buffer;
    virtual void* allocate_bytes(std::size_t bytes) = 0;
    virtual void release_bytes(void* data, std::size_t bytes) noexcept = 0;
};

inline Buffer::~Buffer() {
    if (data_) owner_->release_bytes(data_, bytes_);
}

}  // namespace sidewinder::kernels
