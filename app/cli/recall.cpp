#include "app/core/recall.h"

#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/models.h"
#include "app/cli/project_session.h"
#include "app/cli/work_folder.h"
#include "storage/paths.h"

namespace sidewinder::cli {

namespace {

struct Options {
    ModelOptions model;
    app::RecallOptions recall;
    std::string work;
    bool json = false;
};

nlohmann::ordered_json as_json(const app::Engine& engine, const app::Recall& recall) {
    nlohmann::ordered_json rows = nlohmann::ordered_json::array();
    for (const app::RecallRow& row : recall.rows)
        rows.push_back({{"depth", row.depth},
                        {"asked", row.asked},
                        {"from_state", row.from_state},
                        {"with_excerpts", row.with_excerpts}});
    return {{"model", engine.model_name()},
            {"weights", engine.recipe().name()},
            {"device", engine.device_name()},
            {"tokens", recall.tokens},
            {"rows", std::move(rows)}};
}

void print(const app::Engine& engine, const app::Recall& recall) {
    std::printf("%s, %s: right answers about a project of %s tokens\n\n", engine.model_name().c_str(),
                engine.recipe().name().c_str(), with_commas(recall.tokens).c_str());
    std::printf("| tokens read since | from the state alone | with excerpts |\n| ---: | ---: | ---: |\n");
    for (const app::RecallRow& row : recall.rows)
        std::printf("| %s | %d of %d | %d of %d |\n", with_commas(row.depth).c_str(), row.from_state,
                    row.asked, row.with_excerpts, row.asked);
}

int measure(const Options& options) {
    const Interrupt interrupt;
    const auto engine = options.model.load(interrupt.token());
    const WorkFolder work(options.work);
    ProgressLine line("Measuring");
    const app::Recall recall =
        app::measure_recall(*engine, options.recall, work.path(), interrupt.token(), [&](double share) {
            char text[48];
            std::snprintf(text, sizeof text, "Measuring recall: %.0f %%", 100 * share);
            line.show(text);
        });
    line.clear();
    app::save_recall(storage::standard_paths().recall(), recall);
    if (options.json) {
        print_json(as_json(*engine, recall));
    } else {
        print(*engine, recall);
    }
    return exit_code::kOk;
}

}  // namespace

void add_recall(CLI::App& app, int& exit) {
    auto options = std::make_shared<Options>();
    CLI::App* command = app.add_subcommand(
        "recall",
        "How well a model finds again what it read: numbers planted at depths of a made-up project, asked "
        "for "
        "from the state alone and with excerpts. The window shows the last measurement of each model");
    command->add_option("--tokens", options->recall.tokens, "Length of the project")
        ->capture_default_str()
        ->check(CLI::Range(2048, 4'000'000));
    command->add_option("--needles", options->recall.needles, "Numbers at each depth")
        ->capture_default_str()
        ->check(CLI::Range(1, 1000));
    command->add_option("--seed", options->recall.seed, "Another project")->capture_default_str();
    command->add_option("--work", options->work, "Where the project is put meanwhile");
    command->add_flag("--json", options->json, "One JSON object");
    options->model.add_to(*command);
    command->callback([options, &exit] { exit = measure(*options); });
}

}  // namespace sidewinder::cli
