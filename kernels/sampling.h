#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace sidewinder::kernels {

struct SamplingOptions {
    float temperature = 0.2f;         ///< 0: greedy, the lowest id wins a tie
    std::int32_t top_k = 40;          ///< 0: off
    float top_p = 0.95f;              ///< 1: off
    float min_p = 0.0f;               ///< 0: off
    float repetition_penalty = 1.0f;  ///< 1: off; over the last `repetition_window` tokens
    std::int32_t repetition_window = 256;
    std::uint64_t seed = 0;
};

inline bool penalizes(const SamplingOptions& options) {
    return options.repetition_penalty != 1 && options.repetition_window > 0;
}

/// What came of one draw. `token` is meant where there is no fault, `bad` where a logit is not finite.
struct Drawn {
    enum class Fault : std::int32_t {
        None,
        NotFinite,      ///< the logit of token `bad`, the first such, is NaN or +infinity
        NothingFinite,  ///< all logits are -infinity
    };
    std::int32_t token = -1;
    Fault fault = Fault::None;
    std::int32_t bad = -1;
};

/// A pure function of its arguments: the same logits, history, options and position give the same token on
/// any machine (the random number is a counter-based hash of seed and position). Order as in llama.cpp and
/// transformers: penalty, then top-k, top-p, min-p on the tempered distribution, each on what the one before
/// left. A logit of -infinity is never drawn. Options must be in range: temperature, top_k and the window not
/// negative, top_p and min_p between 0 and 1, the penalty more than 0, all finite.
Drawn draw_token(std::span<const float> logits, std::span<const std::int32_t> history,
                 const SamplingOptions& options, std::uint64_t position);

/// Draws one token after another on the host: what a backend keeps between its steps.
class HostSampler {
  public:
    void begin(const SamplingOptions& options, std::span<const std::int32_t> history);
    /// Without a fault the token joins the history.
    Drawn draw(std::span<const float> logits);

  private:
    SamplingOptions options_;
    std::uint64_t position_ = 0;
    std::vector<std::int32_t> recent_;  ///< the window and some before it; empty where nothing is penalised
};

}  // namespace sidewinder::kernels
