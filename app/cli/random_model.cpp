#include <chrono>
#include <cstdio>
#include <memory>

#include "app/cli/command.h"
#include "inference/random_weights.h"

namespace sidewinder::cli {

namespace {

struct RandomModelOptions {
    std::string shape = "7b", out;
    std::int64_t layers = 0;
    std::uint64_t seed = 1;
};

int write(const RandomModelOptions& options) {
    const auto start = std::chrono::steady_clock::now();
    const inference::Config config = inference::named_config(options.shape, options.layers);
    inference::write_random_model(options.out, config, options.seed);
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    const double size = static_cast<double>(
        std::filesystem::file_size(std::filesystem::path(options.out) / "consolidated.safetensors"));
    std::printf("%s: %.2f GB in %.1f s\n", options.out.c_str(), size * 1e-9, seconds);
    return exit_code::kOk;
}

}  // namespace

void add_random_model(CLI::App& app, int& exit) {
    auto options = std::make_shared<RandomModelOptions>();
    CLI::App* command =
        app.add_subcommand("random-model", "Write a model of random weights, the same on every machine");
    command->add_option("--shape", options->shape, "7b, tiny, g8h2 or g1")->capture_default_str();
    command->add_option("--layers", options->layers, "Fewer or more layers than the shape has");
    command->add_option("--seed", options->seed)->capture_default_str();
    command->add_option("--out", options->out, "Folder to write")->required();
    command->callback([options, &exit] { exit = write(*options); });
}

}  // namespace sidewinder::cli
