// The CUDA backend against the CPU's (float32 activations) on the same random weights of the 7B's width:
// `gpu_against_cpu [layers=4] [weights...]`. Fails when logits are over the tolerance away, or when greedy
// tokens differ although the two best are further apart than it.
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cuda/cuda_backend.h"
#include "tests/support/goldens.h"

namespace {

using namespace sidewinder;
using inference::TokenId;

constexpr double kTolerance = 2e-2;
constexpr std::size_t kPrompt = 48, kSteps = 64;

struct Side {
    std::unique_ptr<kernels::Backend> backend;
    inference::Model model;
    inference::State state;
    std::vector<float> logits;

    Side(std::unique_ptr<kernels::Backend> made, const inference::Config& config,
         const inference::WeightRecipe& recipe)
        : backend(std::move(made)),
          model(*backend, config,
                inference::Weights::load(inference::RandomWeights(config), config, recipe, *backend), 256),
          state(*backend, config),
          logits(static_cast<std::size_t>(config.dims.vocab)) {}

    void feed(std::span<const TokenId> tokens) {
        model.forward(tokens, state, {.last_logits = logits, .all_logits = {}});
    }
    std::vector<float> downloaded_state() const {
        std::vector<float> host(state.bytes() / sizeof(float));
        state.download(host.data());
        return host;
    }
};

// The best token, and by how much of the logits' size it leads.
std::pair<TokenId, double> best(const std::vector<float>& logits) {
    const auto first = std::max_element(logits.begin(), logits.end());
    float second = -INFINITY;
    double size = 0;
    for (auto i = logits.begin(); i != logits.end(); ++i) {
        if (i != first) second = std::max(second, *i);
        size += static_cast<double>(*i) * static_cast<double>(*i);
    }
    size = std::sqrt(size / static_cast<double>(logits.size()));
    return {static_cast<TokenId>(first - logits.begin()), static_cast<double>(*first - second) / size};
}

bool compare(const inference::Config& config, const char* name) {
    const auto recipe = inference::WeightRecipe::parse(name);
    Side gpu(kernels::cuda::make_backend(config.dims, recipe.format), config, recipe);
    Side cpu(kernels::make_cpu_backend(), config, recipe);
    const std::vector<TokenId> prompt = inference::random_tokens(config.dims.vocab, kPrompt);
    gpu.feed(prompt);
    cpu.feed(prompt);
    const double prefill = test::distance(gpu.logits, cpu.logits);
    double worst = 0;
    std::size_t close = 0, wrong = 0;
    for (std::size_t i = 0; i < kSteps; ++i) {
        const auto [token, lead] = best(cpu.logits);
        const bool same = best(gpu.logits).first == token;
        if (lead < kTolerance) {
            ++close;
        } else if (!same) {
            ++wrong;
        }
        gpu.feed(std::span(&token, 1));
        cpu.feed(std::span(&token, 1));
        worst = std::max(worst, test::distance(gpu.logits, cpu.logits));
    }
    const double state = test::distance(gpu.downloaded_state(), cpu.downloaded_state());
    const bool good = prefill < kTolerance && worst < kTolerance && wrong == 0;
    std::printf(
        "%lld layers, %s: logits after a prefill of %zu %.2e; over %zu decoded tokens at most %.2e; state "
        "%.2e; greedy "
        "tokens wrong %zu (too close to tell %zu): %s\n",
        static_cast<long long>(config.n_layers), name, kPrompt, prefill, kSteps, worst, state, wrong, close,
        good ? "good" : "BAD");
    std::fflush(stdout);
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        const auto config = inference::named_config("7b", argc > 1 ? std::atoll(argv[1]) : 4);
        std::vector<const char*> names(argv + std::min(argc, 2), argv + argc);
        if (names.empty()) names = {"bf16", "int8", "int4", "int4-g64"};
        bool good = true;
        for (const char* name : names) good = compare(config, name) && good;
        return good ? 0 : 1;
    } catch (const std::exception& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
