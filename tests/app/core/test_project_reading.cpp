#include <QtTest>
#include <fstream>
#include <optional>
#include <random>

#include "app/core/conversation_log.h"
#include "app/core/project_reading.h"
#include "app/core/project_survey.h"
#include "inference/random_weights.h"
#include "kernels/cpu/cpu_backend.h"
#include "storage/database.h"
#include "storage/project/project_text.h"
#include "tests/support/demo_model.h"
#include "tests/support/project_files.h"

using namespace sidewinder;
using namespace sidewinder::tests;
using inference::TokenId;

namespace {

constexpr std::int64_t kChunk = 16;
constexpr std::int64_t kRung = 100;
constexpr const char* kFingerprint = "test";

std::string source(int number, int lines) {
    std::string text = "def f" + std::to_string(number) + "(x):\n";
    for (int i = 0; i < lines; ++i) text += "    x = x * " + std::to_string(i + number) + "\n";
    return text + "    return x\n";
}

/// One run of the program: what a restart loses is in here, what it keeps is in the folder.
class Sitting {
  public:
    explicit Sitting(const std::filesystem::path& home)
        : tokenizer_(inference::Tokenizer::load(test::demo_model() / "tokenizer.model.v3")),
          config_(inference::make_config(128, 2, tokenizer_->vocab_size(), 1)),
          backend_(kernels::make_cpu_backend(2)),
          model_(*backend_, config_,
                 inference::Weights::load(inference::RandomWeights(config_), config_,
                                          {kernels::WeightFormat::BF16, 0}, *backend_),
                 kChunk),
          database_(home / "store.db"),
          projects_(database_),
          files_(home / "checkpoints", std::uint64_t{1} << 30,
                 [](const std::string& sentence) { qWarning("%s", sentence.c_str()); }),
          timeline_(model_, kFingerprint, std::size_t{64} << 20, &files_) {}

    app::ProjectSurvey survey(const std::filesystem::path& folder) {
        const project::ProjectRoot root(folder);
        return app::survey_project(root, app::recall_project(projects_, root.path(), "demo"), *tokenizer_);
    }
    app::ProjectRead read(const std::filesystem::path& folder, double stop_at = 1e18) {
        const project::ProjectRoot root(folder);
        log_ = app::write_log(root, survey(folder), {*tokenizer_, "demo", kFingerprint});
        app::store_log(projects_, log_);
        std::stop_source stop;
        app::ReadingHooks hooks;
        hooks.progress = [&](double read, std::int64_t) {
            if (read >= stop_at) stop.request_stop();
        };
        hooks.kept = [&](const storage::LadderStep& step) { projects_.add_step(log_.reading.id, step); };
        return app::read_project(timeline_, log_.reading, &files_, kRung, stop.get_token(), hooks);
    }
    const storage::Reading& log() const { return log_.reading; }
    const std::vector<std::string>& left_out() const { return log_.left_out; }
    storage::Projects& projects() { return projects_; }
    inference::Timeline& timeline() { return timeline_; }
    app::CheckpointStore& files() { return files_; }
    const inference::Tokenizer& tokenizer() const { return *tokenizer_; }

    /// The state after all of the log, as it is on disk.
    std::vector<std::byte> state() {
        files_.flush();
        std::vector<std::byte> bytes(timeline_.state_bytes());
        for (const auto& entry : files_.list(kFingerprint)) {
            if (entry.position != static_cast<std::int64_t>(log().tokens.size())) continue;
            if (entry.log == inference::hash_log(log().tokens) && files_.read(entry.id, bytes)) return bytes;
        }
        return {};
    }

  private:
    std::unique_ptr<inference::Tokenizer> tokenizer_;
    inference::Config config_;
    std::unique_ptr<kernels::Backend> backend_;
    inference::Model model_;
    storage::Database database_;
    storage::Projects projects_;
    app::CheckpointStore files_;
    inference::Timeline timeline_;
    app::ProjectLog log_;
};

/// A reading with documents of these lengths behind an opening of ten tokens.
storage::Reading reading_of(const std::vector<std::int64_t>& lengths) {
    storage::Reading reading;
    reading.tokens.resize(10);
    for (const std::int64_t length : lengths) {
        const auto begin = static_cast<std::int64_t>(reading.tokens.size());
        reading.files.push_back({"f", {}, 0, "UTF-8", begin, begin + length});
        reading.tokens.resize(reading.tokens.size() + static_cast<std::size_t>(length));
    }
    return reading;
}

using Positions = std::vector<std::int64_t>;

}  // namespace

class TestProjectReading : public QObject {
    Q_OBJECT

    std::optional<TemporaryDirectory> directory_;

    std::filesystem::path project() const { return *directory_ / "project"; }
    std::filesystem::path home(const char* name = "home") const {
        std::filesystem::create_directories(*directory_ / name);
        return *directory_ / name;
    }
    void write(const char* path, const std::string& text, int age) const {
        put(project() / path, text);
        const auto now = std::filesystem::file_time_type::clock::now();
        std::filesystem::last_write_time(project() / path, now - std::chrono::hours(age));
    }

