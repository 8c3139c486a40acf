#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/models.h"
#include "app/cli/project_session.h"
#include "inference/error.h"
#include "inference/model_folder.h"
#include "storage/error.h"
#include "storage/paths.h"
#include "storage/project/project_text.h"

namespace sidewinder::cli {

namespace {

using nlohmann::ordered_json;

struct Options {
    ModelOptions model;
    ProjectOptions project;
    std::string folder;
    bool json = false;
};

ordered_json as_json(const project::ScannedEntry& entry) {
    ordered_json shown = {{"path", entry.display}, {"included", entry.included}};
    if (entry.has_text) shown["tokens"] = entry.tokens;
    if (!entry.is_folder) shown["bytes"] = entry.size;
    if (!entry.sentence.empty()) shown["reason"] = entry.sentence;
    if (entry.by_choice) shown["by_choice"] = true;
    return shown;
}

ordered_json as_json(const app::ProjectSurvey& survey, std::int64_t budget) {
    ordered_json files = ordered_json::array();
    for (const auto& entry : survey.scan.entries) files.push_back(as_json(entry));
    return {{"files", survey.scan.included_files},
            {"tokens", survey.log_tokens()},
            {"budget", budget},
            {"tokens_to_read", survey.tokens_to_read()},
            {"changed_files", survey.plan.changed.size()},
            {"added_files", survey.plan.added.size()},
            {"removed_files", survey.plan.removed.size()},
            {"complete", survey.scan.complete},
            {"entries", std::move(files)}};
}

void print(const app::ProjectSurvey& survey, std::int64_t budget) {
    for (const auto& entry : survey.scan.entries) {
        const std::string name = entry.display + (entry.is_folder ? "/" : "");
        if (entry.included) {
            std::printf("%12s  %s\n", with_commas(entry.tokens).c_str(), name.c_str());
        } else {
            std::printf("%12s  %s  %s\n", "left out", name.c_str(),
                        entry.by_choice ? "By your choice." : entry.sentence.c_str());
        }
    }
    if (!survey.scan.complete)
        std::printf("There are more files than are looked at; name a folder further down.\n");
    std::printf("%12s  tokens in %zu files, of %s that may be read\n",
                with_commas(survey.log_tokens()).c_str(), survey.scan.included_files,
                with_commas(budget).c_str());
    if (survey.is_first()) return;
    std::printf("%12s  tokens to read: %zu files changed, %zu new, %zu gone since it was read\n",
                with_commas(survey.tokens_to_read()).c_str(), survey.plan.changed.size(),
                survey.plan.added.size(), survey.plan.removed.size());
}

int scan(const Options& options) {
    const Interrupt interrupt;
    const inference::ModelFolder model = inference::ModelFolder::open(options.model.folder());
    const auto tokenizer = inference::Tokenizer::load(model.tokenizer);
    ProjectStore store;
    ProjectSession session(store, options.folder, options.project);
    const app::ProjectSurvey& survey =
        session.survey(*tokenizer, app::tokenizer_identity(model.tokenizer), interrupt.token());
    if (options.json) {
        print_json(as_json(survey, options.project.budget));
    } else {
        print(survey, options.project.budget);
    }
    return exit_code::kOk;
}

int read(const Options& options) {
    const Interrupt interrupt;
    ProjectStore store;  // outlives the engine
    const auto engine = options.model.load(interrupt.token(), &store.checkpoints());
    ProjectSession session(store, options.folder, options.project);
    session.survey(engine->tokenizer(), engine->tokenizer_id(), interrupt.token());
    session.check_budget();
    const app::ProjectRead done = session.read(*engine, interrupt.token());
    store.checkpoints().flush();  // what is said to be kept is on disk
    for (const std::string& sentence : session.left_out()) std::fprintf(stderr, "%s\n", sentence.c_str());
    const auto total = static_cast<std::int64_t>(session.log().tokens.size());
    if (options.json) {
        print_json({{"tokens", total},
                    {"tokens_reused", done.reused},
                    {"tokens_read", done.read},
                    {"seconds", done.seconds},
                    {"stopped", done.stopped},
                    {"checkpoints", store.projects().ladder(session.log().id).size()}});
    } else if (done.stopped) {
        std::printf("Stopped at %s of %s tokens. The same command goes on there.\n",
                    with_commas(done.reused + done.read).c_str(), with_commas(total).c_str());
    } else {
        std::printf("Read %s tokens in %.2f s; %s of %s were kept from before.\n",
                    with_commas(done.read).c_str(), done.seconds, with_commas(done.reused).c_str(),
                    with_commas(total).c_str());
    }
    return done.stopped ? exit_code::kInterrupted : exit_code::kOk;
}

int list() {
    ProjectStore store;
    for (const storage::Project& project : store.projects().list()) {
        const auto tokens =
            project.current_reading ? store.projects().reading(*project.current_reading).tokens.size() : 0;
        const auto steps =
            project.current_reading ? store.projects().ladder(*project.current_reading).size() : 0;
        std::printf("%12s tokens  %3zu saved states  %s\n",
                    with_commas(static_cast<std::int64_t>(tokens)).c_str(), steps,
                    project::display_name(project.root.string()).c_str());
    }
    return exit_code::kOk;
}

int remove(const Options& options) {
    ProjectStore store;
    std::error_code ignored;
    const auto root = std::filesystem::weakly_canonical(options.folder, ignored);
    const auto id = store.projects().find(root);
    if (!id)
        throw storage::Error(storage::Error::Kind::NotFound,
                             "The folder " + options.folder +
                                 " is not among the projects; 'projects list' "
                                 "shows them.");
    const auto removed = store.projects().remove(*id);
    const std::size_t files = app::remove_checkpoints(store.checkpoints(), removed.readings);
    std::filesystem::remove(app::search_file(storage::standard_paths(), root), ignored);
    std::printf(
        "Forgotten, with %zu saved states. The folder itself was not touched; %zu conversations stay.\n",
        files, removed.conversations.size());
    return exit_code::kOk;
}

CLI::App* add(CLI::App& projects, const char* name, const char* what,
              const std::shared_ptr<Options>& options) {
    CLI::App* command = projects.add_subcommand(name, what);
    command->add_option("folder", options->folder, "The project's folder")->required();
    return command;
}

}  // namespace

void add_projects(CLI::App& app, int& exit) {
    CLI::App* projects = app.add_subcommand(
        "projects", "Folders of code that are read into the model's state once and asked about for ever");
    projects->require_subcommand(1);
    const auto add_reading = [&](const char* name, const char* what, int (*run)(const Options&)) {
        auto options = std::make_shared<Options>();
        CLI::App* command = add(*projects, name, what, options);
        command->add_flag("--json", options->json, "One JSON object");
        options->project.add_to(*command);
        options->model.add_to(*command);
        command->callback([options, run, &exit] { exit = run(*options); });
    };
    add_reading("scan", "What would be read of a folder, what is left out and why", scan);
    add_reading("read", "Read a folder, or what changed in it since; Ctrl-C keeps what was read", read);
    projects->add_subcommand("list", "The projects that were read")->callback([&exit] { exit = list(); });
    auto options = std::make_shared<Options>();
    add(*projects, "remove", "Forget a project and remove its saved states", options)
        ->callback([options, &exit] { exit = remove(*options); });
}

}  // namespace sidewinder::cli
