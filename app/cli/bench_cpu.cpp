#include <cstdio>

#include "app/cli/bench.h"
#include "kernels/cpu/ceilings.h"
#include "kernels/cpu/cpu_backend.h"

namespace sidewinder::cli {

namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kChunk = 128, kPrefill = 128, kDecode = 32;
constexpr int kPrefillRuns = 3;

ordered_json measure_decode(inference::Model& model, inference::State& state, std::int64_t tokens,
                            double read_rate) {
    const double time = time_decode(model, state, tokens);
    const double bytes = decode_bytes(model, state);
    return {{"tokens_per_second", 1 / time},
            {"bytes_per_token", bytes},
            {"gb_per_second", bytes / time * 1e-9},
            {"share_of_read_bandwidth", bytes / time / read_rate}};
}

ordered_json measure_prefill(inference::Model& model, inference::State& state, std::int64_t tokens,
                             double fma_rate) {
    const double time = time_prefill(model, state, tokens, kPrefillRuns, {});
    const double flop = prefill_flop(model.config(), static_cast<double>(tokens));
    return {{"tokens", tokens},
            {"tokens_per_second", static_cast<double>(tokens) / time},
            {"gflop_per_second", flop / time * 1e-9},
            {"share_of_fma_rate", flop / time / fma_rate}};
}

ordered_json measure(const WeightsSource& source, const std::string& name, const BenchOptions& options,
                     std::int64_t prefill, const kernels::Ceilings& ceilings, std::stop_token stop) {
    const auto recipe = inference::WeightRecipe::parse(name);
    const auto backend = source.make_backend(recipe);
    const auto start = BenchClock::now();
    inference::Weights weights =
        inference::Weights::load(*source.tensors, source.config, recipe, *backend, {}, stop);
    const double load = seconds_since(start);
    inference::Model model(*backend, source.config, std::move(weights), std::min(kChunk, prefill));
    inference::State state(*backend, source.config);
    ordered_json run{{"weights", recipe.name()},
                     {"weight_bytes", model.weights().bytes()},
                     {"state_bytes", state.bytes()},
                     {"seconds_loading", load}};
    run["prefill"] = measure_prefill(model, state, prefill, ceilings.fma_flop_per_second);
    run["decode"] = measure_decode(model, state, options.decode > 0 ? options.decode : kDecode,
                                   ceilings.read_bytes_per_second);
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

}  // namespace

void bench_cpu(const BenchOptions& options, const WeightsSource& source, ordered_json& report,
               std::stop_token stop) {
    const std::string device = kernels::make_cpu_backend(options.threads)->device_name();
    const kernels::Ceilings ceilings = kernels::measure_ceilings(options.threads);
    const std::int64_t prefill = options.prefill.empty() ? kPrefill : options.prefill.front();
    report["device"] = device;
    report["ceilings"] = {{"read_gb_per_second", ceilings.read_bytes_per_second * 1e-9},
                          {"fma_gflop_per_second", ceilings.fma_flop_per_second * 1e-9}};
    report["runs"] = ordered_json::array();
    if (!options.json) {
        std::printf("%s, %s with %lld layers. Ceilings of this run: read %.1f GB/s, FMA %.0f GFLOP/s\n\n",
                    device.c_str(), report["model"].get<std::string>().c_str(),
                    static_cast<long long>(source.config.n_layers), ceilings.read_bytes_per_second * 1e-9,
                    ceilings.fma_flop_per_second * 1e-9);
        std::printf("%-10s  %-48s  prefill of %lld tokens\n", "weights", "decode",
                    static_cast<long long>(prefill));
    }
    for (const std::string& name : options.weights) {
        report["runs"].push_back(measure(source, name, options, prefill, ceilings, stop));
        if (!options.json) print_row(report["runs"].back());
    }
}

}  // namespace sidewinder::cli
