#include "app/cli/bench.h"

#include <fstream>
#include <iostream>

#include "app/cli/bench_table.h"
#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "inference/error.h"

namespace sidewinder::cli {

namespace {

constexpr std::int64_t kCpuLayers = 8;  // of 64: the rest is the same work again

WeightsSource source_of(const BenchOptions& options, bool gpu) {
    const std::int64_t layers = options.layers > 0 ? options.layers : gpu ? 0 : kCpuLayers;
    WeightsSource source =
        options.model.empty()
            ? random_weights(options.shape, layers)
            : open_weights(app::choose_model(options.model, storage::standard_paths()).folder);
    source.gpu = gpu;
    source.threads = options.threads;
    source.float8_prefill = options.float8_prefill;
    return source;
}

int print_table(const std::string& file) {
    const auto report = nlohmann::ordered_json::parse(read_text(file), nullptr, false);
    std::cout << bench_table(report, file);
    return exit_code::kOk;
}

int bench(const BenchOptions& options) {
    if (!options.table.empty()) return print_table(options.table);
    const Interrupt interrupt;
    const bool gpu = means_gpu(options.backend);
    const WeightsSource source = source_of(options, gpu);
    nlohmann::ordered_json report{{"device", ""},
                                  {"model", options.model.empty() ? options.shape : options.model},
                                  {"layers", source.config.n_layers},
                                  {"float8_prefill", options.float8_prefill},
                                  {"version", SIDEWINDER_VERSION},
                                  {"commit", SIDEWINDER_COMMIT}};
    (gpu ? bench_cuda : bench_cpu)(options, source, report, interrupt.token());
    if (options.json) std::cout << report.dump(2) << '\n';
    if (!options.save.empty()) save_report(report, options.save);
    return exit_code::kOk;
}

}  // namespace

void save_report(const nlohmann::ordered_json& report, const std::string& file) {
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << report.dump(2) << '\n';
    out.close();
    if (!out) {
        throw inference::Error(inference::Fault::Io,
                               "The results cannot be written to " + file + ". Choose another file.");
    }
}

void add_bench(CLI::App& app, int& exit) {
    auto options = std::make_shared<BenchOptions>();
    CLI::App* command = app.add_subcommand(
        "bench", "Speed of this machine, as shares of what it can do at best, measured in the same run");
    command->add_option("--model", options->model,
                        "Measure this installed model or model folder instead of random weights");
    command->add_option("--shape", options->shape, "Random weights of this shape")->capture_default_str();
    command->add_option("--layers", options->layers,
                        "…with this many layers; default: 8 on a CPU, all on a GPU");
    command->add_option("--backend", options->backend, "cpu, cuda, or auto: the GPU when it can be used")
        ->capture_default_str()
        ->check(CLI::IsMember({"cpu", "cuda", "auto"}));
    command->add_option("--weights", options->weights, "Which weights to measure")
        ->capture_default_str()
        ->delimiter(',');
    command->add_option("--threads", options->threads, "0: one for each physical core");
    command->add_flag("--float8-prefill", options->float8_prefill,
                      "GPU: read prompts in float8, faster and less exact (see quality)");
    command->add_option("--prefill", options->prefill, "Tokens of the prompt; on a GPU a list")
        ->delimiter(',')
        ->check(CLI::PositiveNumber);
    command->add_option("--decode", options->decode, "Tokens to decode one by one")
        ->check(CLI::PositiveNumber);
    command->add_flag("--json", options->json, "One JSON object");
    command->add_option("--save", options->save, "Also write the JSON object to this file");
    command->add_option("--table", options->table,
                        "Measure nothing: print what --save wrote on a GPU as a Markdown table");
    add_bench_projects(*command, exit);
    command->callback([options, command, &exit] {
        if (command->get_subcommands().empty()) exit = bench(*options);
    });
}

}  // namespace sidewinder::cli
