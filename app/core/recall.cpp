#include "app/core/recall.h"

#include <chrono>
#include <fstream>
#include <nlohmann/json.hpp>

#include "app/core/conversation_log.h"
#include "app/core/project_excerpts.h"
#include "app/core/project_reading.h"
#include "app/core/project_survey.h"
#include "app/core/recall_project.h"
#include "inference/generator.h"
#include "storage/atomic_file.h"
#include "storage/project/excerpt_text.h"

namespace sidewinder::app {

namespace {

constexpr double kReadingShare = 0.7;  // of the progress, about

class Measurement {
  public:
    Measurement(Engine& engine, const RecallOptions& options, const std::filesystem::path& work,
                std::stop_token stop, const std::function<void(double)>& progress)
        : engine_(engine),
          folder_((std::filesystem::create_directories(work / "project"), work / "project")),
          index_(work / "search.db"),
          stop_(std::move(stop)),
          progress_(progress),
          needles_(write_recall_project(folder_, options, engine.tokenizer())),
          root_(folder_) {}

    Recall run() {
        read();
        Recall recall;
        recall.fingerprint = engine_.fingerprint();
        recall.tokens = static_cast<std::int64_t>(log_.tokens.size());
        recall.measured_ms = std::chrono::duration_cast<std::chrono::milliseconds>(
                                 std::chrono::system_clock::now().time_since_epoch())
                                 .count();
        std::size_t done = 0;
        for (const Needle& needle : needles_) {
            if (recall.rows.empty() || recall.rows.back().depth != needle.depth)
                recall.rows.push_back({.depth = needle.depth});
            RecallRow& row = recall.rows.back();
            ++row.asked;
            row.from_state += knows(needle, "") ? 1 : 0;
            row.with_excerpts += knows(needle, excerpts(needle)) ? 1 : 0;
            tell(kReadingShare +
                 (1 - kReadingShare) * static_cast<double>(++done) / static_cast<double>(needles_.size()));
        }
        return recall;
    }

  private:
    void read() {
        survey_ = survey_project(root_, {}, engine_.tokenizer(), {}, stop_);
        log_ = write_log(root_, survey_, {engine_.tokenizer(), engine_.tokenizer_id(), engine_.fingerprint()},
                         stop_)
                   .reading;
        ReadingHooks hooks;
        hooks.progress = [&](double read, std::int64_t to_read) {
            tell(kReadingShare * read / static_cast<double>(to_read));
        };
        const ProjectRead done = read_project(engine_.timeline(), log_, nullptr,
                                              ladder_rung(engine_.timeline().state_bytes()), stop_, hooks);
        if (done.stopped) throw inference::Stopped();
    }
    std::string excerpts(const Needle& needle) {
        return project::excerpts_text(
            choose_excerpts(index_, root_, files_of(log_), {needle.question}, engine_.tokenizer(), stop_)
                .excerpts);
    }
    bool knows(const Needle& needle, const std::string& excerpts) {
        inference::GenerateOptions options;
        options.sampling.temperature = 0;
        options.max_tokens = 24;
        options.keep = false;
        const auto log =
            build_log(engine_.tokenizer(), "", {{0, true, excerpts + needle.question, {}}}, log_.tokens);
        const auto answer =
            inference::generate(engine_.timeline(), engine_.tokenizer(), log.tokens, options, stop_);
        if (answer.end == inference::Generated::End::Stopped) throw inference::Stopped();
        return answer.text.find(needle.answer) != std::string::npos;
    }
    void tell(double share) const {
        if (progress_) progress_(share);
    }

    Engine& engine_;
    std::filesystem::path folder_, index_;
    std::stop_token stop_;
    const std::function<void(double)>& progress_;
    std::vector<Needle> needles_;
    project::ProjectRoot root_;
    ProjectSurvey survey_;
    storage::Reading log_;
};

nlohmann::json stored(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    auto all = nlohmann::json::parse(in, nullptr, false);
    return all.is_object() ? all : nlohmann::json::object();
}

}  // namespace

Recall measure_recall(Engine& engine, const RecallOptions& options, const std::filesystem::path& work,
                      std::stop_token stop, const std::function<void(double)>& progress) {
    return Measurement(engine, options, work, std::move(stop), progress).run();
}

void save_recall(const std::filesystem::path& file, const Recall& recall) {
    nlohmann::json rows = nlohmann::json::array();
    for (const RecallRow& row : recall.rows)
        rows.push_back({{"depth", row.depth},
                        {"asked", row.asked},
                        {"from_state", row.from_state},
                        {"with_excerpts", row.with_excerpts}});
    nlohmann::json all = stored(file);
    all[recall.fingerprint] = {
        {"tokens", recall.tokens}, {"measured_ms", recall.measured_ms}, {"rows", std::move(rows)}};
    storage::make_private_directory(file.parent_path());
    storage::write_atomically(file, all.dump(2));
}

std::optional<Recall> load_recall(const std::filesystem::path& file, const std::string& fingerprint) {
    try {
        const nlohmann::json all = stored(file);
        const nlohmann::json& one = all.at(fingerprint);
        Recall recall{fingerprint, one.at("tokens"), one.at("measured_ms"), {}};
        for (const nlohmann::json& row : one.at("rows"))
            recall.rows.push_back(
                {row.at("depth"), row.at("asked"), row.at("from_state"), row.at("with_excerpts")});
        return recall;
    } catch (const nlohmann::json::exception&) {
        return {};
    }
}

}  // namespace sidewinder::app
