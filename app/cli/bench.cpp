#include <algorithm>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <vector>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "inference/model.h"
#include "inference/model_folder.h"
#include "inference/random_weights.h"
#include "kernels/cpu/ceilings.h"
#include "kernels/cpu/cpu_backend.h"

namespace sidewinder::cli {

namespace {

using Clock = std::chrono::steady_clock;
using nlohmann::ordered_json;

struct BenchOptions {
    std::string model;
    std::string shape = "7b";
    std::int64_t layers = 8;
    std::vector<std::string> weights{"bf16", "int8", "int4"};
    int threads = 0;
    std::int64_t prefill = 128;
    std::int64_t decode = 32;
    bool json = false;
};

double seconds_since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    return values[values.size() / 2];
}

// What one layer's GEMMs and, once a step, the head cost: 2 FLOP a weight and token.
double prefill_flop(const inference::Config& config, double tokens) {
    const kernels::Dims& d = config.dims;
    const double layer = static_cast<double>(d.in_proj_rows() * d.d_model + d.d_model * d.d_inner);
    return 2 *
           (static_cast<double>(config.n_layers) * layer * tokens + static_cast<double>(d.vocab * d.d_model));
}

struct Source {
    inference::Config config;
    std::shared_ptr<const inference::TensorSource> tensors;
};

Source source_of(const BenchOptions& options) {
    if (!options.model.empty()) {
        const inference::ModelFolder folder = inference::ModelFolder::open(options.model);
        return {folder.config, folder.tensors};
    }
    const inference::Config config = inference::named_config(options.shape, options.layers);
    return {config, std::make_shared<inference::RandomWeights>(config)};
}

ordered_json measure_decode(inference::Model& model, inference::State& state, std::int64_t tokens,
                            double read_rate) {
    std::vector<float> logits(static_cast<std::size_t>(model.config().dims.vocab));
    const auto ids =
        inference::random_tokens(model.config().dims.vocab, static_cast<std::size_t>(tokens) + 3);
    std::vector<double> times;
    for (const inference::TokenId id : ids) {
        const Clock::time_point start = Clock::now();
        model.forward(std::span(&id, 1), state, {.last_logits = logits, .all_logits = {}});
        times.push_back(seconds_since(start));
    }
    times.erase(times.begin(), times.begin() + 3);  // warm-up
    const double time = median(times);
    const double bytes =
        static_cast<double>(model.weights().bytes_per_token()) + 2 * static_cast<double>(state.bytes());
    return {{"tokens_per_second", 1 / time},
            {"bytes_per_token", bytes},
            {"gb_per_second", bytes / time * 1e-9},
            {"share_of_read_bandwidth", bytes / time / read_rate}};
}

ordered_json measure_prefill(inference::Model& model, inference::State& state, std::int64_t tokens,
                             double fma_rate) {
    std::vector<float> logits(static_cast<std::size_t>(model.config().dims.vocab));
    const auto ids = inference::random_tokens(model.config().dims.vocab, static_cast<std::size_t>(tokens));
    std::vector<double> times;
    for (int run = 0; run < 4; ++run) {
        state.reset();
        const Clock::time_point start = Clock::now();
        for (std::int64_t done = 0; done < tokens;) {
            const std::int64_t T = std::min(model.chunk(), tokens - done);
            const auto part =
                std::span(ids).subspan(static_cast<std::size_t>(done), static_cast<std::size_t>(T));
            done += T;
            model.forward(
                part, state,
                {.last_logits = done == tokens ? std::span(logits) : std::span<float>(), .all_logits = {}});
        }
        if (run > 0) times.push_back(seconds_since(start));
    }
    const double time = median(times);
    const double flop = prefill_flop(model.config(), static_cast<double>(tokens));
    return {{"tokens", tokens},
            {"tokens_per_second", static_cast<double>(tokens) / time},
            {"gflop_per_second", flop / time * 1e-9},
            {"share_of_fma_rate", flop / time / fma_rate}};
}

ordered_json measure(const Source& source, const std::string& name, const BenchOptions& options,
                     double read_rate, double fma_rate, std::stop_token stop) {
    const auto backend = kernels::make_cpu_backend(options.threads);
    const auto recipe = inference::WeightRecipe::parse(name);
    const Clock::time_point start = Clock::now();
    inference::Weights weights =
        inference::Weights::load(*source.tensors, source.config, recipe, *backend, {}, stop);
    const double load = seconds_since(start);
    inference::Model model(*backend, source.config, std::move(weights),
                           std::min<std::int64_t>(128, options.prefill));
    inference::State state(*backend, source.config);
    ordered_json run{{"weights", recipe.name()},
                     {"weight_bytes", model.weights().bytes()},
                     {"state_bytes", state.bytes()},
                     {"seconds_loading", load}};
    run["prefill"] = measure_prefill(model, state, options.prefill, fma_rate);
    run["decode"] = measure_decode(model, state, options.decode, read_rate);
    return run;
}

void print_row(const ordered_json& run) {
    const auto& d = run["decode"];
    const auto& p = run["prefill"];
    std::printf(
        "%-10s  %8.1f tok/s  %6.1f GB/s  %5.1f %% of read     %8.1f tok/s  %7.1f GFLOP/s  %5.1f %% of FMA\n",
        run["weights"].get<std::string>().c_str(), d["tokens_per_second"].get<double>(),
        d["gb_per_second"].get<double>(), 100 * d["share_of_read_bandwidth"].get<double>(),
        p["tokens_per_second"].get<double>(), p["gflop_per_second"].get<double>(),
        100 * p["share_of_fma_rate"].get<double>());
    std::fflush(stdout);
}

int bench(const BenchOptions& options) {
    const Interrupt interrupt;
    const Source source = source_of(options);
    const auto backend = kernels::make_cpu_backend(options.threads);
    const kernels::Ceilings ceilings = kernels::measure_ceilings(options.threads);
    ordered_json report{{"device", backend->device_name()},
                        {"model", options.model.empty() ? options.shape : options.model},
                        {"layers", source.config.n_layers},
                        {"ceilings",
                         {{"read_gb_per_second", ceilings.read_bytes_per_second * 1e-9},
                          {"fma_gflop_per_second", ceilings.fma_flop_per_second * 1e-9}}},
                        {"runs", ordered_json::array()}};
    if (!options.json) {
        std::printf("%s, %s with %lld layers. Ceilings of this run: read %.1f GB/s, FMA %.0f GFLOP/s\n\n",
                    backend->device_name().c_str(), report["model"].get<std::string>().c_str(),
                    static_cast<long long>(source.config.n_layers), ceilings.read_bytes_per_second * 1e-9,
                    ceilings.fma_flop_per_second * 1e-9);
        std::printf("%-10s  %-48s  prefill of %lld tokens\n", "weights", "decode",
                    static_cast<long long>(options.prefill));
    }
    for (const std::string& name : options.weights) {
        report["runs"].push_back(measure(source, name, options, ceilings.read_bytes_per_second,
                                         ceilings.fma_flop_per_second, interrupt.token()));
        if (!options.json) print_row(report["runs"].back());
    }
    if (options.json) std::cout << report.dump(2) << '\n';
    return exit_code::kOk;
}

}  // namespace

void add_bench(CLI::App& app, int& exit) {
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command = app.add_subcommand(
        "bench",
        "Speed of this machine, as shares of its read bandwidth and FMA rate measured in the same run");
    command->add_option("--model", options->model, "Measure this model folder instead of random weights");
    command->add_option("--shape", options->shape, "Random weights of this shape")->capture_default_str();
    command->add_option("--layers", options->layers, "…with this many layers")->capture_default_str();
    command->add_option("--weights", options->weights, "Which weights to measure")
        ->capture_default_str()
        ->delimiter(',');
    command->add_option("--threads", options->threads, "0: one for each physical core");
    command->add_option("--prefill", options->prefill, "Tokens of the prompt")->check(CLI::PositiveNumber);
    command->add_option("--decode", options->decode, "Tokens to decode")->check(CLI::PositiveNumber);
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([options, &exit] { exit = bench(*options); });
}

}  // namespace sidewinder::cli
