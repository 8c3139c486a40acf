#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>

#include "inference/config.h"
#include "inference/sampler.h"
#include "inference/state.h"
#include "inference/weights.h"
#include "kernels/backend.h"

namespace sidewinder::inference {

/// Mamba2 language model: const weights plus fixed work memory. What was read lives in the State that is
/// passed in. One engine thread at a time.
class Model {
  public:
    static constexpr std::int64_t kChunk = 256;

    /// `backend` must outlive the model. `chunk` is the most tokens that one `forward` takes.
    Model(kernels::Backend& backend, const Config& config, Weights weights, std::int64_t chunk = kChunk);

    /// What the constructor allocates for a chunk of this size, `reserve` included.
    static std::uint64_t work_bytes(const kernels::Backend& backend, const Config& config,
                                    std::int64_t chunk);

    /// What `forward` hands back, both on the host and optional: an empty span is left alone.
    struct Output {
        std::span<float> last_logits;  ///< [vocab], of the last token
        std::span<float> all_logits;   ///< [T, vocab]
    };

    /// Feeds 1..chunk tokens and advances `state`. Returns false, with `state` as it was before the call,
    /// when `stop` was requested in the middle. `on_layer(done)` is called after each layer. Up to 16 tokens
    /// with neither are one recorded step (Backend::replay), as one token always is. Throws
    /// Error(Internal-like) for token ids outside of the vocabulary, kernels::Error for the device.
    bool forward(std::span<const TokenId> tokens, State& state, Output output, std::stop_token stop = {},
                 const std::function<void(std::int64_t)>& on_layer = {});

    /// What `next` draws by: options in range, and all tokens up to the one that it feeds first.
    void begin_sampling(const SamplingOptions& options, std::span<const TokenId> log);
    /// Feeds one token and draws the one after it in one step: on a GPU one recorded graph, with nothing
    /// uploaded when `token` is what the last call drew. `token` is the last of begin_sampling's log, then
    /// what the last call drew. Throws as `forward` does.
    kernels::Drawn next(TokenId token, State& state);

    const Config& config() const { return config_; }
    const Weights& weights() const { return weights_; }
    kernels::Backend& backend() { return backend_; }
    std::int64_t chunk() const { return chunk_; }

  private:
    void layer(std::int64_t i, std::int64_t T, const State& state);
    bool run_layers(std::int64_t T, State& state, std::stop_token stop,
                    const std::function<void(std::int64_t)>& on_layer);
    enum class Want { Nothing, LastLogits, AllLogits, Token };
    void short_step(std::int64_t T, State& state, Want want);
    void forward_short(std::int64_t T, State& state, Output output);
    void check_token(TokenId id) const;
    void write_logits(std::int64_t T, Output output);

    kernels::Backend& backend_;
    Config config_;
    Weights weights_;
    std::int64_t chunk_;
    kernels::Buffer ids_;              ///< int32 [chunk]
    kernels::Buffer residual_;         ///< float32 [chunk, d_model]
    kernels::Buffer zxbcdt_;           ///< [chunk, in_proj_rows], in the backend's form
    kernels::Buffer y_;                ///< [chunk, d_inner], likewise
    kernels::Buffer logits_;           ///< float32 [kLogitRows, vocab]
    std::optional<TokenId> in_place_;  ///< the token that `next` left in ids_[0]
    std::unique_ptr<State>
        undo_;  ///< what layers held before the running chunk; made at the first stoppable one
};

}  // namespace sidewinder::inference
