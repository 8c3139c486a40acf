#include <cstdio>
#include <exception>
#include <new>

#include "app/cli/command.h"
#include "app/core/network_lock.h"
#include "inference/error.h"
#include "inference/weights.h"
#include "kernels/error.h"
#include "storage/error.h"

namespace {

using namespace sidewinder;

int code_of(kernels::Error::Kind kind) {
    switch (kind) {
        case kernels::Error::Kind::OutOfMemory:
            return cli::exit_code::kOutOfMemory;
        case kernels::Error::Kind::DeviceLost:
            return cli::exit_code::kDevice;
        case kernels::Error::Kind::Unsupported:
            return cli::exit_code::kUnsupported;
        case kernels::Error::Kind::Internal:
            break;
    }
    return cli::exit_code::kInternal;
}

int fail(int code, const char* sentence) {
    std::fflush(stdout);
    std::fprintf(stderr, "sidewinder-cli: %s\n", sentence);
    return code;
}

/// The kernel keeps every command off the network but the one that starts sidewinder-fetch, which would
/// inherit it.
void lock(const CLI::App& app) {
    for (const CLI::App* command : app.get_subcommands())
        for (const CLI::App* below : command->get_subcommands())
            if (command->get_name() == "models" && below->get_name() == "download") return;
    const app::NetworkLock network = app::lock_network();
    if (!network.on()) std::fprintf(stderr, "sidewinder-cli: %s\n", app::describe(network).c_str());
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("Sidewinder in the terminal: an offline coding assistant. Opens no network connection.",
                 "sidewinder-cli");
    app.set_version_flag("--version", std::string("sidewinder-cli ") + SIDEWINDER_VERSION);
    app.require_subcommand(1);
    app.footer(
        "Exit codes: 0 done, 2 wrong usage, 20-59 a model, checkpoint or request that cannot be used (one "
        "code for\n"
        "each reason), 60 not enough memory, 61 device lost, 62 device cannot run this, 63 store, 64 "
        "download, 70 a bug "
        "of ours,\n"
        "130 interrupted.");
    int exit = cli::exit_code::kOk;
    for (const auto add :
         {cli::add_ask, cli::add_chat, cli::add_tokenize, cli::add_logits, cli::add_perplexity,
          cli::add_quality, cli::add_bench, cli::add_random_model, cli::add_check, cli::add_checkpoints,
          cli::add_models, cli::add_projects, cli::add_recall}) {
        add(app, exit);
    }
    app.parse_complete_callback([&app] { lock(app); });  // before any command runs
    try {
        app.parse(argc, argv);
        return exit;
    } catch (const CLI::ParseError& error) {
        const int code = app.exit(error);
        return code == 0 ? cli::exit_code::kOk : cli::exit_code::kUsage;
    } catch (const inference::Error& error) {
        return fail(static_cast<int>(error.fault()), error.what());
    } catch (const kernels::Error& error) {
        return fail(code_of(error.kind()), error.what());
    } catch (const storage::Error& error) {
        return fail(cli::exit_code::kStore, error.what());
    } catch (const inference::Stopped&) {
        return fail(cli::exit_code::kInterrupted, "Interrupted.");
    } catch (const storage::Stopped&) {
        return fail(cli::exit_code::kInterrupted, "Interrupted. Nothing was changed.");
    } catch (const std::bad_alloc&) {
        return fail(cli::exit_code::kOutOfMemory,
                    "There is not enough memory for this. Close something, or use --weights int4.");
    } catch (const std::exception& error) {
        return fail(cli::exit_code::kInternal, error.what());
    }
}
