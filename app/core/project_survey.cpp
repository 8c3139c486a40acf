#include "app/core/project_survey.h"

#include <limits>
#include <memory>
#include <mutex>

#include "inference/chat_template.h"
#include "storage/error.h"
#include "storage/project/project_text.h"

namespace sidewinder::app {

namespace {

using project::ScannedEntry;
using storage::Reading;

constexpr std::size_t kMostReadings = 8;  // older ones are not compared with

/// Counts tokens for several threads: each takes a memory that none uses just now.
class TokenCounter {
  public:
    explicit TokenCounter(const inference::Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

    std::int64_t count(std::string_view text) {
        std::unique_ptr<inference::EncodeMemory> memory = take();
        const std::size_t count = tokenizer_.encode(text, *memory).size();
        const std::lock_guard lock(mutex_);
        free_.push_back(std::move(memory));
        return static_cast<std::int64_t>(count);
    }

  private:
    std::unique_ptr<inference::EncodeMemory> take() {
        const std::lock_guard lock(mutex_);
        if (free_.empty()) return std::make_unique<inference::EncodeMemory>();
        std::unique_ptr<inference::EncodeMemory> memory = std::move(free_.back());
        free_.pop_back();
        return memory;
    }

    const inference::Tokenizer& tokenizer_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<inference::EncodeMemory>> free_;  ///< guarded by mutex_
};

project::ScanOptions scan_options(const ProjectMemory& memory, TokenCounter& counter,
                                  const OnScan& progress) {
    project::ScanOptions options;
    for (const auto& [path, ticked_in] : memory.choices)
        (ticked_in ? options.walk.ticked_in : options.ticked_out).insert(path);
    options.count_tokens = [&counter](const ScannedEntry& entry, std::string_view text) {
        return counter.count(project::project_document(entry.path, text, entry.language));
    };
    options.on_progress = progress;
    return options;
}

std::vector<inference::TokenId> opening_of(const ProjectSurvey& survey,
                                           const inference::Tokenizer& tokenizer) {
    std::vector<std::string> paths;
    for (const ScannedEntry& entry : survey.scan.entries)
        if (entry.included) paths.push_back(entry.path);
    return inference::encode_first_part(tokenizer, project_opening(survey.memory.name, paths));
}

/// Adds to a reading's log and remembers where documents stand in it.
class Writer {
  public:
    Writer(Reading& reading, const inference::Tokenizer& tokenizer)
        : reading_(reading), tokenizer_(tokenizer) {}

