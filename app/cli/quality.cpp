#include <algorithm>
#include <cstdio>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/bench.h"
#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/cli/weights_source.h"
#include "app/core/calibration_sample.h"
#include "inference/calibration.h"
#include "inference/error.h"
#include "inference/logit_quality.h"
#include "inference/memory_budget.h"
#include "inference/random_weights.h"
#include "inference/tokenizer.h"

namespace sidewinder::cli {

namespace {

using inference::Error;
using inference::Fault;
using inference::TextQuality;
using inference::TokenId;
using nlohmann::ordered_json;

constexpr const char* kRandom = "random";
constexpr std::int64_t kCpuTokens = 512, kGpuTokens = 4096, kCpuLayers = 2, kChunk = 256;
constexpr std::size_t kDepths = 4;
constexpr std::uint64_t kSampleSeed = 11;                    // other random tokens than those that are read
constexpr std::uint64_t kMostKept = std::uint64_t{4} << 30;  // bytes of the reference's logits

struct QualityOptions {
    std::string model;  ///< folder or "random"; empty: the settings' model, else the demo
    std::string shape = "7b";
    std::int64_t layers = 0;
    std::string backend = "auto";
    std::vector<std::string> weights{"int8", "int4-g128", "int4-g64"};
    std::string text;
    std::int64_t tokens = 0;
    std::int64_t chunk = kChunk;
    int threads = 0;
    bool json = false;
    bool float8_prefill = false;
    std::string save;
};

WeightsSource source_of(const QualityOptions& options) {
    const bool gpu = means_gpu(options.backend);
    if (options.model != kRandom && options.layers > 0)
        throw Error(Fault::BadRequest,
                    "--layers is for random weights: a trained model means nothing without its last layers. "
                    "Add --model random, or leave it out.");
    ModelOptions folder;
    folder.model = options.model;
    WeightsSource source = options.model == kRandom
                               ? random_weights(options.shape, options.layers > 0 ? options.layers
                                                               : gpu              ? 0
                                                                                  : kCpuLayers)
                               : open_weights(folder.folder());
    source.gpu = gpu;
    source.threads = options.threads;
    source.float8_prefill = options.float8_prefill;
    return source;
}

/// BOS, then the text: position i is asked for token i + 1.
std::vector<TokenId> tokens_of(const QualityOptions& options, const WeightsSource& source) {
    const std::int64_t wanted = options.tokens > 0 ? options.tokens : source.gpu ? kGpuTokens : kCpuTokens;
    const auto vocab = static_cast<std::uint64_t>(source.config.dims.vocab);
    const std::uint64_t most = kMostKept / (vocab * sizeof(float));
    if (static_cast<std::uint64_t>(wanted) > most)
        throw Error(Fault::BadRequest, "The reference's logits of " + std::to_string(wanted) +
                                           " tokens would take more than 4 GiB of memory. Take at most " +
                                           std::to_string(most) + " with --tokens.");
    if (source.tokenizer.empty()) {
        if (!options.text.empty())
            throw Error(Fault::BadRequest, "This model has no tokenizer, so it cannot read " + options.text +
                                               ". Leave --text out: it is then fed random tokens.");
        return inference::random_tokens(source.config.dims.vocab, static_cast<std::size_t>(wanted) + 1);
    }
    const std::string text =
        read_text(options.text.empty() ? (app::demo_model_folder() / "heldout.txt").string() : options.text);
    std::vector<TokenId> ids = inference::Tokenizer::load(source.tokenizer)->encode(text);
    if (ids.empty()) throw Error(Fault::BadRequest, "The text is empty. Name another one with --text.");
    ids.insert(ids.begin(), inference::token::kBos);
    ids.resize(std::min(ids.size(), static_cast<std::size_t>(wanted) + 1));
    return ids;
}

inference::Calibration calibrate(const WeightsSource& source, const inference::WeightRecipe& recipe,
                                 std::stop_token stop) {
    const std::vector<TokenId> sample =
        source.tokenizer.empty()
            ? inference::random_tokens(source.config.dims.vocab, inference::Calibration::kTokens, kSampleSeed)
            : app::calibration_sample(source.tokenizer);
    return inference::Calibration::measure(*source.tensors, source.config, sample, recipe.group,
                                           source.threads, {}, stop);
}

struct Reading {
    std::uint64_t bytes = 0;
    double seconds_loading = 0;
    std::string device;
};

/// One form of the weights reads `ids` from a fresh state; `step` gets the logits of each step's tokens and
/// the position of the first. Only one model is in memory at a time.
using Step = std::function<void(std::size_t first, std::span<const float> logits)>;
Reading read_with(const WeightsSource& source, const inference::WeightRecipe& recipe,
                  std::span<const TokenId> ids, std::int64_t chunk, const Step& step, std::stop_token stop) {
    const auto backend = source.make_backend(recipe);
    const auto start = BenchClock::now();
    const auto need = inference::fit_in_memory(*source.tensors, source.config, recipe, *backend);
    std::optional<inference::Calibration> calibration;
    if (recipe.calibrated) calibration = calibrate(source, recipe, stop);
    inference::Weights weights = inference::Weights::load(*source.tensors, source.config, recipe, *backend,
                                                          {}, stop, calibration ? &*calibration : nullptr);
    const Reading reading{weights.bytes(), seconds_since(start), backend->device_name()};
    inference::Model model(*backend, source.config, std::move(weights), std::min(need.chunk, chunk));
    inference::keep_copies(need, model);
    inference::State state(*backend, source.config);
    std::vector<float> logits;
    for (std::size_t done = 0; done < ids.size();) {
        if (stop.stop_requested()) throw inference::Stopped{};
        const std::size_t T = std::min(static_cast<std::size_t>(model.chunk()), ids.size() - done);
        logits.resize(T * static_cast<std::size_t>(source.config.dims.vocab));
        if (!model.forward(ids.subspan(done, T), state, {.last_logits = {}, .all_logits = logits}, stop))
            throw inference::Stopped{};
        step(done, logits);
        done += T;
    }
    return reading;
}

ordered_json to_json(const TextQuality& q) {
    return {{"first", q.first},
            {"positions", q.count},
            {"kl_mean", q.divergence},
            {"kl_p99", q.divergence_p99},
            {"top1_agreement", q.top1_agreement},
            {"logits_error", q.logits_error},
            {"perplexity_reference", q.reference_perplexity},
            {"perplexity", q.perplexity}};
}

void print_row(const char* name, const ordered_json& q) {
    const auto value = [&](const char* key) { return q[key].get<double>(); };
    std::printf("%-20s  %9.5f  %9.5f  %7.2f %%  %9.5f  %10.4f  %10.4f", name, value("kl_mean"),
                value("kl_p99"), 100 * value("top1_agreement"), value("logits_error"), value("perplexity"),
                value("perplexity_reference"));
}

void print_form(const ordered_json& form) {
    print_row(form["weights"].get<std::string>().c_str(), form["all"]);
    std::printf("  %9.1f\n", form["weight_bytes"].get<double>() * 1e-6);
    for (const auto& depth : form["depths"]) {
        const auto first = depth["first"].get<std::size_t>();
        const std::string name = "  " + std::to_string(first) + "-" +
                                 std::to_string(first + depth["positions"].get<std::size_t>() - 1);
        print_row(name.c_str(), depth);
        std::printf("\n");
    }
    std::fflush(stdout);
}

/// Fills in `report["forms"]`; the reference's logits are kept, each form's only while they are compared.
void compare_forms(const QualityOptions& options, const WeightsSource& source, ordered_json& report,
                   std::stop_token stop) {
    std::vector<inference::WeightRecipe> recipes;  // a misspelt one is refused before anything is loaded
    for (const std::string& name : options.weights) recipes.push_back(inference::WeightRecipe::parse(name));
    const std::vector<TokenId> ids = tokens_of(options, source);
    const auto input = std::span(ids).first(ids.size() - 1);
    const auto vocab = static_cast<std::size_t>(source.config.dims.vocab);
    std::vector<float> reference(input.size() * vocab);
    WeightsSource exact = source;
    exact.float8_prefill = false;
    const Reading read = read_with(
        exact, inference::WeightRecipe::parse("bf16"), input, options.chunk,
        [&](std::size_t first, std::span<const float> logits) {
            std::copy(logits.begin(), logits.end(),
                      reference.begin() + static_cast<std::ptrdiff_t>(first * vocab));
        },
        stop);
    report["device"] = read.device;
    report["positions"] = input.size();
    report["reference"] = {{"weights", "bf16"}, {"weight_bytes", read.bytes}};
    report["forms"] = ordered_json::array();
    if (!options.json)
        std::printf(
            "%s, %zu positions, against bf16 (%.1f MB)\n\n%-20s  %9s  %9s  %9s  %9s  %10s  %10s  %9s\n",
            read.device.c_str(), input.size(), static_cast<double>(read.bytes) * 1e-6, "weights", "KL mean",
            "KL p99", "top-1", "error", "perplexity", "of bf16", "MB");
    for (const inference::WeightRecipe& recipe : recipes) {
        std::vector<inference::PositionQuality> positions;
        const auto compare = [&](std::size_t first, std::span<const float> logits) {
            for (std::size_t t = first; t < first + logits.size() / vocab; ++t) {
                positions.push_back(inference::compare_logits(std::span(reference).subspan(t * vocab, vocab),
                                                              logits.subspan((t - first) * vocab, vocab),
                                                              ids[t + 1]));
            }
        };
        const Reading form = read_with(source, recipe, input, options.chunk, compare, stop);
        ordered_json entry{{"weights", recipe.name()},
                           {"weight_bytes", form.bytes},
                           {"seconds_loading", form.seconds_loading},
                           {"all", to_json(inference::summarize(positions))},
                           {"depths", ordered_json::array()}};
        for (const TextQuality& depth : inference::summarize_by_depth(positions, kDepths))
            entry["depths"].push_back(to_json(depth));
        if (!options.json) print_form(entry);
        report["forms"].push_back(std::move(entry));
    }
}

int quality(const QualityOptions& options) {
    const Interrupt interrupt;
    const WeightsSource source = source_of(options);
    ordered_json report{{"device", ""},
                        {"model", options.model.empty() ? "default" : options.model},
                        {"layers", source.config.n_layers},
                        {"text", source.tokenizer.empty() ? "random tokens"
                                 : options.text.empty()   ? "heldout.txt"
                                                          : options.text}};
    compare_forms(options, source, report, interrupt.token());
    if (options.json) std::cout << report.dump(2) << '\n';
    if (!options.save.empty()) save_report(report, options.save);
    return exit_code::kOk;
}

}  // namespace

void add_quality(CLI::App& app, int& exit) {
    auto options = std::make_shared<QualityOptions>();
    CLI::App* command = app.add_subcommand(
        "quality", "What quantisation changes: each form's logits against those of bf16, token by token");
    command->add_option("--model", options->model,
                        "Model folder, or \"random\": random weights; default: as in ask");
    command->add_option("--shape", options->shape, "Shape of random weights")->capture_default_str();
    command
        ->add_option("--layers", options->layers,
                     "Layers of random weights; default: 2 on a CPU, all on a GPU")
        ->check(CLI::PositiveNumber);
    command->add_option("--backend", options->backend, "cpu, cuda, or auto: the GPU when it can be used")
        ->capture_default_str()
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
    command->add_option("--weights", options->weights, "Which forms to compare")
        ->capture_default_str()
        ->delimiter(',');
    command->add_option("--text", options->text, "Text to read; default: the demo model's held-out code");
    command->add_option("--tokens", options->tokens, "At most so many tokens; default: 512, 4096 on a GPU")
        ->check(CLI::PositiveNumber);
    command->add_option("--chunk", options->chunk, "Tokens a step; 1 measures what decoding computes with")
        ->capture_default_str()
        ->check(CLI::PositiveNumber);
    command->add_flag("--float8-prefill", options->float8_prefill,
                      "GPU: the forms compared read in float8, in steps of 256 tokens and more, 1024 where "
                      "memory is short (--chunk); "
                      "the reference does not");
    command->add_option("--threads", options->threads, "CPU threads; 0: one for each physical core")
        ->check(CLI::Range(0, 1024));
    command->add_flag("--json", options->json, "One JSON object");
    command->add_option("--save", options->save, "Also write the JSON object to this file");
    command->callback([options, &exit] { exit = quality(*options); });
}

}  // namespace sidewinder::cli
