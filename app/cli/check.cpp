#include <sys/prctl.h>

#include <cstdio>
#include <memory>
#include <thread>

#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "inference/model_folder.h"
#include "inference/state.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cuda_library.h"
#include "kernels/error.h"
#include "storage/paths.h"

namespace sidewinder::cli {

namespace {

double gb(std::uint64_t bytes) {
    return static_cast<double>(bytes) * 1e-9;
}

bool print_gpu() {
    try {
        const kernels::CudaDevice gpu = kernels::probe_cuda();
        std::printf("GPU         %s, compute capability %d.%d, driver for CUDA %s, %.1f of %.1f GB free\n",
                    gpu.name.c_str(), gpu.compute / 10, gpu.compute % 10, gpu.driver.c_str(),
                    gb(gpu.free_memory), gb(gpu.total_memory));
        return true;
    } catch (const kernels::Error& error) {
        std::printf("GPU         none: %s\n", error.what());
        return false;
    }
}

/// What the kernel says of this process, not what was asked of it.
void print_network() {
    std::printf("Network     %s\n", ::prctl(PR_GET_SECCOMP) == 2
                                        ? "refused to this program by the kernel (seccomp)"
                                        : "not refused by the kernel; this program opens none");
}

int check(const ModelOptions& options) {
    const auto backend = kernels::make_cpu_backend(options.threads.value_or(0));
    const storage::Paths paths = storage::standard_paths();
    std::printf("Device      %s, %.1f GB of memory free\n", backend->device_name().c_str(),
                gb(backend->available_memory()));
    const bool gpu = print_gpu();
    print_network();
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
    std::printf("            loads as %s on %s: %.1f MB of weights\n", engine->recipe().name().c_str(),
                engine->device_name().c_str(), static_cast<double>(engine->model().weights().bytes()) * 1e-6);
    std::printf("            takes %s there, steps of %lld tokens\n",
                inference::describe(engine->memory()).c_str(),
                static_cast<long long>(engine->memory().chunk));
    if (gpu && !engine->device_note().empty()) std::printf("            %s\n", engine->device_note().c_str());
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