  private Q_SLOTS:
    void init() {
        directory_.emplace();
        for (int i = 0; i < 6; ++i)
            write(("src/f" + std::to_string(i) + ".py").c_str(), source(i, 8 + 5 * i), 100 - i);
    }

    void theLadderFollowsFromTheLog() {
        QCOMPARE(app::ladder_positions(reading_of({}), 0, 100), (Positions{10}));
        QCOMPARE(app::ladder_positions(reading_of({40, 50, 30, 80, 20}), 0, 100), (Positions{100, 210, 230}));
        QCOMPARE(app::ladder_positions(reading_of({40, 50, 30, 80, 20}), 100, 100), (Positions{210, 230}));
        QCOMPARE(app::ladder_positions(reading_of({40, 50, 30, 80, 20}), 150, 100), (Positions{210, 230}));
        QCOMPARE(app::ladder_positions(reading_of({250, 1}), 0, 100), (Positions{260, 261}));
        QCOMPARE(app::ladder_positions(reading_of({250}), 260, 100), Positions{});
        storage::Reading noted = reading_of({20, 30});  // gone on with after the first document
        noted.files[1].log_begin += 5;
        noted.files[1].log_end += 5;
        noted.tokens.resize(65);
        QCOMPARE(app::ladder_positions(noted, 0, 100), (Positions{30, 65}));
        noted.tokens.resize(70);  // and once more at its end
        QCOMPARE(app::ladder_positions(noted, 0, 100), (Positions{30, 65, 70}));
    }

