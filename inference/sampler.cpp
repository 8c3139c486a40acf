#include "inference/sampler.h"

#include <cmath>
#include <string>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

void require(bool good, const char* name, double value, const char* range) {
    if (good) return;
    throw Error(Fault::BadRequest, std::string("The sampling option ") + name + " is " +
                                       std::to_string(value) + "; it must be " + range +
                                       ". Correct it and ask again.");
}

}  // namespace

void check_options(const SamplingOptions& options) {
    require(std::isfinite(options.temperature) && options.temperature >= 0, "temperature",
            options.temperature, "0 or more");
    require(options.top_k >= 0, "top_k", options.top_k, "0 or more");
    require(options.top_p >= 0 && options.top_p <= 1, "top_p", options.top_p, "between 0 and 1");
    require(options.min_p >= 0 && options.min_p <= 1, "min_p", options.min_p, "between 0 and 1");
    require(std::isfinite(options.repetition_penalty) && options.repetition_penalty > 0, "repetition_penalty",
            options.repetition_penalty, "more than 0");
    require(options.repetition_window >= 0, "repetition_window", options.repetition_window, "0 or more");
}

TokenId token_of(const kernels::Drawn& drawn, std::int64_t vocab) {
    if (drawn.fault == kernels::Drawn::Fault::None) return drawn.token;
    const std::string what =
        drawn.fault == kernels::Drawn::Fault::NotFinite
            ? "The model's score for token " + std::to_string(drawn.bad) + " is not a finite number."
            : "None of the model's " + std::to_string(vocab) + " scores is a finite number.";
    throw Error(Fault::Numerical,
                what + " Start the answer again; if it happens again, the model's files are damaged.");
}

TokenId sample(std::span<const float> logits, std::span<const TokenId> history,
               const SamplingOptions& options, std::uint64_t position) {
    check_options(options);
    return token_of(kernels::draw_token(logits, history, options, position),
                    static_cast<std::int64_t>(logits.size()));
}

}  // namespace sidewinder::inference
