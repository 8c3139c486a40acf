#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/sampler.h"
#include "inference/timeline.h"
#include "inference/tokenizer.h"

namespace sidewinder::inference {

struct GenerateOptions {
    SamplingOptions sampling;
    std::int64_t max_tokens = 1024;
    bool keep = true;  ///< the states before and after the answer; false: nothing will go on from them
};

struct GenerateStats {
    Timeline::Plan plan;                ///< what was reused and read
    double seconds_reading = 0;         ///< restoring and prefill
    double seconds_to_first_token = 0;  ///< from the call to the first token's text
    double seconds_generating = 0;      ///< first token to last
    std::int64_t generated = 0;

    double tokens_per_second() const;  ///< decode only; 0 when fewer than two tokens
};

struct Generated {
    enum class End { Eos, Length, Stopped };
    End end = End::Eos;
    std::vector<TokenId> tokens;  ///< what was sampled, EOS included if it came
    std::string text;
    GenerateStats stats;
};

struct GenerateCallbacks {
    std::function<void(const Timeline::Progress&)> reading;  ///< while the prompt is read
    std::function<void(TokenId, std::string_view)>
        token;  ///< each token with the text that became certain (may be empty)
};

/// Reads `log` as far as needed and samples an answer until EOS, max_tokens or stop. The state before the
/// log's last token is kept in host memory (regenerate starts there), the state at the end in memory and on
/// disk (the next turn). The log's last token is fed as a step of its own, so that a full hit never applies a
/// token twice.
Generated generate(Timeline& timeline, const Tokenizer& tokenizer, std::span<const TokenId> log,
                   const GenerateOptions& options, std::stop_token stop = {},
                   const GenerateCallbacks& on = {});

}  // namespace sidewinder::inference
