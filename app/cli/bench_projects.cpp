#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <optional>

#include "app/cli/bench.h"
#include "app/cli/command.h"
#include "app/cli/interrupt.h"
#include "app/cli/model_options.h"
#include "app/cli/models.h"
#include "app/cli/project_session.h"
#include "app/cli/work_folder.h"
#include "app/core/conversation_log.h"
#include "app/core/project_reading.h"
#include "app/core/project_survey.h"
#include "inference/error.h"
#include "inference/generator.h"
#include "inference/random_weights.h"
#include "inference/weights.h"
#include "storage/database.h"

namespace sidewinder::cli {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr int kRuns = 5;
constexpr const char* kQuestion =
    "Which function here opens a file, and what does it return when that fails?";
constexpr std::uint64_t kDisk = std::uint64_t{64} << 30;

struct Options {
    ModelOptions model;
    std::string folder, work, save;
    std::int64_t budget = 262'144;
    bool json = false;
};

void tell(const std::string& sentence) {
    std::fprintf(stderr, "%s\n", sentence.c_str());
}

/// Copies what of `from` is read, up to the budget, so that files can be edited.
void copy_project(const fs::path& from, const fs::path& to, const inference::Tokenizer& tokenizer,
                  std::int64_t budget, std::stop_token stop) {
    const project::ProjectRoot root(from);
    app::ProjectMemory memory;
    memory.name = root.path().filename();
    const app::ProjectSurvey survey = app::survey_project(root, std::move(memory), tokenizer, {}, stop);
    const std::int64_t spare = budget / 50;  // the tree that stands before the files, and edits
    std::int64_t tokens = spare;
    for (const auto& entry : survey.scan.entries) {
        if (!entry.included || tokens + entry.tokens > budget) continue;
        tokens += entry.tokens;
        fs::create_directories((to / entry.path).parent_path());
        fs::copy_file(root.path() / entry.path, to / entry.path);
    }
    if (tokens == spare)
        throw inference::Error(inference::Fault::BadRequest,
                               "There is nothing to read in " + from.string() + ". Choose a folder of code.");
}

/// Makes the next reading of the folder's files come from the disk itself.
void drop_from_page_cache(const fs::path& folder) {
    for (const auto& file : fs::directory_iterator(folder)) {
        const int descriptor = ::open(file.path().c_str(), O_RDONLY | O_CLOEXEC);
        if (descriptor < 0) continue;
        ::fsync(descriptor);
        ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_DONTNEED);
        ::close(descriptor);
    }
}

class Bench {
  public:
    Bench(const Options& options, const fs::path& work, std::stop_token stop)
        : stop_(stop),
          folder_(work / "project"),
          checkpoints_(work / "checkpoints"),
          database_file_(work / "sidewinder.db"),
          files_(checkpoints_, kDisk, tell),
          engine_(options.model.load(stop, &files_)) {
        copy_project(options.folder, folder_, engine_->tokenizer(), options.budget, stop);
    }
    ordered_json run();

  private:
    struct Timed {
        double looking = 0;  ///< at the folder: what changed
        app::ProjectRead read;
        double first_token = 0;  ///< of the question, what the project's state takes to get included
        std::int64_t total = 0;
    };
    /// All of what happens between a question and its first token, as after a restart but for the model.
    Timed ask();
    double first_token(const std::vector<inference::TokenId>& log, std::int64_t read_at_most);
    ordered_json scan();
    ordered_json edited(std::size_t document);

    std::stop_token stop_;
    fs::path folder_, checkpoints_, database_file_;
    app::CheckpointStore files_;
    std::unique_ptr<app::Engine> engine_;
    storage::Reading log_;
};