    void theLadderTakesDiskInProportion() {
        QCOMPARE(app::ladder_rung(std::size_t{256} << 20), 16384);
        QCOMPARE(app::ladder_rung(1), 1024);
        QCOMPARE(app::ladder_bytes(262'144, std::size_t{256} << 20), std::uint64_t{17} << 28);
    }

    void aSecondReadingFeedsNothing() {
        Sitting first(home());
        const auto done = first.read(project());
        QCOMPARE(done.reused, 0);
        QCOMPARE(done.read, std::int64_t(first.log().tokens.size()));
        QVERIFY(done.read > 5 * kRung);
        QCOMPARE(first.read(project()).read, 0);
        QVERIFY(first.projects().ladder(first.log().id).size() >= 2);
        QVERIFY(!first.state().empty());
    }

    void nothingIsReadAgainAfterARestart() {
        std::vector<TokenId> log;
        {
            Sitting before(home());
            before.read(project());
            log = before.log().tokens;
        }
        Sitting after(home());
        const auto done = after.read(project());
        QCOMPARE(done.read, 0);
        QCOMPARE(done.reused, std::int64_t(log.size()));
        QCOMPARE(after.log().tokens, log);
        const auto question = app::build_log(after.tokenizer(), "", {{0, true, "What does f3 do?", {}}}, log);
        QCOMPARE(after.timeline().plan(question.tokens).to_read,
                 std::int64_t(question.tokens.size() - log.size()));
    }

    void stoppedAndGoneOnWithGivesTheSameBits() {
        Sitting whole(home("whole"));
        whole.read(project());
        std::mt19937 random(7);
        bool inside = false;  // stopped where no step of the ladder is
        int sittings = 0;
        for (bool stopped = true; stopped; ++sittings) {
            Sitting part(home("parts"));
            const double at = static_cast<double>(random() % 90);
            const auto done = part.read(project(), at);
            stopped = done.stopped;
            QVERIFY(sittings < 200);
            const auto steps = app::ladder_positions(part.log(), 0, kRung);
            inside |= std::find(steps.begin(), steps.end(), done.reused + done.read) == steps.end();
            if (stopped) continue;
            QCOMPARE(part.log().tokens, whole.log().tokens);
            QVERIFY(part.state() == whole.state());
            QVERIFY(!part.state().empty());
        }
        QVERIFY(inside);
        QVERIFY(sittings > 3);
    }

    void onlyWhatLiesBehindAChangeIsRead() {
        std::vector<TokenId> log;
        std::vector<std::byte> state;
        {
            Sitting sitting(home());
            const auto all = sitting.read(project()).read;
            write("src/f4.py", source(77, 20), 0);
            const auto survey = sitting.survey(project());
            QCOMPARE(survey.plan.changed.size(), std::size_t(1));
            const auto done = sitting.read(project());
            QVERIFY(done.reused > all / 2);
            QCOMPARE(done.reused + done.read, std::int64_t(sitting.log().tokens.size()));
            QVERIFY(!sitting.survey(project()).step().read.size());
            log = sitting.log().tokens;
            state = sitting.state();
        }
        Sitting anew(home("anew"));  // the same log from its beginning
        storage::Reading reading;
        {
            Sitting sitting(home());
            sitting.read(project());
            reading = sitting.log();
        }
        QCOMPARE(reading.tokens, log);
        QCOMPARE(app::read_project(anew.timeline(), reading, &anew.files(), kRung).reused, 0);
        anew.files().flush();
        std::vector<std::byte> bytes(anew.timeline().state_bytes());
        QVERIFY(anew.files().read(anew.files().list(kFingerprint).front().id, bytes));
        QVERIFY(bytes == state);
        QVERIFY(!state.empty());
    }

    void anUndoneChangeIsFoundAgain() {
        Sitting sitting(home());
        sitting.read(project());
        const auto log = sitting.log().tokens;
        const auto state = sitting.state();
        write("src/f1.py", source(50, 9), 0);
        QVERIFY(sitting.read(project()).read > 0);
        QVERIFY(sitting.log().tokens != log);
        write("src/f1.py", source(1, 13), 99);
        QCOMPARE(sitting.survey(project()).tokens_to_read(), 0);
        QCOMPARE(sitting.read(project()).read, 0);
        QCOMPARE(sitting.log().tokens, log);
        QVERIFY(sitting.state() == state);
        QCOMPARE(sitting.projects().get(sitting.log().project).current_reading.value(), sitting.log().id);
    }

    void touchingAndRenamingCostNothing() {
        Sitting sitting(home());
        sitting.read(project());
        write("src/f2.py", source(2, 18), 0);
        QCOMPARE(sitting.read(project()).read, 0);
        std::filesystem::rename(project() / "src/f3.py", project() / "src/g.py");
        const auto survey = sitting.survey(project());
        QCOMPARE(survey.plan.renamed.size(), std::size_t(1));
        QCOMPARE(survey.tokens_to_read(), 0);
        QCOMPARE(sitting.read(project()).read, 0);
    }

    void choicesAreReckonedWithoutAnotherScan() {
        Sitting sitting(home());
        app::ProjectSurvey survey = sitting.survey(project());
        const auto before = survey.tokens_to_read();
        QCOMPARE(before, survey.scan.included_tokens + survey.opening_tokens);
        const auto tokens = survey.scan.entries.at(2).tokens;
        survey.scan.entries.at(2).included = false;
        app::plan_again(survey, sitting.tokenizer());
        QCOMPARE(survey.scan.included_files, std::size_t(5));
        QVERIFY(survey.tokens_to_read() <= before - tokens);
        survey.scan.entries.at(2).included = true;
        app::plan_again(survey, sitting.tokenizer());
        QCOMPARE(survey.tokens_to_read(), before);
    }

    void theLogHoldsWhatWasSurveyed() {
        Sitting sitting(home());
        const auto survey = sitting.survey(project());
        sitting.read(project());
        QCOMPARE(std::int64_t(sitting.log().tokens.size()), survey.log_tokens());
        QCOMPARE(sitting.log().files.size(), std::size_t(6));
        std::string text = sitting.tokenizer().decode(sitting.log().tokens);
        const std::string document =
            project::project_document("src/f5.py", read_bytes(project() / "src/f5.py"), "python");
        QVERIFY2(text.find(document) != std::string::npos, text.c_str());
        QVERIFY(text.find(" f0.py\n") != std::string::npos);
    }

    void aFileThatGoesBetweenIsToldOf() {
        Sitting sitting(home());
        const project::ProjectRoot root(project());
        const auto survey = sitting.survey(project());
        std::filesystem::remove(project() / "src/f5.py");
        const auto log = app::write_log(root, survey, {sitting.tokenizer(), "demo", kFingerprint});
        QCOMPARE(log.left_out.size(), std::size_t(1));
        QVERIFY2(log.left_out.front().find("f5.py") != std::string::npos, log.left_out.front().c_str());
        QCOMPARE(log.reading.files.size(), std::size_t(5));
    }

    void forgettingAProjectRemovesItsStates() {
        Sitting sitting(home());
        sitting.read(project());
        write("src/f4.py", source(77, 20), 0);
        sitting.read(project());
        QVERIFY(sitting.files().used_bytes() > 0);
        const auto removed = sitting.projects().remove(sitting.log().project);
        QVERIFY(app::remove_checkpoints(sitting.files(), removed.readings) > 2);
        QCOMPARE(sitting.files().used_bytes(), std::uint64_t(0));
    }

    void theSystemPromptStandsBehindTheProject() {
        Sitting sitting(home());
        sitting.read(project());
        const auto& log = sitting.log().tokens;
        const auto terse =
            app::build_log(sitting.tokenizer(), "Be terse.", {{0, true, "Why?", {}}}, log).tokens;
        const auto plain = app::build_log(sitting.tokenizer(), "", {{0, true, "Why?", {}}}, log).tokens;
        QVERIFY(std::equal(log.begin(), log.end(), terse.begin()));
        QVERIFY(std::equal(log.begin(), log.end(), plain.begin()));
        QVERIFY(terse != plain);
        const std::string text = sitting.tokenizer().decode(terse);
        QVERIFY2(text.find("Be terse.\n\nWhy?") != std::string::npos, text.c_str());
        QCOMPARE(std::count(terse.begin(), terse.end(), inference::token::kInstBegin), 1);
        QCOMPARE(std::count(terse.begin(), terse.end(), inference::token::kBos), 1);
        QCOMPARE(terse.back(), inference::token::kInstEnd);
    }
};

QTEST_APPLESS_MAIN(TestProjectReading)
#include "test_project_reading.moc"
