#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <iostream>
#include <memory>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/models.h"
#include "storage/model_source.h"

namespace sidewinder::cli {

namespace {

using nlohmann::ordered_json;
using storage::gigabytes;

int verify(const std::string& called, bool json) {
    const Interrupt interrupt;
    storage::ModelFiles models = installed_models();
    const storage::ModelEntry model = models.find(called);
    ProgressLine line("Verifying");
    const auto checks = models.verify(
        model.id, [&](const storage::ByteProgress& p) { line.show(p.file, p.done, p.total); },
        interrupt.token());
    line.clear();
    const bool right =
        std::all_of(checks.begin(), checks.end(), [](const auto& c) { return c.problem.empty(); });
    if (json) {
        ordered_json files = ordered_json::array();
        for (const storage::FileCheck& check : checks)
            files.push_back({{"name", check.name},
                             {"right", check.problem.empty()},
                             {"sha256", check.expected},
                             {"found", check.found},
                             {"problem", check.problem}});
        print_json({{"id", model.id.text()}, {"right", right}, {"files", files}});
    } else {
        for (const storage::FileCheck& check : checks)
            std::printf("%s  %s\n", check.problem.empty() ? "right" : "WRONG", check.name.c_str());
    }
    if (right) return exit_code::kOk;
    std::fflush(stdout);
    for (const storage::FileCheck& check : checks)
        if (!check.problem.empty())
            std::fprintf(stderr, "sidewinder-cli: %s\n", printable(check.problem).c_str());
    std::fprintf(stderr, "sidewinder-cli: %s will not be used until it is right. %s\n",
                 model.id.text().c_str(),
                 model.manifest.source.linked ? "Get the right files, then verify again."
                                              : "Download or import it again.");
    return exit_code::kStore;
}

bool agreed(const storage::ModelEntry& model) {
    const std::uint64_t bytes = model.manifest.source.linked ? 0 : model.bytes_there;
    std::fprintf(stderr, "Remove %s, %s%s? [y/N] ", model.id.text().c_str(), gigabytes(bytes).c_str(),
                 model.manifest.source.linked ? " (the linked files stay where they are)" : "");
    std::string answer;
    return std::getline(std::cin, answer) && (answer == "y" || answer == "Y" || answer == "yes");
}

int remove(const std::string& called, bool yes, bool json) {
    storage::ModelFiles models = installed_models();
    models.remove_leftovers();
    const storage::ModelEntry model = models.find(called);
    if (!yes && !agreed(model)) {
        std::fprintf(stderr, "Nothing was removed. (--yes removes without asking.)\n");
        return exit_code::kUsage;
    }
    models.remove(model.id);
    if (json) {
        print_json({{"id", model.id.text()}, {"removed", true}});
    } else {
        std::printf("Removed %s.\n", model.id.text().c_str());
    }
    return exit_code::kOk;
}

}  // namespace

void add_models_check(CLI::App& models, int& exit) {
    struct Options {
        std::string model;
        bool json = false, yes = false;
    };
    auto options = std::make_shared<Options>();
    CLI::App* check = models.add_subcommand(
        "verify", "Read every file and compare it with its SHA-256; a wrong one is put aside");
    check->add_option("model", options->model, "Its name")->required();
    check->add_flag("--json", options->json, "One JSON object");
    check->callback([options, &exit] { exit = verify(options->model, options->json); });
    CLI::App* command = models.add_subcommand("remove", "Remove a model from this machine; asks first");
    command->add_option("model", options->model, "Its name")->required();
    command->add_flag("--yes,-y", options->yes, "Do not ask");
    command->add_flag("--json", options->json, "One JSON object");
    command->callback([options, &exit] { exit = remove(options->model, options->yes, options->json); });
}

}  // namespace sidewinder::cli
