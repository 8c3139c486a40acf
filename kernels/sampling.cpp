#include "kernels/sampling.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "kernels/sampling_math.h"

namespace sidewinder::kernels {
namespace {

struct Candidate {
    float logit;
    std::int32_t id;
    double weight;  ///< exp((logit - best) / temperature)
};

/// Descending logits; the lower id first in a tie.
bool before(const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

/// Tells of logits that nothing can be drawn from.
Drawn check(std::span<const float> logits) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    bool bad = false, any_finite = false;
    for (const float logit : logits) {
        bad |= !(logit < kInfinity);  // NaN too
        any_finite |= logit > -kInfinity;
    }
    Drawn drawn;
    if (bad) {
        const auto first =
            std::find_if(logits.begin(), logits.end(), [](float x) { return !(x < kInfinity); });
        drawn.fault = Drawn::Fault::NotFinite;
        drawn.bad = static_cast<std::int32_t>(first - logits.begin());
    } else if (!any_finite) {
        drawn.fault = Drawn::Fault::NothingFinite;
    }
    return drawn;
}

/// CTRL (Keskar et al. 2019) as in transformers: each token of the window once, whatever its count.
void penalize(std::vector<float>& logits, std::span<const std::int32_t> history,
              const SamplingOptions& options) {
    const auto window = static_cast<std::size_t>(options.repetition_window);
    const std::span<const std::int32_t> recent = history.last(std::min(window, history.size()));
    std::vector<std::int32_t> seen(recent.begin(), recent.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const std::int32_t id : seen) {
        if (id < 0 || static_cast<std::size_t>(id) >= logits.size()) continue;
        float& logit = logits[static_cast<std::size_t>(id)];
        if (!std::isfinite(logit)) continue;
        logit = logit > 0 ? logit / options.repetition_penalty : logit * options.repetition_penalty;
        // A product may overflow; what was finite stays so.
        logit = std::clamp(logit, std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max());
    }
}

std::int32_t greedy(std::span<const float> logits) {
    float best = logits[0];
    for (const float logit : logits) best = std::max(best, logit);
    return static_cast<std::int32_t>(std::find(logits.begin(), logits.end(), best) - logits.begin());
}

/// A bound that at least k of the logits reach, close to the k-th largest: the k-th largest of the maxima of
/// blocks. One pass that the compiler can vectorise, where selecting among all logits takes ten times as
/// long.
float lower_bound_of_top(std::span<const float> logits, std::size_t k) {
    constexpr std::size_t kBlock = 32;
    std::vector<float> maxima;
    maxima.reserve(logits.size() / kBlock);
    for (std::size_t begin = 0; begin + kBlock <= logits.size(); begin += kBlock) {
        float most = logits[begin];
        for (std::size_t i = 1; i < kBlock; ++i) most = std::max(most, logits[begin + i]);
        maxima.push_back(most);
    }
    if (k > maxima.size()) return std::numeric_limits<float>::lowest();
    const auto kth = maxima.begin() + static_cast<std::ptrdiff_t>(k) - 1;
    std::nth_element(maxima.begin(), kth, maxima.end(), std::greater<>());
    return std::max(*kth, std::numeric_limits<float>::lowest());
}

/// The finite logits in the order of ids. `top_k` 0, or more than there are, keeps all.
std::vector<Candidate> top_candidates(std::span<const float> logits, std::int32_t top_k) {
    const auto k = static_cast<std::size_t>(top_k);
    const float bound = k > 0 ? lower_bound_of_top(logits, k) : std::numeric_limits<float>::lowest();
    std::vector<Candidate> candidates;
    candidates.reserve(k > 0 ? std::min(4 * k, logits.size()) : logits.size());
    for (std::size_t id = 0; id < logits.size(); ++id) {
        if (logits[id] >= bound) candidates.push_back({logits[id], static_cast<std::int32_t>(id), 0});
    }
    if (k == 0 || k >= candidates.size()) return candidates;
    std::nth_element(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(k),
                     candidates.end(), before);
    candidates.resize(k);
    // One order whatever nth_element left behind: the same draw is the same token with every library.
    std::sort(candidates.begin(), candidates.end(),
              [](const Candidate& a, const Candidate& b) { return a.id < b.id; });
    return candidates;
}

/// Returns the sum of the weights.
double weigh(std::vector<Candidate>& candidates, float temperature) {
    const float best = std::min_element(candidates.begin(), candidates.end(), before)->logit;
    double sum = 0;
    for (Candidate& candidate : candidates) {
        candidate.weight = sampling_weight(candidate.logit, best, temperature);
        sum += candidate.weight;
    }
    return sum;
}

/// Keeps the smallest set of the likeliest whose probability reaches top_p. Sorts only as far as that needs.
void keep_top_p(std::vector<Candidate>& candidates, float top_p, double& sum) {
    if (top_p >= 1) return;
    const double wanted = top_p * sum;
    const double negligible = negligible_weight(top_p, sum, static_cast<std::int64_t>(candidates.size()));
    std::erase_if(candidates,
                  [negligible](const Candidate& candidate) { return candidate.weight < negligible; });
    constexpr std::size_t kFirstBlock = 128;
    double kept_sum = 0;
    for (std::size_t begin = 0, end = kFirstBlock; begin < candidates.size(); begin = end, end *= 4) {
        end = std::min(end, candidates.size());
        const auto from = candidates.begin() + static_cast<std::ptrdiff_t>(begin);
        const auto to = candidates.begin() + static_cast<std::ptrdiff_t>(end);
        if (to != candidates.end()) std::nth_element(from, to, candidates.end(), before);
        std::sort(from, to, before);
        for (std::size_t i = begin; i < end; ++i) {
            kept_sum += candidates[i].weight;
            if (kept_sum >= wanted) {
                candidates.resize(i + 1);
                sum = kept_sum;
                return;
            }
        }
    }
}

/// Keeps what is at least min_p times as likely as the likeliest, whose weight is 1.
void keep_min_p(std::vector<Candidate>& candidates, float min_p, double& sum) {
    if (min_p <= 0) return;
    std::erase_if(candidates, [min_p](const Candidate& candidate) { return candidate.weight < min_p; });
    sum = 0;
    for (const Candidate& candidate : candidates) sum += candidate.weight;
}

std::int32_t draw(std::span<const float> logits, std::span<const std::int32_t> history,
                  const SamplingOptions& options, std::uint64_t position) {
    std::vector<float> penalized;
    if (penalizes(options) && !history.empty()) {
        penalized.assign(logits.begin(), logits.end());
        penalize(penalized, history, options);
        logits = penalized;
    }
    if (options.temperature == 0 || options.top_k == 1) return greedy(logits);

    std::vector<Candidate> candidates = top_candidates(logits, options.top_k);
    double sum = weigh(candidates, options.temperature);
    keep_top_p(candidates, options.top_p, sum);
    keep_min_p(candidates, options.min_p, sum);

    double left = uniform(options.seed, position) * sum;
    for (const Candidate& candidate : candidates) {
        left -= candidate.weight;
        if (left < 0) return candidate.id;
    }
    // Rounding may leave a rest: then the last one that can be drawn.
    for (auto candidate = candidates.rbegin(); candidate != candidates.rend(); ++candidate) {
        if (candidate->weight > 0) return candidate->id;
    }
    return candidates.front().id;
}

}  // namespace

Drawn draw_token(std::span<const float> logits, std::span<const std::int32_t> history,
                 const SamplingOptions& options, std::uint64_t position) {
    Drawn drawn = check(logits);
    if (drawn.fault == Drawn::Fault::None) drawn.token = draw(logits, history, options, position);
    return drawn;
}

void HostSampler::begin(const SamplingOptions& options, std::span<const std::int32_t> history) {
    options_ = options;
    position_ = history.size();
    recent_.clear();
    if (!penalizes(options)) return;
    const auto window = static_cast<std::size_t>(options.repetition_window);
    const auto recent = history.last(std::min(window, history.size()));
    recent_.assign(recent.begin(), recent.end());
}

Drawn HostSampler::draw(std::span<const float> logits) {
    const Drawn drawn = draw_token(logits, recent_, options_, position_);
    if (drawn.fault != Drawn::Fault::None) return drawn;
    ++position_;
    if (!penalizes(options_)) return drawn;
    const auto window = static_cast<std::size_t>(options_.repetition_window);
    if (recent_.size() >= 2 * window) {  // now and then, so that a token costs no move of the whole window
        recent_.erase(recent_.begin(), recent_.end() - static_cast<std::ptrdiff_t>(window));
    }
    recent_.push_back(drawn.token);
    return drawn;
}

}  // namespace sidewinder::kernels
