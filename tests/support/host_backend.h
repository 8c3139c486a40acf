#pragma once

#include <cstdlib>
#include <cstring>
#include <new>

#include "kernels/backend.h"
#include "kernels/error.h"

namespace sidewinder::test {

/// Host memory and nothing else: enough to load weights and look at them. The maths throws.
class HostBackend : public kernels::Backend {
  public:
    std::size_t limit = SIZE_MAX;  ///< bytes that may be held; beyond them allocation throws OutOfMemory
    std::size_t held = 0;
    std::size_t peak = 0;

    std::string device_name() const override { return "test memory"; }
    std::string state_format() const override { return "test"; }
    std::int64_t best_chunk(const kernels::Dims&) const override { return 1; }
    std::size_t zxbcdt_bytes(const kernels::Dims&, std::int64_t) const override { return 64; }
    std::size_t y_bytes(const kernels::Dims&, std::int64_t) const override { return 64; }
    std::size_t work_bytes(const kernels::Dims&, std::int64_t) const override { return 0; }
    void reserve(const kernels::Dims&, std::int64_t) override {}
    std::size_t available_memory() const override { return limit - held; }
    using Backend::upload;
    void upload(void* to, const void* host, std::size_t bytes) override { std::memcpy(to, host, bytes); }
    void download(void* host, const void* from, std::size_t bytes) override {
        std::memcpy(host, from, bytes);
    }
    void copy(void* to, const void* from, std::size_t bytes) override { std::memmove(to, from, bytes); }
    void zero(void* to, std::size_t bytes) override { std::memset(to, 0, bytes); }
    void embed(const kernels::WeightView&, const std::int32_t*, std::int64_t, float*) override { no_maths(); }
    void norm_linear(const kernels::Dims&, const kernels::LayerWeights&, const float*, std::int64_t,
                     void*) override {
        no_maths();
    }
    void mixer(const kernels::Dims&, const kernels::MixerWeights&, const kernels::LayerState&, const void*,
               std::int64_t, void*) override {
        no_maths();
    }
    void linear_add(const kernels::Dims&, const kernels::WeightView&, const void*, std::int64_t,
                    float*) override {
        no_maths();
    }
    void logits(const kernels::Dims&, const float*, const kernels::WeightView&, const float*, std::int64_t,
                float*) override {
        no_maths();
    }
    void begin_sampling(const kernels::Dims&, const kernels::SamplingOptions&,
                        std::span<const std::int32_t>) override {
        no_maths();
    }
    void sample(const kernels::Dims&, const float*, std::int32_t*) override { no_maths(); }
    kernels::Drawn drawn() override { no_maths(); }
    void replay(std::uint64_t, const std::function<void()>& step) override { step(); }
    void synchronize() override {}

  protected:
    void* allocate_bytes(std::size_t bytes) override {
        if (bytes > limit - held)
            throw kernels::Error(kernels::Error::Kind::OutOfMemory, "The test memory is full.");
        held += bytes;
        if (held > peak) peak = held;
        return ::operator new (bytes, std::align_val_t{64});
    }
    void release_bytes(void* data, std::size_t bytes) noexcept override {
        held -= bytes;
        ::operator delete (data, std::align_val_t{64});
    }

  private:
    [[noreturn]] static void no_maths() {
        throw kernels::Error(kernels::Error::Kind::Unsupported, "The test memory computes nothing.");
    }
};

}  // namespace sidewinder::test
