#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/tokenizer.h"
#include "storage/project/project_scan.h"
#include "storage/project/reading_plan.h"
#include "storage/projects.h"

namespace sidewinder::app {

/// Tells logs and states apart: who made the ids, and for which states they are fed.
struct LogMakers {
    const inference::Tokenizer& tokenizer;
    std::string tokenizer_id;  ///< Engine::tokenizer_id
    std::string fingerprint;   ///< Engine::fingerprint
};

/// What the store knows of a project. A value: it may go to another thread.
struct ProjectMemory {
    storage::RowId project = 0;
    std::string name;
    std::map<std::string, bool> choices;     ///< Projects::choices
    std::vector<storage::Reading> readings;  ///< by this tokenizer; the current one first, then the newest
};

/// Store thread. Makes the project's row if there is none. Throws storage::Error.
ProjectMemory recall_project(storage::Projects& projects, const std::filesystem::path& root,
                             const std::string& tokenizer_id);

/// A project's folder as it is now, beside what was read of it. Nothing has been fed or stored.
struct ProjectSurvey {
    ProjectMemory memory;
    project::ScanResult scan;
    std::vector<std::size_t> order;             ///< indices into scan.entries: the included, as they are read
    std::vector<project::PresentFile> present;  ///< the same files
    std::size_t base = 0;       ///< which of memory.readings is gone on from; of no meaning if that is empty
    project::ReadingPlan plan;  ///< against that one
    std::int64_t opening_tokens = 0;  ///< of a log that is begun anew: what stands before its first document

    bool is_first() const { return memory.readings.empty(); }
    bool up_to_date() const { return !is_first() && plan.up_to_date(); }
    const project::ReadingStep& step() const { return plan.append_is_better() ? plan.append : plan.rebuild; }
    bool begins_anew() const { return is_first() || (!up_to_date() && step().keep_files == 0); }
    std::int64_t log_tokens() const;  ///< of the log that the step leads to, but for a note of changes
    /// Of them, those behind what the log shares with the one gone on from. What is to be fed can be a little
    /// more: it begins at the last checkpoint.
    std::int64_t tokens_to_read() const;
};

using OnScan = std::function<void(const project::ScanProgress&)>;

/// Scans `root` with the person's choices and compares it with all that was read of it: a change that was
/// undone is found again in an older reading and costs nothing. Any thread. Throws storage::Error,
/// storage::Stopped.
ProjectSurvey survey_project(const project::ProjectRoot& root, ProjectMemory memory,
                             const inference::Tokenizer& tokenizer, const OnScan& progress = {},
                             std::stop_token stop = {});

/// The same after the person's choices for files changed, without another scan: `included` for the entry
/// must be set already. Any thread.
void plan_again(ProjectSurvey& survey, const inference::Tokenizer& tokenizer);

/// A log to be read, as the survey has it.
struct ProjectLog {
    storage::Reading reading;           ///< id 0: not in the store yet
    std::vector<std::string> left_out;  ///< sentences: files that changed since the scan
};

/// Reads the texts that the survey's step needs and makes their ids. A file that changed since the scan is
/// left out, with a sentence; the next survey sees it. Any thread. Throws storage::Stopped.
ProjectLog write_log(const project::ProjectRoot& root, const ProjectSurvey& survey, const LogMakers& makers,
                     std::stop_token stop = {});

/// Makes the log the project's current reading, before anything of it is fed, and gives it its id. Store
/// thread. Throws storage::Error.
void store_log(storage::Projects& projects, ProjectLog& log);

/// What stands before the first document: what this is, and the tree.
std::string project_opening(const std::string& name, const std::vector<std::string>& paths);

}  // namespace sidewinder::app