    void text(std::string_view text) {
        const auto ids = tokenizer_.encode(text, memory_);
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
    inference::EncodeMemory memory_;
};

/// What stays of the log that is gone on from, and a note of what changed; or a new opening.
Reading beginning_of(const ProjectSurvey& survey, const LogMakers& makers) {
    Reading reading;
    reading.project = survey.memory.project;
    reading.fingerprint = makers.fingerprint;
    reading.tokenizer = makers.tokenizer_id;
    if (survey.begins_anew()) {
        reading.tokens = opening_of(survey, makers.tokenizer);
        return reading;
    }
    const Reading& base = survey.memory.readings[survey.base];
    const project::ReadingStep& step = survey.step();
    reading.tokens.assign(base.tokens.begin(), base.tokens.begin() + step.keep_tokens);
    reading.files.assign(base.files.begin(),
                         base.files.begin() + static_cast<std::ptrdiff_t>(step.keep_files));
    const std::string note = project::change_note(survey.plan, survey.present);
    if (!note.empty()) Writer(reading, makers.tokenizer).text(note + "\n");
    return reading;
}

}  // namespace

std::string project_opening(const std::string& name, const std::vector<std::string>& paths) {
    return "This is the project " + project::display_name(name) + ". Its files:\n" +
           project::project_tree(paths) + "\nWhat they hold follows; questions about it come at the end.\n\n";
}

ProjectMemory recall_project(storage::Projects& projects, const std::filesystem::path& root,
                             const std::string& tokenizer_id) {
    ProjectMemory memory;
    memory.project = projects.open(root, root.filename().string());
    memory.name = projects.get(memory.project).name;
    memory.choices = projects.choices(memory.project);
    for (const storage::RowId id : projects.readings(memory.project, tokenizer_id)) {
        if (memory.readings.size() == kMostReadings) break;
        memory.readings.push_back(projects.reading(id));
    }
    return memory;
}

std::int64_t ProjectSurvey::tokens_to_read() const {
    if (up_to_date()) return 0;
    return step().read_tokens + (begins_anew() ? opening_tokens : 0);
}

std::int64_t ProjectSurvey::log_tokens() const {
    if (up_to_date()) return static_cast<std::int64_t>(memory.readings[base].tokens.size());
    return begins_anew() ? opening_tokens + step().read_tokens : step().log_tokens;
}

ProjectSurvey survey_project(const project::ProjectRoot& root, ProjectMemory memory,
                             const inference::Tokenizer& tokenizer, const OnScan& progress,
                             std::stop_token stop) {
    ProjectSurvey survey;
    survey.memory = std::move(memory);
    TokenCounter counter(tokenizer);
    survey.scan = project::scan_project(root, scan_options(survey.memory, counter, progress), stop);
    plan_again(survey, tokenizer);
    return survey;
}

void plan_again(ProjectSurvey& survey, const inference::Tokenizer& tokenizer) {
    survey.scan.included_files = 0;
    survey.scan.included_tokens = 0;
    survey.scan.included_bytes = 0;
    for (const ScannedEntry& entry : survey.scan.entries) {
        if (!entry.included) continue;
        ++survey.scan.included_files;
        survey.scan.included_tokens += entry.tokens;
        survey.scan.included_bytes += entry.size;
    }
    survey.order = project::reading_order(survey.scan.entries);
    survey.present.clear();
    for (const std::size_t i : survey.order) {
        const ScannedEntry& entry = survey.scan.entries[i];
        survey.present.push_back({entry.path, entry.hash, entry.tokens});
    }
    survey.opening_tokens = static_cast<std::int64_t>(opening_of(survey, tokenizer).size());
    survey.base = 0;
    survey.plan = project::plan_reading({}, survey.present);
    auto least = std::numeric_limits<std::int64_t>::max();
    for (std::size_t i = 0; i < survey.memory.readings.size(); ++i) {
        project::ReadingPlan plan = project::plan_reading(survey.memory.readings[i], survey.present);
        const project::ReadingStep& step = plan.append_is_better() ? plan.append : plan.rebuild;
        const std::int64_t cost = plan.up_to_date() ? -1 : step.read_tokens;
        if (cost >= least) continue;
        least = cost;
        survey.base = i;
        survey.plan = std::move(plan);
    }
}

ProjectLog write_log(const project::ProjectRoot& root, const ProjectSurvey& survey, const LogMakers& makers,
                     std::stop_token stop) {
    ProjectLog log;
    if (survey.up_to_date()) {
        log.reading = survey.memory.readings[survey.base];
        if (log.reading.fingerprint != makers.fingerprint) log.reading.id = 0;
        log.reading.fingerprint = makers.fingerprint;
        return log;
    }
    log.reading = beginning_of(survey, makers);
    Writer writer(log.reading, makers.tokenizer);
    for (const std::size_t i : survey.step().read) {
        if (stop.stop_requested()) throw storage::Stopped();
        const ScannedEntry& entry = survey.scan.entries[survey.order[i]];
        try {
            writer.document(entry, project::read_text(root, entry.path, entry.hash).text);
        } catch (const storage::Error& error) {
            log.left_out.emplace_back(error.what());
        }
    }
    return log;
}

void store_log(storage::Projects& projects, ProjectLog& log) {
    storage::Reading& reading = log.reading;
    if (reading.id != 0) {
        projects.set_current(reading.project, reading.id);
    } else {
        reading.id = projects.begin_reading(reading.project, reading.fingerprint, reading.tokenizer,
                                            reading.tokens, reading.files);
    }
}

}  // namespace sidewinder::app
