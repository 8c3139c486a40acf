#include "app/cli/model_options.h"

#include <unistd.h>

#include <cstdio>
#include <fstream>
#include <iostream>
#include <iterator>

#include "inference/error.h"
#include "kernels/error.h"
#include "storage/paths.h"

namespace sidewinder::cli {

using inference::Error;
using inference::Fault;

app::Settings stored_settings(bool tell) {
    std::string problem;
    app::Settings settings = app::load_settings(storage::standard_paths().config / "settings.json", &problem);
    if (tell && !problem.empty()) std::fprintf(stderr, "%s\n", problem.c_str());
    return settings;
}

void ModelOptions::add_to(CLI::App& command) {
    command.add_option("--model", model,
                       "Installed model's name ('models list'), or a model folder (Mistral or Hugging Face "
                       "layout); default: the demo model");
    command.add_option("--weights", weights, "bf16, f32, int8, int4, or with a group: int8-g64, int4-g128");
    command
        .add_option(
            "--backend", backend,
            "cpu, cuda, or auto: the GPU when it can be used and the model fits; default: the settings'")
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
    command.add_flag("--float8-prefill", float8_prefill,
                     "On a GPU that can: read long prompts in float8, faster and slightly less exact");
    command.add_option("--threads", threads, "CPU threads; 0: one for each physical core")
        ->check(CLI::Range(0, 1024));
}

app::ModelChoice ModelOptions::choice() const {
    const storage::Paths paths = storage::standard_paths();
    const std::string called = model.empty() ? stored_settings().model : model;
    if (!called.empty()) return app::choose_model(called, paths);
    const std::filesystem::path demo = app::demo_model_folder();
    if (demo.empty()) {
        throw Error(Fault::MissingFile,
                    "No model is here: the demo model is not installed. Name one with --model.");
    }
    return {demo, paths.cache / "quantized", {}};
}

app::EngineOptions ModelOptions::engine_options() const {
    const app::Settings settings = stored_settings();
    app::EngineOptions options;
    const app::ModelChoice chosen = choice();
    options.model = chosen.folder;
    options.quantized_cache = chosen.quantized_cache;
    options.source_sha256 = chosen.source_sha256;
    options.weights = inference::WeightRecipe::parse(weights.empty() ? settings.weights : weights);
    options.device = backend.empty() ? settings.device : app::parse_device(backend);
    options.float8_prefill = float8_prefill || settings.float8_prefill;
    options.threads = threads.value_or(settings.threads);
    options.host_budget = static_cast<std::size_t>(settings.checkpoint_memory_mib) << 20;
    return options;
}

std::unique_ptr<app::Engine> ModelOptions::load(std::stop_token stop,
                                                inference::CheckpointFiles* checkpoints) const {
    const bool terminal = isatty(STDERR_FILENO) != 0;
    bool shown = false;
    const auto progress = [&](inference::Weights::Progress p) {
        if (!terminal || p.total_bytes < (std::uint64_t{256} << 20)) return;
        shown = true;
        std::fprintf(stderr, "\rLoading: %5.2f of %.2f GB", static_cast<double>(p.done_bytes) * 1e-9,
                     static_cast<double>(p.total_bytes) * 1e-9);
    };
    app::EngineOptions options = engine_options();
    options.checkpoints = checkpoints;
    auto engine = app::Engine::load(options, progress, stop);
    if (shown) std::fprintf(stderr, "\r\033[K");
    if (!engine->note().empty()) std::fprintf(stderr, "%s\n", engine->note().c_str());
    return engine;
}

void SamplingFlags::add_to(CLI::App& command) {
    command.add_option("--temperature", temperature, "0: always the likeliest token")
        ->check(CLI::Range(0.0, 5.0));
    command.add_option("--top-k", top_k, "Keep the k likeliest tokens; 0: off")
        ->check(CLI::NonNegativeNumber);
    command.add_option("--top-p", top_p, "Keep the likeliest tokens up to this probability; 1: off")
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--min-p", min_p, "Drop tokens under this share of the likeliest; 0: off")
        ->check(CLI::Range(0.0, 1.0));
    command.add_option("--repetition-penalty", repetition_penalty, "1: off")->check(CLI::Range(0.5, 2.0));
    command.add_option("--max-tokens", max_tokens, "Longest answer")->check(CLI::PositiveNumber);
    command.add_option("--seed", seed, "The same seed gives the same answer");
    command.add_option("--system", system, "System prompt");
}

app::Settings SamplingFlags::applied() const {
    app::Settings s = stored_settings(true);
    s.sampling.temperature = temperature.value_or(s.sampling.temperature);
    s.sampling.top_k = top_k.value_or(s.sampling.top_k);
    s.sampling.top_p = top_p.value_or(s.sampling.top_p);
    s.sampling.min_p = min_p.value_or(s.sampling.min_p);
    s.sampling.repetition_penalty = repetition_penalty.value_or(s.sampling.repetition_penalty);
    s.max_tokens = max_tokens.value_or(s.max_tokens);
    if (seed) s.seed = seed;
    s.system_prompt = system.value_or(s.system_prompt);
    return s;
}

std::string read_text(const std::string& file) {
    if (file == "-") return {std::istreambuf_iterator<char>(std::cin), {}};
    try {
        std::ifstream in(file, std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        if (in.is_open() && !in.bad()) return text;
    } catch (const std::ios_base::failure&) {  // a folder
    }
    throw Error(Fault::Io, "The file " + file + " cannot be read. Check its name and permissions.");
}

}  // namespace sidewinder::cli
