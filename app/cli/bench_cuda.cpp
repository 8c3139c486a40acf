#include <algorithm>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "app/cli/bench.h"
#include "inference/memory_budget.h"
#include "inference/state.h"
#include "kernels/cuda_library.h"

namespace sidewinder::cli {

namespace {

using nlohmann::ordered_json;

constexpr std::int64_t kDecode = 64;
constexpr int kShortRuns = 16, kPrefillRuns = 3, kCopyRuns = 5, kCancelRuns = 5;

ordered_json measure_load(const WeightsSource& source, const inference::WeightRecipe& recipe,
                          kernels::Backend& backend, std::stop_token stop,
                          std::unique_ptr<inference::Weights>& weights) {
    const auto start = BenchClock::now();
    weights = std::make_unique<inference::Weights>(
        inference::Weights::load(*source.tensors, source.config, recipe, backend, {}, stop));
    const double time = seconds_since(start);
    return {{"seconds", time}, {"gb_per_second", static_cast<double>(weights->bytes()) / time * 1e-9}};
}

ordered_json measure_decode(inference::Model& model, inference::State& state, std::int64_t tokens,
                            double copy_rate) {
    const double time = time_decode(model, state, tokens);
    const double bytes = decode_bytes(model, state);
    return {{"tokens_per_second", 1 / time},
            {"milliseconds", time * 1e3},
            {"bytes_per_token", bytes},
            {"gb_per_second", bytes / time * 1e-9},
            {"share_of_floor", bytes / time / copy_rate}};
}

ordered_json measure_short(inference::Model& model, inference::State& state, double one) {
    ordered_json runs = ordered_json::array();
    for (const std::int64_t T : {2, 4, 8, 16}) {
        const double time = time_step(model, state, T, kShortRuns);
        runs.push_back({{"tokens", T}, {"milliseconds", time * 1e3}, {"times_one_token", time / one}});
    }
    return runs;
}

/// `free`: of the device before anything was allocated.
ordered_json measure_prefill(inference::Model& model, inference::State& state,
                             const std::vector<std::int64_t>& lengths, const kernels::CudaCeilings& ceilings,
                             std::size_t free, std::stop_token stop) {
    ordered_json runs = ordered_json::array();
    for (const std::int64_t tokens : lengths) {
        std::size_t least_free = free;
        const double time = time_prefill(model, state, tokens, kPrefillRuns, stop, [&] {
            least_free = std::min(least_free, model.backend().available_memory());
        });
        const double flop = prefill_flop(model.config(), static_cast<double>(tokens));
        runs.push_back({{"tokens", tokens},
                        {"tokens_per_second", static_cast<double>(tokens) / time},
                        {"tflop_per_second", flop / time * 1e-12},
                        {"share_of_floor", flop / time / ceilings.matrix_flop_per_second},
                        {"share_of_sustained", flop / time / ceilings.sustained_matrix_flop_per_second},
                        {"peak_memory_bytes", free - least_free}});
    }
    return runs;
}

ordered_json measure_cancel(inference::Model& model, inference::State& state, std::stop_token stop) {
    const std::vector<double> times = time_cancel(model, state, kCancelRuns, stop);
    return {{"milliseconds", median(times) * 1e3},
            {"worst_milliseconds", *std::max_element(times.begin(), times.end()) * 1e3}};
}

/// "580.159": the kernel module's, which CUDA does not tell; "unknown" where the system hides it.
std::string driver_version() {
    std::ifstream file("/proc/driver/nvidia/version");
    const auto is_version = [](const std::string& word) {
        return word.find('.') != std::string::npos &&
               word.find_first_not_of("0123456789.") == std::string::npos;
    };
    for (std::string word; file >> word;)
        if (is_version(word)) return word;
    return "unknown";
}

// To the host and back, as the timeline keeps states; into another state on the device, whose bits must be
// the same.
ordered_json measure_checkpoint(kernels::Backend& backend, const inference::State& state,
                                inference::State& other, double bus_rate) {
    std::vector<std::byte> before(state.bytes()), after(state.bytes());
    std::vector<double> down, up;
    for (int run = 0; run <= kCopyRuns; ++run) {
        auto start = BenchClock::now();
        const auto kept = state.download_later();
        kept->bytes();  // waits
        down.push_back(seconds_since(start));
        start = BenchClock::now();
        other.upload(*kept);
        backend.synchronize();
        up.push_back(seconds_since(start));
    }
    state.download(before.data());
    other.download(after.data());
    const double bytes = static_cast<double>(state.bytes());
    const double to_host = bytes / median({down.begin() + 1, down.end()});
    const double to_device = bytes / median({up.begin() + 1, up.end()});
    return {{"to_host_gb_per_second", to_host * 1e-9},
            {"to_device_gb_per_second", to_device * 1e-9},
            {"share_of_bus", std::min(to_host, to_device) / bus_rate},
            {"identical", before == after}};
}

ordered_json measure(const WeightsSource& source, const std::string& name, const BenchOptions& options,
                     const kernels::CudaCeilings& ceilings, std::stop_token stop) {
    const auto recipe = inference::WeightRecipe::parse(name);
    const auto backend = source.make_backend(recipe);
    const std::size_t free = backend->available_memory();
    inference::MemoryNeed need = inference::fit_in_memory(*source.tensors, source.config, recipe, *backend);
    ordered_json run{{"weights", recipe.name()}, {"chunk", need.chunk}};
    std::unique_ptr<inference::Weights> weights;
    run["load"] = measure_load(source, recipe, *backend, stop, weights);
    inference::Model model(*backend, source.config, std::move(*weights), need.chunk);
    need = inference::keep_copies(need, model);
    run["weight_copies"] = {{"form", need.copies_form}, {"bytes", need.copies}};
    inference::State state(*backend, source.config), other(*backend, source.config);
    run["weight_bytes"] = model.weights().bytes();
    run["state_bytes"] = state.bytes();
    run["decode"] = measure_decode(model, state, options.decode > 0 ? options.decode : kDecode,
                                   ceilings.copy_bytes_per_second);
    run["short"] = measure_short(model, state, run["decode"]["milliseconds"].get<double>() * 1e-3);
    const std::vector<std::int64_t> usual{512, 4096, 32768};
    run["prefill"] = measure_prefill(model, state, options.prefill.empty() ? usual : options.prefill,
                                     ceilings, free, stop);
    run["cancel"] = measure_cancel(model, state, stop);
    run["checkpoint"] = measure_checkpoint(*backend, state, other, ceilings.bus_bytes_per_second);
    const double used = static_cast<double>(free) - static_cast<double>(backend->available_memory());
    run["memory"] = {{"budget_bytes", need.total()},
                     {"used_bytes", used},
                     {"used_to_budget", used / static_cast<double>(need.total())}};
    return run;
}

double number(const ordered_json& object, const char* key) {
    return object[key].get<double>();
}

void print_run(const ordered_json& run) {
    const auto& d = run["decode"];
    const auto& c = run["checkpoint"];
    std::printf("%-10s decode   %9.1f tok/s  %6.0f GB/s  %5.1f %% of floor\n",
                run["weights"].get<std::string>().c_str(), number(d, "tokens_per_second"),
                number(d, "gb_per_second"), 100 * number(d, "share_of_floor"));
    for (const auto& s : run["short"]) {
        std::printf("%-10s T = %-5.0f %8.3f ms   %5.2f x the time of one token\n", "", number(s, "tokens"),
                    number(s, "milliseconds"), number(s, "times_one_token"));
    }
    for (const auto& p : run["prefill"]) {
        std::printf(
            "%-10s prefill  %9.0f tok/s  %6.1f TFLOP/s  %5.1f %% of floor, %.1f %% of sustained  (%.0f "
            "tokens)\n",
            "", number(p, "tokens_per_second"), number(p, "tflop_per_second"),
            100 * number(p, "share_of_floor"), 100 * number(p, "share_of_sustained"), number(p, "tokens"));
    }
    std::printf("%-10s state    %9.1f GB/s to the host, %.1f back, %5.1f %% of the bus, bits %s\n", "",
                number(c, "to_host_gb_per_second"), number(c, "to_device_gb_per_second"),
                100 * number(c, "share_of_bus"), c["identical"].get<bool>() ? "the same" : "DIFFERENT");
    std::printf("%-10s stop     %9.1f ms in a prefill, at worst %.1f\n", "",
                number(run["cancel"], "milliseconds"), number(run["cancel"], "worst_milliseconds"));
    std::printf("%-10s loaded in %.1f s (%.2f GB/s); memory %.2f GB of a budget of %.2f (%.1f %%)\n", "",
                number(run["load"], "seconds"), number(run["load"], "gb_per_second"),
                number(run["memory"], "used_bytes") * 1e-9, number(run["memory"], "budget_bytes") * 1e-9,
                100 * number(run["memory"], "used_to_budget"));
    std::fflush(stdout);
}

}  // namespace

void bench_cuda(const BenchOptions& options, const WeightsSource& source, ordered_json& report,
                std::stop_token stop) {
    const kernels::CudaDevice device = kernels::probe_cuda();
    const kernels::CudaCeilings ceilings = kernels::measure_cuda_ceilings();
    report["device"] = device.name;
    report["compute"] = device.compute;
    report["driver"] = device.driver;
    report["driver_version"] = driver_version();
    report["ceilings"] = {
        {"copy_gb_per_second", ceilings.copy_bytes_per_second * 1e-9},
        {"matrix_tflop_per_second", ceilings.matrix_flop_per_second * 1e-12},
        {"sustained_matrix_tflop_per_second", ceilings.sustained_matrix_flop_per_second * 1e-12},
        {"bus_gb_per_second", ceilings.bus_bytes_per_second * 1e-9}};
    report["runs"] = ordered_json::array();
    if (!options.json) {
        std::printf(
            "%s (driver for CUDA %s), %s with %lld layers. Ceilings of this run: copy %.0f GB/s, bf16 matrix "
            "%.0f TFLOP/s (%.0f for a second), bus %.1f GB/s\n\n",
            device.name.c_str(), device.driver.c_str(), report["model"].get<std::string>().c_str(),
            static_cast<long long>(source.config.n_layers), ceilings.copy_bytes_per_second * 1e-9,
            ceilings.matrix_flop_per_second * 1e-12, ceilings.sustained_matrix_flop_per_second * 1e-12,
            ceilings.bus_bytes_per_second * 1e-9);
        std::fflush(stdout);
    }
    for (const std::string& name : options.weights) {
        report["runs"].push_back(measure(source, name, options, ceilings, stop));
        if (!options.json) print_run(report["runs"].back());
    }
}

}  // namespace sidewinder::cli
