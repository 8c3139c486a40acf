#include <cstdio>
#include <memory>
#include <thread>

#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "inference/model_folder.h"
#include "inference/state.h"
#include "kernels/cpu/cpu_backend.h"
#include "storage/paths.h"

namespace sidewinder::cli {

namespace {

int check(const ModelOptions& options) {
    const auto backend = kernels::make_cpu_backend(options.threads.value_or(0));
    const storage::Paths paths = storage::standard_paths();
    std::printf("Device      %s, %.1f GB of memory free\n", backend->device_name().c_str(),
                static_cast<double>(backend->available_memory()) * 1e-9);
    std::printf("GPU         not used: this build has no CUDA backend\n");
    std::printf("Store       %s\nCheckpoints %s\nSettings    %s\n", paths.database().c_str(),
                paths.checkpoints().c_str(), (paths.config / "settings.json").c_str());
    const inference::ModelFolder folder = inference::ModelFolder::open(options.folder());
    const kernels::Dims& d = folder.config.dims;
    std::printf("Model       %s\n", folder.path.c_str());
    std::printf(
        "            %lld layers, width %lld, %lld heads of %lld, %lld groups, state %lld, vocabulary %lld\n",
        static_cast<long long>(folder.config.n_layers), static_cast<long long>(d.d_model),
        static_cast<long long>(d.n_heads), static_cast<long long>(d.headdim),
        static_cast<long long>(d.n_groups), static_cast<long long>(d.d_state),
        static_cast<long long>(d.vocab));
    std::printf("            %.1f MB of state, whatever the length read\n",
                static_cast<double>(inference::State::bytes_for(folder.config)) * 1e-6);
    const auto engine = options.load();
    std::printf("            loads as %s: %.1f MB of weights\n",
                options.weights.empty() ? "set" : options.weights.c_str(),
                static_cast<double>(engine->model().weights().bytes()) * 1e-6);
    return exit_code::kOk;
}

}  // namespace

void add_check(CLI::App& app, int& exit) {
    auto options = std::make_shared<ModelOptions>();
    CLI::App* command =
        app.add_subcommand("check", "What this machine offers, and whether the model can be used");
    options->add_to(*command);
    command->callback([options, &exit] { exit = check(*options); });
}

}  // namespace sidewinder::cli
