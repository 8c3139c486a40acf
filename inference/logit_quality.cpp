#include "inference/logit_quality.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

struct Softmax {
    std::size_t top = 0;
    double log_sum = 0;  ///< log of the sum of exp(logit)
};

Softmax softmax_of(std::span<const float> logits) {
    const auto most = std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit) - *most);
    return {static_cast<std::size_t>(most - logits.begin()), *most + std::log(sum)};
}

void check_finite(std::span<const float> logits, const char* whose) {
    if (std::all_of(logits.begin(), logits.end(), [](float v) { return std::isfinite(v); })) return;
    throw Error(Fault::Numerical, std::string("The logits of the ") + whose +
                                      " are not all finite numbers, so there is nothing to compare. The "
                                      "model's file may be damaged; otherwise please report this.");
}

}  // namespace

PositionQuality compare_logits(std::span<const float> reference, std::span<const float> other, TokenId next) {
    if (next < 0 || static_cast<std::size_t>(next) >= reference.size() || other.size() != reference.size())
        throw Error(Fault::BadRequest, "Token id " + std::to_string(next) +
                                           " is outside of the vocabulary of " +
                                           std::to_string(reference.size()) + ".");
    check_finite(reference, "reference");
    check_finite(other, "quantised model");
    const Softmax p = softmax_of(reference), q = softmax_of(other);
    PositionQuality result;
    result.same_top = p.top == q.top;
    result.reference_loss = p.log_sum - reference[static_cast<std::size_t>(next)];
    result.loss = q.log_sum - other[static_cast<std::size_t>(next)];
    for (std::size_t i = 0; i < reference.size(); ++i) {
        const double r = reference[i], o = other[i];
        result.squared_error += (o - r) * (o - r);
        result.squared_reference += r * r;
        result.divergence += std::exp(r - p.log_sum) * ((r - o) - (p.log_sum - q.log_sum));
    }
    return result;
}

TextQuality summarize(std::span<const PositionQuality> positions) {
    TextQuality text;
    text.count = positions.size();
    const auto count = static_cast<double>(positions.size());
    double error = 0, norm = 0, loss = 0, reference_loss = 0, agreed = 0;
    std::vector<double> divergences;
    for (const PositionQuality& position : positions) {
        divergences.push_back(position.divergence);
        text.divergence += position.divergence / count;
        error += position.squared_error;
        norm += position.squared_reference;
        loss += position.loss;
        reference_loss += position.reference_loss;
        agreed += position.same_top ? 1 : 0;
    }
    const auto rank = static_cast<std::size_t>(std::ceil(0.99 * count)) - 1;
    std::nth_element(divergences.begin(), divergences.begin() + static_cast<std::ptrdiff_t>(rank),
                     divergences.end());
    text.divergence_p99 = divergences[rank];
    text.top1_agreement = agreed / count;
    text.logits_error = norm > 0 ? std::sqrt(error / norm) : 0.0;
    text.reference_perplexity = std::exp(reference_loss / count);
    text.perplexity = std::exp(loss / count);
    return text;
}

std::vector<TextQuality> summarize_by_depth(std::span<const PositionQuality> positions, std::size_t parts) {
    parts = std::min(parts, positions.size());
    std::vector<TextQuality> depths;
    for (std::size_t i = 0; i < parts; ++i) {
        const std::size_t first = i * positions.size() / parts, end = (i + 1) * positions.size() / parts;
        depths.push_back(summarize(positions.subspan(first, end - first)));
        depths.back().first = first;
    }
    return depths;
}

}  // namespace sidewinder::inference
