#include "app/core/project_survey.h"

#include <algorithm>

#include "inference/chat_template.h"
#include "storage/error.h"
#include "storage/project/project_text.h"

namespace sidewinder::app {

namespace {

using project::ScannedEntry;
using storage::Reading;

storage::Reading stored_reading(const storage::Projects& projects, storage::RowId id,
                                const std::string& tokenizer) {
    const storage::Project found = projects.get(id);
    if (!found.current_reading) return {};
    Reading reading = projects.reading(*found.current_reading);
    return reading.tokenizer == tokenizer ? reading : Reading{};
}

project::ScanOptions scan_options(const storage::Projects& projects, storage::RowId id,
                                  const inference::Tokenizer& tokenizer, const OnScan& progress) {
    project::ScanOptions options;
    for (const auto& [path, ticked_in] : projects.choices(id))
        (ticked_in ? options.walk.ticked_in : options.ticked_out).insert(path);
    options.count_tokens = [&tokenizer](const ScannedEntry& entry, std::string_view text) {
        const std::string document = project::project_document(entry.path, text, entry.language);
        return static_cast<std::int64_t>(tokenizer.encode(document).size());
    };
    options.on_progress = progress;
    return options;
}

std::vector<std::string> paths_of(const ProjectSurvey& survey) {
    std::vector<std::string> paths;
    for (const ScannedEntry& entry : survey.scan.entries)
        if (entry.included) paths.push_back(entry.path);
    return paths;
}

/// Adds to a reading's log and remembers where documents stand in it.
class Writer {
  public:
    Writer(Reading& reading, const inference::Tokenizer& tokenizer)
        : reading_(reading), tokenizer_(tokenizer) {}

    void text(std::string_view text) {
        const auto ids = tokenizer_.encode(text);
        reading_.tokens.insert(reading_.tokens.end(), ids.begin(), ids.end());
    }
    void document(const ScannedEntry& entry, std::string_view content) {
        const auto begin = static_cast<std::int64_t>(reading_.tokens.size());
        text(project::project_document(entry.path, content, entry.language));
        reading_.files.push_back({entry.path, entry.hash, entry.size,
                                  std::string(project::name_of(entry.form.encoding)), begin,
                                  static_cast<std::int64_t>(reading_.tokens.size())});
    }

  private:
    Reading& reading_;
    const inference::Tokenizer& tokenizer_;
};

/// What stays of the stored log; a new opening where that is nothing.
Reading beginning_of(const ProjectSurvey& survey, const LogMakers& makers, const std::string& name) {
    Reading reading;
    reading.project = survey.project;
    reading.fingerprint = makers.fingerprint;
    reading.tokenizer = makers.tokenizer_id;
    const project::ReadingStep& step = survey.step();
    if (survey.is_first() || step.keep_files == 0) {
        reading.tokens =
            inference::encode_first_part(makers.tokenizer, project_opening(name, paths_of(survey)));
        return reading;
    }
    reading.tokens.assign(survey.stored.tokens.begin(), survey.stored.tokens.begin() + step.keep_tokens);
    reading.files.assign(survey.stored.files.begin(),
                         survey.stored.files.begin() + static_cast<std::ptrdiff_t>(step.keep_files));
    const std::string note = project::change_note(survey.plan, survey.present);
    if (!note.empty()) Writer(reading, makers.tokenizer).text(note + "\n");
    return reading;
}

}  // namespace

std::string project_opening(const std::string& name, const std::vector<std::string>& paths) {
    return "This is the project " + project::display_name(name) + ". Its files:\n" +
           project::project_tree(paths) + "\nWhat they hold follows; questions about it come at the end.\n\n";
}

ProjectSurvey survey_project(storage::Projects& projects, const project::ProjectRoot& root,
                             const LogMakers& makers, const OnScan& progress, std::stop_token stop) {
    ProjectSurvey survey;
    survey.project = projects.open(root.path(), root.path().filename().string());
    survey.scan =
        project::scan_project(root, scan_options(projects, survey.project, makers.tokenizer, progress), stop);
    survey.order = project::reading_order(survey.scan.entries);
    for (const std::size_t i : survey.order) {
        const ScannedEntry& entry = survey.scan.entries[i];
        survey.present.push_back({entry.path, entry.hash, entry.tokens});
    }
    survey.stored = stored_reading(projects, survey.project, makers.tokenizer_id);
    survey.plan = project::plan_reading(survey.stored, survey.present);
    return survey;
}

storage::Reading store_reading(storage::Projects& projects, const project::ProjectRoot& root,
                               const ProjectSurvey& survey, const LogMakers& makers,
                               std::vector<std::string>& left_out) {
    const bool changed = survey.is_first() || !survey.plan.up_to_date();
    if (!changed && survey.stored.fingerprint == makers.fingerprint) return survey.stored;
    Reading reading = survey.stored;
    reading.fingerprint = makers.fingerprint;
    if (changed) {
        reading = beginning_of(survey, makers, root.path().filename().string());
        Writer writer(reading, makers.tokenizer);
        for (const std::size_t i : survey.step().read) {
            const ScannedEntry& entry = survey.scan.entries[survey.order[i]];
            try {
                writer.document(entry, project::read_text(root, entry.path, entry.hash).text);
            } catch (const storage::Error& error) {
                left_out.emplace_back(error.what());
            }
        }
    }
    reading.id = projects.begin_reading(survey.project, reading.fingerprint, reading.tokenizer,
                                        reading.tokens, reading.files);
    return reading;
}

std::vector<inference::TokenId> question_log(const storage::Reading& reading,
                                             const inference::Tokenizer& tokenizer,
                                             std::string_view question) {
    std::vector<inference::TokenId> log = reading.tokens;
    const auto last = inference::encode_last_part(tokenizer, question);
    log.insert(log.end(), last.begin(), last.end());
    return log;
}

}  // namespace sidewinder::app
