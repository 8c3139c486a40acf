#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "inference/tokenizer.h"
#include "storage/project/project_scan.h"
#include "storage/project/reading_plan.h"
#include "storage/projects.h"

namespace sidewinder::app {

/// Tells ids apart that mean something else: who made them, and for which states they were fed.
struct LogMakers {
    const inference::Tokenizer& tokenizer;
    std::string tokenizer_id;  ///< Engine::tokenizer_id
    std::string fingerprint;   ///< Engine::fingerprint
};

/// A project's folder as it is now, beside what was read of it. Nothing has been fed or stored.
struct ProjectSurvey {
    storage::RowId project = 0;
    project::ScanResult scan;
    std::vector<std::size_t> order;             ///< indices into scan.entries: the included, as they are read
    std::vector<project::PresentFile> present;  ///< the same files
    storage::Reading stored;                    ///< id 0: never read with this tokenizer
    project::ReadingPlan plan;

    bool is_first() const { return stored.id == 0; }
    const project::ReadingStep& step() const { return plan.append_is_better() ? plan.append : plan.rebuild; }
};

using OnScan = std::function<void(const project::ScanProgress&)>;

/// Scans `root` with the person's choices and compares. Makes the project's row if there is none. Throws
/// storage::Error, storage::Stopped.
ProjectSurvey survey_project(storage::Projects& projects, const project::ProjectRoot& root,
                             const LogMakers& makers, const OnScan& progress = {}, std::stop_token stop = {});

/// The log that the survey's step leads to, stored as the project's current reading before anything of it is
/// fed; what is stored already if nothing changed. A file that changed since the scan is left out, with a
/// sentence in `left_out`; the next survey sees it. Throws storage::Error.
storage::Reading store_reading(storage::Projects& projects, const project::ProjectRoot& root,
                               const ProjectSurvey& survey, const LogMakers& makers,
                               std::vector<std::string>& left_out);

/// What stands before the first document: what this is, and the tree.
std::string project_opening(const std::string& name, const std::vector<std::string>& paths);

/// The log of a first question about a project.
std::vector<inference::TokenId> question_log(const storage::Reading& reading,
                                             const inference::Tokenizer& tokenizer,
                                             std::string_view question);

}  // namespace sidewinder::app
