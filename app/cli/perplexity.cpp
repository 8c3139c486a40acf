#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "inference/error.h"

namespace sidewinder::cli {

namespace {

using nlohmann::ordered_json;

struct PerplexityOptions {
    ModelOptions model;
    std::string text;
    std::vector<std::string> weights{"bf16", "int8-g128", "int8-g64", "int4-g128", "int4-g64"};
    std::int64_t window = 1024;
    std::int64_t tokens = 16384;
    bool json = false;
};

// -log p(token) under the softmax of `logits`.
double negative_log_likelihood(std::span<const float> logits, inference::TokenId token) {
    const float most = *std::max_element(logits.begin(), logits.end());
    double sum = 0;
    for (const float logit : logits) sum += std::exp(static_cast<double>(logit - most));
    return std::log(sum) + static_cast<double>(most - logits[static_cast<std::size_t>(token)]);
}

// Mean nats a token over windows that each start anew with BOS.
double mean_loss(app::Engine& engine, std::span<const inference::TokenId> ids, std::int64_t window,
                 std::stop_token stop) {
    inference::Model& model = engine.model();
    inference::State state(model.backend(), model.config());
    const auto vocab = static_cast<std::size_t>(model.config().dims.vocab);
    std::vector<float> logits;
    double sum = 0;
    for (std::size_t begin = 0; begin < ids.size(); begin += static_cast<std::size_t>(window)) {
        const auto part = ids.subspan(begin, std::min(static_cast<std::size_t>(window), ids.size() - begin));
        std::vector<inference::TokenId> input{inference::token::kBos};
        input.insert(input.end(), part.begin(), part.end() - 1);
        state.reset();
        for (std::size_t done = 0; done < input.size();) {
            if (stop.stop_requested()) throw inference::Stopped();
            const std::size_t T = std::min(static_cast<std::size_t>(model.chunk()), input.size() - done);
            logits.resize(T * vocab);
            model.forward(std::span(input).subspan(done, T), state,
                          {.last_logits = {}, .all_logits = logits});
            for (std::size_t t = 0; t < T; ++t) {
                sum += negative_log_likelihood(std::span(logits).subspan(t * vocab, vocab), part[done + t]);
            }
            done += T;
        }
    }
    return sum / static_cast<double>(ids.size());
}

std::string held_out_text(const PerplexityOptions& options) {
    if (!options.text.empty()) return read_text(options.text);
    const std::filesystem::path file = app::demo_model_folder() / "heldout.txt";
    return read_text(file.string());
}

int report(const PerplexityOptions& options) {
    const Interrupt interrupt;
    const std::string text = held_out_text(options);
    ordered_json rows = ordered_json::array();
    double reference = 0;
    if (!options.json)
        std::printf("%-20s  %10s  %10s  %9s  %s\n", "weights", "nats/token", "perplexity", "against 1st",
                    "MB");
    for (const std::string& weights : options.weights) {
        ModelOptions with = options.model;
        with.weights = weights;
        const auto engine = with.load(interrupt.token());
        std::vector<inference::TokenId> ids = engine->tokenizer().encode(text);
        ids.resize(std::min(ids.size(), static_cast<std::size_t>(options.tokens)));
        if (ids.empty()) throw inference::Error(inference::Fault::BadRequest, "The held-out text is empty.");
        const double loss = mean_loss(*engine, ids, options.window, interrupt.token());
        if (rows.empty()) reference = loss;
        const double megabytes = static_cast<double>(engine->model().weights().bytes()) * 1e-6;
        rows.push_back({{"weights", weights},
                        {"nats_per_token", loss},
                        {"perplexity", std::exp(loss)},
                        {"ratio", std::exp(loss - reference)},
                        {"tokens", ids.size()},
                        {"weight_megabytes", megabytes}});
        if (!options.json) {
            std::printf("%-20s  %10.4f  %10.3f  %+8.2f %%  %6.1f\n", weights.c_str(), loss, std::exp(loss),
                        100 * (std::exp(loss - reference) - 1), megabytes);
        }
    }
    if (options.json) std::cout << rows.dump(2) << '\n';
    return exit_code::kOk;
}

}  // namespace

void add_perplexity(CLI::App& app, int& exit) {
    auto options = std::make_shared<PerplexityOptions>();
    CLI::App* command =
        app.add_subcommand("perplexity", "What quantisation costs: perplexity on a held-out text");
    options->model.add_to(*command);
    command->remove_option(command->get_option("--weights"));
    command->add_option("--weights", options->weights, "Which weights to compare")
        ->delimiter(',')
        ->capture_default_str();
    command->add_option("--text", options->text, "Held-out text; default: the demo model's");
    command->add_option("--window", options->window, "Tokens read from a fresh state")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_option("--tokens", options->tokens, "At most this many of the text")->capture_default_str();
    command->add_flag("--json", options->json);
    command->callback([options, &exit] { exit = report(*options); });
}

}  // namespace sidewinder::cli
