#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/weights_source.h"
#include "inference/model.h"

namespace sidewinder::cli {

struct BenchOptions {
    std::string model;  ///< folder; empty: random weights of `shape`
    std::string shape = "7b";
    std::string backend = "cpu";
    std::int64_t layers = 0;  ///< 0: 8 on the CPU, all on the GPU
    std::vector<std::string> weights{"bf16", "int8", "int4"};
    int threads = 0;
    bool float8_prefill = false;
    std::vector<std::int64_t> prefill;  ///< empty: 128 on the CPU; 512, 4096 and 32768 on the GPU
    std::int64_t decode = 0;            ///< 0: 32 tokens on the CPU, 64 on the GPU
    bool json = false;
    std::string save;   ///< file for the JSON object, or empty
    std::string table;  ///< file of such an object: print its table, measure nothing
};

using BenchClock = std::chrono::steady_clock;
double seconds_since(BenchClock::time_point start);
double median(std::vector<double> values);
/// What the layers' matrix products and, once a step, the head cost: 2 FLOP a weight and token.
double prefill_flop(const inference::Config& config, double tokens);
/// Bytes that a decoded token moves: weights once, the state read and written.
double decode_bytes(const inference::Model& model, const inference::State& state);

/// Medians in seconds, warm-up left out. `steps`: tokens to feed one by one; `T` tokens in one call, `runs`
/// times; a prompt in the model's chunks.
double time_decode(inference::Model& model, inference::State& state, std::int64_t steps);
double time_step(inference::Model& model, inference::State& state, std::int64_t T, int runs);
/// `after_chunk` is called in the warm-up only.
double time_prefill(inference::Model& model, inference::State& state, std::int64_t tokens, int runs,
                    std::stop_token stop, const std::function<void()>& after_chunk = {});
/// Seconds from a stop request in the middle of a long prefill until the state is back and the device idle,
/// once for each run.
std::vector<double> time_cancel(inference::Model& model, inference::State& state, int runs,
                                std::stop_token stop);

/// Throws inference::Error naming the file that cannot be written.
void save_report(const nlohmann::ordered_json& report, const std::string& file);

/// Each measures all of `options.weights`, fills in `report` and, unless only JSON is wanted, prints a table.
void bench_cpu(const BenchOptions& options, const WeightsSource& source, nlohmann::ordered_json& report,
               std::stop_token stop);
void bench_cuda(const BenchOptions& options, const WeightsSource& source, nlohmann::ordered_json& report,
                std::stop_token stop);

/// Adds `bench projects`.
void add_bench_projects(CLI::App& bench_command, int& exit);

}  // namespace sidewinder::cli
