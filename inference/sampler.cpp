#include "inference/sampler.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <limits>
#include <string>
#include <vector>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

struct Candidate {
    float logit;
    TokenId id;
    double weight;  ///< exp((logit - best) / temperature)
};

/// Descending logits; the lower id first in a tie.
bool before(const Candidate& a, const Candidate& b) {
    return a.logit != b.logit ? a.logit > b.logit : a.id < b.id;
}

void require(bool good, const char* name, double value, const char* range) {
    if (good) return;
    throw Error(Fault::BadRequest, std::string("The sampling option ") + name + " is " +
                                       std::to_string(value) + "; it must be " + range +
                                       ". Correct it and ask again.");
}

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

void check_logits(std::span<const float> logits) {
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    bool bad = false, any_finite = false;
    for (const float logit : logits) {
        bad |= !(logit < kInfinity);  // NaN too
        any_finite |= logit > -kInfinity;
    }
    if (!bad && any_finite) return;
    const auto first = std::find_if(logits.begin(), logits.end(), [](float x) { return !(x < kInfinity); });
    const std::string what =
        bad ? "The model's score for token " + std::to_string(first - logits.begin()) +
                  " is not a finite number."
            : "None of the model's " + std::to_string(logits.size()) + " scores is a finite number.";
    throw Error(Fault::Numerical,
                what + " Start the answer again; if it happens again, the model's files are damaged.");
}

/// CTRL (Keskar et al. 2019) as in transformers: each token of the window once, whatever its count.
void penalize(std::vector<float>& logits, std::span<const TokenId> history, const SamplingOptions& options) {
    const auto window = static_cast<std::size_t>(options.repetition_window);
    const std::span<const TokenId> recent = history.last(std::min(window, history.size()));
    std::vector<TokenId> seen(recent.begin(), recent.end());
    std::sort(seen.begin(), seen.end());
    seen.erase(std::unique(seen.begin(), seen.end()), seen.end());
    for (const TokenId id : seen) {
        if (id < 0 || static_cast<std::size_t>(id) >= logits.size()) continue;
        float& logit = logits[static_cast<std::size_t>(id)];
        if (!std::isfinite(logit)) continue;
        logit = logit > 0 ? logit / options.repetition_penalty : logit * options.repetition_penalty;
        // A product may overflow; what was finite stays so.
        logit = std::clamp(logit, std::numeric_limits<float>::lowest(), std::numeric_limits<float>::max());
    }
}

TokenId greedy(std::span<const float> logits) {
    float best = logits[0];
    for (const float logit : logits) best = std::max(best, logit);
    return static_cast<TokenId>(std::find(logits.begin(), logits.end(), best) - logits.begin());
}

/// exp(x) for x <= 0 by + and * alone, in a fixed order: libm's differs in the last bit from machine to
/// machine. Cody-Waite reduction, Taylor to the 13th power on |r| <= ln(2) / 2: relative error below 1e-15.
double portable_exp(double x) {
    constexpr double kLowest = -50;  // 2e-22 of the likeliest: far below the steps of `uniform`
    if (x < kLowest) return 0;
    constexpr double kLog2e = 1.4426950408889634, kLn2High = 6.93147180369123816490e-01,
                     kLn2Low = 1.90821492927058770002e-10;
    constexpr std::array<double, 14> kInverseFactorial = [] {
        std::array<double, 14> table{1};
        for (std::size_t k = 1; k < table.size(); ++k) table[k] = table[k - 1] / static_cast<double>(k);
        return table;
    }();
    const auto n = static_cast<std::int64_t>(x * kLog2e - 0.5);
    const double r = (x - static_cast<double>(n) * kLn2High) - static_cast<double>(n) * kLn2Low;
    // Even and odd powers apart: two short chains instead of one long one.
    double even = 0, odd = 0;
    for (std::size_t k = kInverseFactorial.size(); k > 0; k -= 2) {
        odd = odd * (r * r) + kInverseFactorial[k - 1];
        even = even * (r * r) + kInverseFactorial[k - 2];
    }
    return (even + r * odd) * std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

/// Uniform in [0, 1): a hash of seed and position (splitmix64's finaliser, Steele et al. 2014, applied
/// twice).
double uniform(std::uint64_t seed, std::uint64_t position) {
    const auto mix = [](std::uint64_t z) {
        z += 0x9E3779B97F4A7C15ull;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
        return z ^ (z >> 31);
    };
    return static_cast<double>(mix(mix(seed) ^ position) >> 11) * 0x1p-53;
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
        if (logits[id] >= bound) candidates.push_back({logits[id], static_cast<TokenId>(id), 0});
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
        candidate.weight = portable_exp((static_cast<double>(candidate.logit) - best) / temperature);
        sum += candidate.weight;
    }
    return sum;
}

/// Keeps the smallest set of the likeliest whose probability reaches top_p. Sorts only as far as that needs.
void keep_top_p(std::vector<Candidate>& candidates, float top_p, double& sum) {
    if (top_p >= 1) return;
    const double wanted = top_p * sum;
    // All of these together weigh less than 1 - top_p: the set is full before any of them is reached.
    const double negligible =
        0.5 * (1 - static_cast<double>(top_p)) * sum / static_cast<double>(candidates.size());
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

}  // namespace

TokenId sample(std::span<const float> logits, std::span<const TokenId> history,
               const SamplingOptions& options, std::uint64_t position) {
    check_options(options);
    check_logits(logits);
    std::vector<float> penalized;
    if (options.repetition_penalty != 1 && options.repetition_window > 0 && !history.empty()) {
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

}  // namespace sidewinder::inference
