#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <vector>

#include "app/cli/model_options.h"
#include "app/core/project_excerpts.h"
#include "app/core/project_reading.h"
#include "app/core/project_survey.h"
#include "storage/database.h"

namespace sidewinder::cli {

/// What a person says of a project on the command line.
struct ProjectOptions {
    std::vector<std::string> with, without, by_rules;  ///< paths of files or folders, relative to the project
    std::int64_t budget = 262'144;                     ///< tokens

    void add_to(CLI::App& command);
};

/// The person's store, for as long as the command runs. Throws storage::Error (Busy: the window has it open).
class ProjectStore {
  public:
    ProjectStore();
    storage::Projects& projects() { return projects_; }
    app::CheckpointStore& checkpoints() { return checkpoints_; }

  private:
    storage::Database database_;
    storage::Projects projects_;
    app::CheckpointStore checkpoints_;
};

/// One project's folder, beside what the store knows of it.
class ProjectSession {
  public:
    ProjectSession(ProjectStore& store, const std::filesystem::path& folder, const ProjectOptions& options)
        : store_(store), root_(folder), options_(options) {}

    /// Looks at the folder, with what the options tick in or out; keeps these choices. Throws
    /// inference::Error for a choice that names nothing.
    const app::ProjectSurvey& survey(const inference::Tokenizer& tokenizer, const std::string& tokenizer_id,
                                     std::stop_token stop);
    /// Throws inference::Error when the surveyed log is over the budget.
    void check_budget() const;
    /// Reads what is to be read, with a progress line. `log` is then what the state has been fed, or half of
    /// it where it was stopped.
    app::ProjectRead read(app::Engine& engine, std::stop_token stop);
    /// What of the project matters most to the question; nothing, with a sentence, where no index can be had.
    project::ExcerptChoice excerpts(const std::string& question, std::int64_t budget,
                                    const inference::Tokenizer& tokenizer, std::stop_token stop) const;
    const storage::Reading& log() const { return log_.reading; }
    const std::vector<std::string>& left_out() const { return log_.left_out; }

  private:
    void choose(app::ProjectMemory& memory) const;
    void keep_choices() const;

    ProjectStore& store_;
    project::ProjectRoot root_;
    const ProjectOptions& options_;
    app::ProjectSurvey survey_;
    app::ProjectLog log_;
};

/// "1,234,567".
std::string with_commas(std::int64_t number);

}  // namespace sidewinder::cli
