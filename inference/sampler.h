#pragma once

#include <cstdint>
#include <span>

#include "inference/config.h"

namespace sidewinder::inference {

struct SamplingOptions {
    float temperature = 0.2f;         ///< 0: greedy, the lowest id wins a tie
    std::int32_t top_k = 40;          ///< 0: off
    float top_p = 0.95f;              ///< 1: off
    float min_p = 0.0f;               ///< 0: off
    float repetition_penalty = 1.0f;  ///< 1: off; over the last `repetition_window` tokens
    std::int32_t repetition_window = 256;
    std::uint64_t seed = 0;
};

/// A pure function of its arguments: the same logits, history, options and position give the same token on
/// any machine (the random number is a counter-based hash of seed and position). Order as in llama.cpp and
/// transformers: penalty, then top-k, top-p, min-p on the tempered distribution, each on what the one before
/// left. A logit of -infinity is never drawn. Throws Error(Numerical) when no logit is finite or any is NaN
/// or +infinity, Error(BadRequest) for an option out of range.
TokenId sample(std::span<const float> logits, std::span<const TokenId> history,
               const SamplingOptions& options, std::uint64_t position);

}  // namespace sidewinder::inference
