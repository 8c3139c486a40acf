#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "inference/config.h"

namespace sidewinder::inference {

/// What a quantised model says at one position of a text beside what the reference says there. In nats.
struct PositionQuality {
    double divergence = 0;      ///< KL(reference || other) of the next token
    double reference_loss = 0;  ///< -log p(next) of the reference
    double loss = 0;            ///< and of the other
    double squared_error = 0;   ///< sum of (other - reference)^2 over the logits
    double squared_reference = 0;
    bool same_top = true;  ///< both have the same likeliest token (of equal ones the first)
};

/// In double precision, softmax included; equal logits give a divergence of exactly 0. Both spans hold one
/// value a token of the vocabulary. Throws Error(Numerical) where a logit is not finite, Error(BadRequest)
/// for a `next` outside of them.
PositionQuality compare_logits(std::span<const float> reference, std::span<const float> other, TokenId next);

/// Positions [first, first + count) of a text together.
struct TextQuality {
    std::size_t first = 0;
    std::size_t count = 0;
    double divergence = 0;      ///< mean
    double divergence_p99 = 0;  ///< the smallest that 99 % of the positions do not exceed
    double top1_agreement = 0;  ///< share of positions, 0 … 1
    double logits_error = 0;    ///< |other - reference| / |reference| over all logits of all positions
    double reference_perplexity = 0;
    double perplexity = 0;
};

/// Of at least one position.
TextQuality summarize(std::span<const PositionQuality> positions);

/// The text cut into `parts` of equal length, or fewer where it has fewer positions: what depth does.
std::vector<TextQuality> summarize_by_depth(std::span<const PositionQuality> positions, std::size_t parts);

}  // namespace sidewinder::inference