Bench::Timed Bench::ask() {
    Timed timed;
    const auto start = BenchClock::now();
    storage::Database database(database_file_);
    storage::Projects projects(database);
    const project::ProjectRoot root(folder_);
    const auto survey =
        app::survey_project(root, app::recall_project(projects, root.path(), engine_->tokenizer_id()),
                            engine_->tokenizer(), {}, stop_);
    app::ProjectLog log = app::write_log(
        root, survey, {engine_->tokenizer(), engine_->tokenizer_id(), engine_->fingerprint()}, stop_);
    app::store_log(projects, log);
    timed.looking = seconds_since(start);
    app::ReadingHooks hooks;
    hooks.kept = [&](const storage::LadderStep& step) { projects.add_step(log.reading.id, step); };
    timed.read = app::read_project(engine_->timeline(), log.reading, &files_,
                                   app::ladder_rung(engine_->timeline().state_bytes()), stop_, hooks);
    if (timed.read.stopped) throw inference::Stopped();
    log_ = log.reading;
    const auto question =
        app::build_log(engine_->tokenizer(), "", {{0, true, kQuestion, {}}}, log_.tokens).tokens;
    timed.first_token =
        first_token(question, static_cast<std::int64_t>(question.size() - log_.tokens.size()));
    timed.total = static_cast<std::int64_t>(log_.tokens.size());
    return timed;
}

double Bench::first_token(const std::vector<inference::TokenId>& log, std::int64_t read_at_most) {
    inference::GenerateOptions options;
    options.max_tokens = 1;
    options.keep = false;
    const auto answer = inference::generate(engine_->timeline(), engine_->tokenizer(), log, options, stop_);
    if (answer.stats.plan.to_read > read_at_most)
        throw inference::Error(inference::Fault::BadRequest, "The project's state was not found again: " +
                                                                 std::to_string(answer.stats.plan.to_read) +
                                                                 " tokens were read.");
    return answer.stats.seconds_to_first_token;
}

ordered_json Bench::scan() {
    std::vector<double> times;
    app::ProjectSurvey survey;
    for (int run = 0; run < kRuns; ++run) {
        const auto start = BenchClock::now();
        const project::ProjectRoot root(folder_);
        survey = app::survey_project(root, {}, engine_->tokenizer(), {}, stop_);
        times.push_back(seconds_since(start));
    }
    return {{"files", survey.scan.included_files},
            {"bytes", survey.scan.included_bytes},
            {"tokens", survey.scan.included_tokens},
            {"seconds", median(times)},
            {"megabytes_per_second", static_cast<double>(survey.scan.included_bytes) * 1e-6 / median(times)}};
}

ordered_json Bench::edited(std::size_t document) {
    const fs::path file = folder_ / log_.files.at(document).path;
    const std::string share = std::to_string(100 * log_.files.at(document).log_begin /
                                             static_cast<std::int64_t>(log_.tokens.size()));
    const auto size = fs::file_size(file);
    std::ofstream(file, std::ios::app | std::ios::binary) << "\n# edited\n";
    const Timed after = ask();
    fs::resize_file(file, size);
    const Timed undone = ask();
    return {{"at_percent_of_log", std::stoi(share)},
            {"tokens_read", after.read.read},
            {"seconds", after.looking + after.read.seconds + after.first_token},
            {"tokens_read_after_undoing", undone.read.read}};
}

ordered_json Bench::run() {
    ordered_json report{{"model", engine_->model_name()},
                        {"weights", engine_->recipe().name()},
                        {"device", engine_->device_name()},
                        {"commit", SIDEWINDER_COMMIT},
                        {"state_bytes", engine_->timeline().state_bytes()},
                        {"scan", scan()}};
    first_token(inference::random_tokens(engine_->config().dims.vocab, 600), 600);  // warms up
    engine_->timeline().forget();
    const Timed all = ask();
    report["read"] = {{"tokens", all.total},
                      {"seconds", all.read.seconds},
                      {"tokens_per_second", static_cast<double>(all.read.read) / all.read.seconds},
                      {"ladder_steps", files_.list(engine_->fingerprint()).size()},
                      {"ladder_bytes", files_.used_bytes()}};
    const double again = all.looking + all.read.seconds + all.first_token;
    std::vector<double> memory, cold, cold_state;
    for (int run = 0; run < kRuns; ++run) {
        const Timed timed = ask();
        memory.push_back(timed.looking + timed.first_token);
    }
    for (int run = 0; run < kRuns; ++run) {
        engine_->timeline().forget();
        drop_from_page_cache(checkpoints_);
        const Timed timed = ask();
        cold.push_back(timed.looking + timed.first_token);
        cold_state.push_back(timed.first_token);
    }
    report["first_token"] = {{"reading_everything", again},
                             {"after_restart", median(cold)},
                             {"after_restart_state_and_question", median(cold_state)},
                             {"in_memory", median(memory)},
                             {"ratio", again / median(cold)}};
    ordered_json edits = ordered_json::array();
    for (const double share : {0.1, 0.5, 0.9})
        edits.push_back(edited(static_cast<std::size_t>(share * static_cast<double>(log_.files.size()))));
    for (ordered_json& edit : edits) edit["ratio"] = again / edit["seconds"].get<double>();
    report["after_editing_one_file"] = std::move(edits);
    return report;
}

