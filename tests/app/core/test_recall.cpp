#include "app/core/recall.h"

#include <QtTest>
#include <set>

#include "app/core/project_excerpts.h"
#include "app/core/project_survey.h"
#include "app/core/recall_project.h"
#include "tests/support/demo_model.h"
#include "tests/support/project_files.h"

using namespace sidewinder;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

constexpr app::RecallOptions kSmall{.tokens = 6000, .needles = 2, .seed = 3};

std::size_t count(const std::string& text, const std::string& word) {
    std::size_t found = 0;
    for (auto at = text.find(word); at != std::string::npos; at = text.find(word, at + 1)) ++found;
    return found;
}

}  // namespace

class TestRecall : public QObject {
    Q_OBJECT

    std::unique_ptr<inference::Tokenizer> tokenizer_ =
        inference::Tokenizer::load(test::demo_model() / "tokenizer.model.v3");

    app::ProjectSurvey survey(const fs::path& folder) {
        const project::ProjectRoot root(folder);
        return app::survey_project(root, {}, *tokenizer_);
    }

  private Q_SLOTS:
    void theDepthsReachTheBeginning() {
        QCOMPARE(app::recall_depths(262'144), (std::vector<std::int64_t>{1024, 4096, 16384, 65536, 245'760}));
        QCOMPARE(app::recall_depths(2048), (std::vector<std::int64_t>{1024, 1920}));
    }

    void needlesStandWhereTheyWerePlanted() {
        const TemporaryDirectory folder;
        const auto needles = app::write_recall_project(folder.path(), kSmall, *tokenizer_);
        QCOMPARE(needles.size(), app::recall_depths(kSmall.tokens).size() * 2);
        const auto found = survey(folder.path());
        QVERIFY(found.scan.included_tokens > kSmall.tokens);
        QVERIFY(found.scan.included_tokens < kSmall.tokens * 5 / 4);
        std::string all;
        std::int64_t behind = 0;
        std::set<std::string> answers;
        for (const std::size_t i : found.order) all += read_bytes(folder.path() / found.scan.entries[i].path);
        for (auto i = found.order.rbegin(); i != found.order.rend(); ++i) {
            const auto& entry = found.scan.entries[*i];
            const std::string text = read_bytes(folder.path() / entry.path);
            for (const app::Needle& needle : needles) {
                if (text.find(needle.answer) == std::string::npos) continue;
                answers.insert(needle.answer);
                QCOMPARE(count(all, needle.answer), std::size_t(1));
                QCOMPARE(count(needle.question, needle.answer), std::size_t(0));
                QVERIFY2(
                    std::abs(behind - needle.depth) < 900,
                    qPrintable(QString::number(behind) + QLatin1Char(' ') + QString::number(needle.depth)));
            }
            behind += entry.tokens;
        }
        QCOMPARE(answers.size(), needles.size());
    }

    void theExcerptsHoldTheAnswer() {
        const TemporaryDirectory folder, work;
        const auto needles = app::write_recall_project(folder.path(), kSmall, *tokenizer_);
        const project::ProjectRoot root(folder.path());
        const auto found = survey(folder.path());
        for (const app::Needle& needle : needles) {
            const auto choice =
                app::choose_excerpts(work / "search.db", root, project::project_files(found.scan.entries),
                                     {needle.question, {}, 600}, *tokenizer_);
            QVERIFY2(project::excerpts_text(choice.excerpts).find(needle.answer) != std::string::npos,
                     needle.question.c_str());
            QVERIFY(choice.tokens <= 600);
        }
    }

    void aModelIsMeasured() {
        app::EngineOptions options;
        options.model = test::demo_model();
        options.device = app::Device::Cpu;
        const auto engine = app::Engine::load(options);
        const TemporaryDirectory work;
        double last = 0;
        const app::Recall recall = app::measure_recall(*engine, kSmall, work.path(), {}, [&](double share) {
            QVERIFY(share >= last && share <= 1);
            last = share;
        });
        QCOMPARE(last, 1.0);
        QCOMPARE(recall.rows.size(), app::recall_depths(kSmall.tokens).size());
        QCOMPARE(recall.fingerprint, engine->fingerprint());
        for (const app::RecallRow& row : recall.rows) {
            QCOMPARE(row.asked, 2);
            QVERIFY(row.from_state <= 2 && row.with_excerpts <= 2);
        }
        std::stop_source stop;
        stop.request_stop();
        const TemporaryDirectory other;
        QVERIFY_EXCEPTION_THROWN(app::measure_recall(*engine, kSmall, other.path(), stop.get_token()),
                                 storage::Stopped);
    }

    void theLastMeasurementOfEachModelIsKept() {
        const TemporaryDirectory folder;
        const fs::path file = folder / "recall.json";
        QVERIFY(!app::load_recall(file, "a"));
        const app::Recall a{"a", 100, 1, {{1024, 5, 1, 4}, {4096, 5, 0, 5}}};
        const app::Recall b{"b", 200, 2, {{1024, 5, 5, 5}}};
        app::save_recall(file, a);
        app::save_recall(file, b);
        QVERIFY(app::load_recall(file, "a") == a);
        QVERIFY(app::load_recall(file, "b") == b);
        const app::Recall newer{"a", 300, 3, {}};
        app::save_recall(file, newer);
        QVERIFY(app::load_recall(file, "a") == newer);
        QVERIFY(!app::load_recall(file, "c"));
        for (const char* damage : {"", "[]", "{\"a\": 5}", "{\"a\": {\"tokens\": \"x\"}}"}) {
            write_bytes(file, damage);
            QVERIFY(!app::load_recall(file, "a"));
        }
        app::save_recall(file, b);
        QVERIFY(app::load_recall(file, "b") == b);
    }
};

QTEST_APPLESS_MAIN(TestRecall)
#include "test_recall.moc"
