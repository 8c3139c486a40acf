#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <stop_token>

#include "inference/config.h"
#include "inference/state.h"
#include "inference/weights.h"
#include "kernels/backend.h"

namespace sidewinder::inference {

/// Mamba2 language model: const weights plus fixed work memory. What was read lives in the State that is passed in.
/// One engine thread at a time.
class Model {
  public:
    static constexpr std::int64_t kChunk = 256;  ///< tokens a prefill step, the most that `forward` takes

    Model(kernels::Backend& backend, const Config& config, Weights weights, std::int64_t chunk = kChunk);

    /// Feeds 1..chunk tokens. `all_logits`, if not null, receives float32 [T, vocab] on the host; `last_logits` the last
    /// row. Returns false, with `state` as it was before the call, when `stop` was requested in the middle.
    bool forward(std::span<const TokenId> tokens, State& state, std::span<float> last_logits,
                 std::span<float> all_logits = {}, std::stop_token stop = {});

    const Config& config() const { return config_; }
    const Weights& weights() const { return weights_; }
    kernels::Backend& backend() { return backend_; }
    std::int64_t chunk() const { return chunk_; }
    std::size_t work_bytes() const;

  private:
    void run_layers(std::int64_t T, State& state, std::int64_t first, std::int64_t last);
    void ensure_all_logits();

    kernels::Backend& backend_;
    Config config_;
    Weights weights_;
    std::int64_t chunk_;
    kernels::Buffer ids_;       ///< int32 [chunk]
    kernels::Buffer residual_;  ///< float32 [chunk, d_model]
    kernels::Buffer zxbcdt_;    ///< activations [chunk, in_proj_rows]
    kernels::Buffer y_;         ///< activations [chunk, d_inner]
    kernels::Buffer logits_;    ///< float32 [1 or chunk, vocab]
    std::unique_ptr<State> undo_;  ///< made on the first stoppable chunk
};

}  // namespace sidewinder::inference
