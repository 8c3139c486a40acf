#include "app/cli/project_session.h"

#include <algorithm>
#include <cstdio>

#include "app/cli/models.h"
#include "inference/error.h"
#include "storage/paths.h"

namespace sidewinder::cli {

using inference::Error;
using inference::Fault;

namespace {

bool names(const std::string& choice, const std::string& path) {
    return path == choice || (path.starts_with(choice) && path[choice.size()] == '/');
}

/// "a/b/" is "a/b".
std::string without_slash(std::string path) {
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

}  // namespace

std::string with_commas(std::int64_t number) {
    std::string digits = std::to_string(number);
    for (auto at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > (number < 0 ? 1 : 0); at -= 3)
        digits.insert(static_cast<std::size_t>(at), ",");
    return digits;
}

void ProjectOptions::add_to(CLI::App& command) {
    command.add_option("--with", with, "Read this file or folder although a rule leaves it out (repeat)")
        ->allow_extra_args(false);
    command.add_option("--without", without, "Leave this file or folder out (repeat)")
        ->allow_extra_args(false);
    command
        .add_option("--by-rules", by_rules, "Forget what was chosen for this file or folder before (repeat)")
        ->allow_extra_args(false);
    command.add_option("--budget", budget, "Most tokens that are read; more is refused, never cut")
        ->check(CLI::PositiveNumber);
}

ProjectStore::ProjectStore()
    : database_(storage::standard_paths().database()),
      projects_(database_),
      checkpoints_(storage::standard_paths().checkpoints(),
                   static_cast<std::uint64_t>(stored_settings().checkpoint_disk_mib) << 20,
                   [](const std::string& sentence) { std::fprintf(stderr, "%s\n", sentence.c_str()); }) {}

void ProjectSession::choose(app::ProjectMemory& memory) const {
    for (const std::string& path : options_.by_rules) memory.choices.erase(without_slash(path));
    for (const std::string& path : options_.with) memory.choices[without_slash(path)] = true;
    for (const std::string& path : options_.without) memory.choices[without_slash(path)] = false;
}

void ProjectSession::keep_choices() const {
    for (const auto* list : {&options_.with, &options_.without}) {
        for (const std::string& given : *list) {
            const std::string path = without_slash(given);
            const auto& entries = survey_.scan.entries;
            if (std::none_of(entries.begin(), entries.end(),
                             [&](const auto& entry) { return names(path, entry.path); })) {
                throw Error(Fault::BadRequest, "There is no file or folder " + printable(path) + " in " +
                                                   printable(root_.path().string()) +
                                                   ". Name it as 'projects scan' does.");
            }
        }
    }
    storage::Projects& projects = store_.projects();
    const storage::RowId id = survey_.memory.project;
    for (const std::string& path : options_.by_rules) projects.set_choice(id, without_slash(path), {});
    for (const std::string& path : options_.with) projects.set_choice(id, without_slash(path), true);
    for (const std::string& path : options_.without) projects.set_choice(id, without_slash(path), false);
}

const app::ProjectSurvey& ProjectSession::survey(const inference::Tokenizer& tokenizer,
                                                 const std::string& tokenizer_id, std::stop_token stop) {
    app::ProjectMemory memory = app::recall_project(store_.projects(), root_.path(), tokenizer_id);
    choose(memory);
    ProgressLine line("Looking at the project");
    survey_ = app::survey_project(
        root_, std::move(memory), tokenizer,
        [&](const project::ScanProgress& p) {
            line.show("Looking at the project: " + with_commas(static_cast<std::int64_t>(p.files)) + " of " +
                      with_commas(static_cast<std::int64_t>(p.of_files)) + " files");
        },
        stop);
    keep_choices();
    return survey_;
}

void ProjectSession::check_budget() const {
    if (survey_.log_tokens() <= options_.budget) return;
    std::vector<const project::ScannedEntry*> largest;
    for (const auto& entry : survey_.scan.entries)
        if (entry.included) largest.push_back(&entry);
    const auto few = std::min<std::size_t>(3, largest.size());
    std::partial_sort(largest.begin(), largest.begin() + static_cast<std::ptrdiff_t>(few), largest.end(),
                      [](const auto* a, const auto* b) { return a->tokens > b->tokens; });
    std::string shown;
    for (std::size_t i = 0; i < few; ++i)
        shown += (i == 0 ? "" : ", ") + largest[i]->display + " with " + with_commas(largest[i]->tokens);
    throw Error(Fault::BadRequest,
                "The project has " + with_commas(survey_.log_tokens()) + " tokens, the budget is " +
                    with_commas(options_.budget) + ". Leave something out with --without (the largest: " +
                    shown + "), or allow it with --budget " + std::to_string(survey_.log_tokens()) + ".");
}

project::ExcerptChoice ProjectSession::excerpts(const std::string& question, std::int64_t budget,
                                                const inference::Tokenizer& tokenizer,
                                                std::stop_token stop) const {
    try {
        return app::choose_excerpts(app::search_file(storage::standard_paths(), root_.path()), root_,
                                    app::files_of(log_.reading), {question, {}, budget}, tokenizer, stop);
    } catch (const storage::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return {};
    }
}

app::ProjectRead ProjectSession::read(app::Engine& engine, std::stop_token stop) {
    log_ = app::write_log(root_, survey_, {engine.tokenizer(), engine.tokenizer_id(), engine.fingerprint()},
                          stop);
    app::store_log(store_.projects(), log_);
    ProgressLine line("Reading");
    app::ReadingHooks hooks;
    const auto start = std::chrono::steady_clock::now();
    hooks.progress = [&](double read, std::int64_t to_read) {
        const double seconds =
            std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
        char text[160];
        std::snprintf(text, sizeof text, "Reading: %s of %s tokens, %.0f tokens/s, %.0f s left",
                      with_commas(static_cast<std::int64_t>(read)).c_str(), with_commas(to_read).c_str(),
                      read / std::max(seconds, 1e-3),
                      (static_cast<double>(to_read) - read) * seconds / std::max(read, 1.0));
        line.show(text);
    };
    hooks.kept = [&](const storage::LadderStep& step) { store_.projects().add_step(log_.reading.id, step); };
    return app::read_project(engine.timeline(), log_.reading, &store_.checkpoints(),
                             app::ladder_rung(engine.timeline().state_bytes()), stop, hooks);
}

}  // namespace sidewinder::cli
