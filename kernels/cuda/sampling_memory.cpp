#include "kernels/cuda/sampling_memory.h"

#include <algorithm>
#include <cstddef>

namespace sidewinder::kernels::cuda {
namespace {

// Draws after which a ring that is shorter than the window is made anew.
constexpr std::int64_t kAhead = 1024;

}  // namespace

void SamplingMemory::begin(cudaStream_t stream, Staging& staging, const SampleWork& work, std::int32_t* ring,
                           std::int64_t vocab, const SamplingOptions& options,
                           std::span<const std::int32_t> history) {
    work_ = work;
    ring_ = ring;
    vocab_ = vocab;
    state_ = SamplingState{};
    state_.options = options;
    state_.position = history.size();
    if (penalizes(options)) {
        upload_window(stream, staging, history);
    } else {
        history_.clear();
    }
    staging.upload(stream, work.state, &state_, sizeof state_);
}

void SamplingMemory::upload_window(cudaStream_t stream, Staging& staging,
                                   std::span<const std::int32_t> history) {
    const auto window = static_cast<std::int64_t>(state_.options.repetition_window);
    const auto recent = std::min(window, static_cast<std::int64_t>(history.size()));
    const auto slots = static_cast<std::int32_t>(std::min(window, recent + kAhead));
    if (slots > std::max(kRing, long_slots_)) {
        long_ring_ = DeviceMemory(static_cast<std::size_t>(slots) * sizeof(std::int32_t));
        long_slots_ = slots;
    }
    state_.ring_slots = slots;
    state_.ring = slots <= kRing ? ring_ : long_ring_.as<std::int32_t>();

    std::vector<std::int32_t> tokens(static_cast<std::size_t>(slots)),
        counts(static_cast<std::size_t>(vocab_));
    for (std::size_t p = history.size() - static_cast<std::size_t>(recent); p < history.size(); ++p) {
        const std::int32_t id = history[p];
        tokens[p % tokens.size()] = id;
        if (id >= 0 && id < vocab_) ++counts[static_cast<std::size_t>(id)];
    }
    staging.upload(stream, state_.ring, tokens.data(), tokens.size() * sizeof(std::int32_t));
    staging.upload(stream, work_.counts, counts.data(), counts.size() * sizeof(std::int32_t));
    if (slots < window) {
        history_.assign(history.begin(), history.end());
    } else {
        history_.clear();
    }
}

Drawn SamplingMemory::drawn(cudaStream_t stream, Staging& staging) {
    Drawn drawn;
    const auto* state = reinterpret_cast<const std::byte*>(work_.state);
    staging.download(stream, &drawn, state + offsetof(SamplingState, drawn), sizeof drawn);
    if (drawn.fault != Drawn::Fault::None || state_.ring_slots == 0 ||
        state_.ring_slots == state_.options.repetition_window) {
        return drawn;
    }
    history_.push_back(drawn.token);
    if (history_.size() - state_.position == static_cast<std::size_t>(kAhead)) {
        const std::vector<std::int32_t> history = std::move(history_);
        const SamplingOptions options = state_.options;
        begin(stream, staging, work_, ring_, vocab_, options, history);
    }
    return drawn;
}

}  // namespace sidewinder::kernels::cuda
