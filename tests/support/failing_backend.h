#pragma once

#include <memory>

#include "kernels/backend.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/error.h"

namespace sidewinder::test {

/// A GPU made of the CPU backend, with a memory of its own size, that is lost at a chosen operation, or as
/// soon as a test says so.
class FailingBackend final : public kernels::Backend {
  public:
    struct Plan {
        std::size_t memory = std::size_t{1} << 40;
        std::int64_t lost_at = -1;        ///< the operation of the mixer that fails, counted from 0; -1: none
        std::int64_t calls = 0;           ///< so far
        int calls_after_loss = 0;         ///< copies, maths and waits that found it lost
        bool lost = false;                ///< all of these fail from now on
        bool float8 = false;              ///< it was made for float8 prefill
        std::size_t copies = 0;           ///< bytes that keep_copies would take
        std::size_t spare = 0;            ///< and leave free, without float8
        bool no_room_for_copies = false;  ///< the memory is full when they are made
        bool kept = false;
    };
    static constexpr const char* kSentence =
        "The GPU failed (test): it stays off until Sidewinder is restarted.";

    explicit FailingBackend(Plan& plan) : plan_(plan), cpu_(kernels::make_cpu_backend(1)) {}

    std::string device_name() const override { return "Test GPU"; }
    std::size_t available_memory() const override { return plan_.memory; }
    std::string state_format() const override {
        return std::string("test-gpu-1") + (plan_.float8 ? plan_.kept ? "-float8-kept" : "-float8" : "");
    }
    bool offers_float8_prefill() const override { return true; }
    kernels::CopiesNeed copies_need(const kernels::Dims&, std::int64_t) const override {
        if (plan_.float8) return {.bytes = plan_.copies, .spare = 0, .form = "float8"};
        return {.bytes = plan_.copies, .spare = plan_.spare, .form = "bf16"};
    }
    bool keep_copies(std::span<const kernels::LayerWeights> layers) override {
        return plan_.kept = !layers.empty() && !plan_.no_room_for_copies;
    }
    std::int64_t best_chunk(const kernels::Dims& dims) const override { return cpu_->best_chunk(dims); }
    std::size_t zxbcdt_bytes(const kernels::Dims& dims, std::int64_t T) const override {
        return cpu_->zxbcdt_bytes(dims, T);
    }
    std::size_t y_bytes(const kernels::Dims& dims, std::int64_t T) const override {
        return cpu_->y_bytes(dims, T);
    }
    std::size_t work_bytes(const kernels::Dims& dims, std::int64_t T) const override {
        return cpu_->work_bytes(dims, T);
    }
    void reserve(const kernels::Dims& dims, std::int64_t T) override { cpu_->reserve(dims, T); }
    using Backend::upload;
    void upload(void* to, const void* host, std::size_t bytes) override {
        at(), cpu_->upload(to, host, bytes);
    }
    void download(void* host, const void* from, std::size_t bytes) override {
        at(), cpu_->download(host, from, bytes);
    }
    void copy(void* to, const void* from, std::size_t bytes) override { at(), cpu_->copy(to, from, bytes); }
    void zero(void* to, std::size_t bytes) override { at(), cpu_->zero(to, bytes); }
    void embed(const kernels::WeightView& table, const std::int32_t* ids, std::int64_t T,
               float* residual) override {
        at(), cpu_->embed(table, ids, T, residual);
    }
    void norm_linear(const kernels::Dims& dims, const kernels::LayerWeights& layer, const float* residual,
                     std::int64_t T, void* zxbcdt) override {
        at(), cpu_->norm_linear(dims, layer, residual, T, zxbcdt);
    }
    void mixer(const kernels::Dims& dims, const kernels::MixerWeights& weights,
               const kernels::LayerState& state, const void* zxbcdt, std::int64_t T, void* y) override {
        if (plan_.calls++ == plan_.lost_at) {
            plan_.lost = true;
            throw kernels::Error(kernels::Error::Kind::DeviceLost, kSentence);
        }
        at(), cpu_->mixer(dims, weights, state, zxbcdt, T, y);
    }
    void linear_add(const kernels::Dims& dims, const kernels::WeightView& out_proj, const void* y,
                    std::int64_t T, float* residual) override {
        at(), cpu_->linear_add(dims, out_proj, y, T, residual);
    }
    void logits(const kernels::Dims& dims, const float* norm_weight, const kernels::WeightView& head,
                const float* residual, std::int64_t T, float* logits) override {
        at(), cpu_->logits(dims, norm_weight, head, residual, T, logits);
    }
    void begin_sampling(const kernels::Dims& dims, const kernels::SamplingOptions& options,
                        std::span<const std::int32_t> history) override {
        at(), cpu_->begin_sampling(dims, options, history);
    }
    void sample(const kernels::Dims& dims, const float* logits, std::int32_t* token) override {
        at(), cpu_->sample(dims, logits, token);
    }
    kernels::Drawn drawn() override {
        at();
        return cpu_->drawn();
    }
    void replay(std::uint64_t, const std::function<void()>& step) override { step(); }
    void synchronize() override { at(), cpu_->synchronize(); }

  protected:
    void* allocate_bytes(std::size_t bytes) override { return ::operator new (bytes, std::align_val_t{64}); }
    void release_bytes(void* data, std::size_t) noexcept override {
        ::operator delete (data, std::align_val_t{64});
    }

  private:
    // As of a real one after a sticky fault; releasing alone has nobody to tell.
    void at() {
        if (!plan_.lost) return;
        ++plan_.calls_after_loss;
        throw kernels::Error(kernels::Error::Kind::DeviceLost, kSentence);
    }

    Plan& plan_;
    std::unique_ptr<kernels::Backend> cpu_;
};

}  // namespace sidewinder::test
