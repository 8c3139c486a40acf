#pragma once

#include <cstdint>
#include <span>

#include "inference/config.h"
#include "kernels/sampling.h"

namespace sidewinder::inference {

using kernels::SamplingOptions;

/// kernels::draw_token, with errors for the person: throws Error(Numerical) when no logit is finite or any is
/// NaN or +infinity, Error(BadRequest) for an option out of range.
TokenId sample(std::span<const float> logits, std::span<const TokenId> history,
               const SamplingOptions& options, std::uint64_t position);

/// Throws Error(BadRequest) for an option out of range.
void check_options(const SamplingOptions& options);

/// The token that was drawn from `vocab` logits; throws Error(Numerical) where there is none.
TokenId token_of(const kernels::Drawn& drawn, std::int64_t vocab);

}  // namespace sidewinder::inference