void print(const ordered_json& r) {
    const auto number = [](const ordered_json& value) { return value.get<double>(); };
    const ordered_json& first = r["first_token"];
    std::printf("%s, %s, on %s\n\n", r["model"].get<std::string>().c_str(),
                r["weights"].get<std::string>().c_str(), r["device"].get<std::string>().c_str());
    std::printf("| a project of %s tokens in %d files | |\n| --- | --- |\n",
                with_commas(r["read"]["tokens"].get<std::int64_t>()).c_str(), r["scan"]["files"].get<int>());
    std::printf("| looked at and counted | %.3f s, %.0f MB/s |\n", number(r["scan"]["seconds"]),
                number(r["scan"]["megabytes_per_second"]));
    std::printf("| read | %.2f s, %.0f tokens/s |\n", number(r["read"]["seconds"]),
                number(r["read"]["tokens_per_second"]));
    std::printf("| saved states | %d, %.2f GB |\n", r["read"]["ladder_steps"].get<int>(),
                number(r["read"]["ladder_bytes"]) * 1e-9);
    std::printf("| first token, everything read for it | %.2f s |\n", number(first["reading_everything"]));
    std::printf("| first token after a restart, from the disk | %.3f s: %.0f times as fast |\n",
                number(first["after_restart"]), number(first["ratio"]));
    std::printf("| ... of it state and question | %.3f s |\n",
                number(first["after_restart_state_and_question"]));
    std::printf("| first token, state in memory | %.3f s |\n", number(first["in_memory"]));
    for (const ordered_json& edit : r["after_editing_one_file"])
        std::printf(
            "| first token after a file at %d %% of the log was edited | %.2f s, %s tokens read, %.1f times "
            "as fast; undone: %d read |\n",
            edit["at_percent_of_log"].get<int>(), number(edit["seconds"]),
            with_commas(edit["tokens_read"].get<std::int64_t>()).c_str(), number(edit["ratio"]),
            edit["tokens_read_after_undoing"].get<int>());
}

int bench(const Options& options) {
    const Interrupt interrupt;
    const WorkFolder work(options.work);
    const ordered_json report = Bench(options, work.path(), interrupt.token()).run();
    if (options.json) {
        print_json(report);
    } else {
        print(report);
    }
    if (!options.save.empty()) save_report(report, options.save);
    return exit_code::kOk;
}

}  // namespace

void add_bench_projects(CLI::App& bench_command, int& exit) {
    auto options = std::make_shared<Options>();
    CLI::App* command = bench_command.add_subcommand(
        "projects", "A folder of code: reading it, asking at once, after a restart and after an edit");
    command->add_option("folder", options->folder, "A folder; a copy of it is read")->required();
    command->add_option("--budget", options->budget, "Tokens: files behind it are left out")
        ->capture_default_str();
    command->add_option("--work", options->work, "Where the copy and the saved states are put meanwhile");
    command->add_flag("--json", options->json, "One JSON object");
    command->add_option("--save", options->save, "Also write the JSON object to this file");
    options->model.add_to(*command);
    command->callback([options, &exit] { exit = bench(*options); });
}

}  // namespace sidewinder::cli
