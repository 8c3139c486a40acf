#include <cstdio>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/model_options.h"
#include "storage/checkpoints.h"
#include "storage/paths.h"

namespace sidewinder::cli {

namespace {

int checkpoints(bool wipe) {
    const app::Settings settings = stored_settings(true);
    const auto budget = static_cast<std::uint64_t>(settings.checkpoint_disk_mib) << 20;
    storage::Checkpoints files(storage::standard_paths().checkpoints(), budget);
    const double megabytes = static_cast<double>(files.used()) * 1e-6;
    if (wipe) {
        std::error_code ignored;
        std::filesystem::remove_all(storage::standard_paths().search(), ignored);
        std::printf(
            "Saved states removed: %zu, %.1f MB. Conversations stay; going on with one reads it again.\n",
            files.wipe(), megabytes);
    } else {
        std::printf("Saved states: %zu, %.1f of %.1f MB, in %s\n", files.list().size(), megabytes,
                    static_cast<double>(budget) * 1e-6, storage::standard_paths().checkpoints().c_str());
    }
    return exit_code::kOk;
}

}  // namespace

void add_checkpoints(CLI::App& app, int& exit) {
    auto wipe = std::make_shared<bool>(false);
    CLI::App* command = app.add_subcommand(
        "checkpoints",
        "The saved states of conversations: they are made from what you wrote. --wipe removes them all, "
        "and the search indexes of projects");
    command->add_flag("--wipe", *wipe, "Remove every saved state");
    command->callback([wipe, &exit] { exit = checkpoints(*wipe); });
}

}  // namespace sidewinder::cli
