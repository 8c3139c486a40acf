#include <QtTest>
#include <vector>

#include "inference/error.h"
#include "inference/sampler.h"
#include "inference/timeline.h"
#include "tests/support/random_engine.h"

using namespace sidewinder::inference;
using sidewinder::test::RandomEngine;

namespace {

constexpr std::size_t kBudget = std::size_t{64} << 20;

std::vector<TokenId> by_step_and_sample(RandomEngine& engine, std::vector<TokenId> log,
                                        const SamplingOptions& options, int count) {
    Timeline timeline(engine.model, "f", kBudget, nullptr);
    timeline.advance(std::span(log).first(log.size() - 1));
    for (int i = 0; i < count; ++i) {
        const auto logits = timeline.step(log.back());
        log.push_back(sample(logits, log, options, log.size()));
    }
    return log;
}

std::vector<TokenId> by_next(RandomEngine& engine, std::vector<TokenId> log, const SamplingOptions& options,
                             int count) {
    Timeline timeline(engine.model, "f", kBudget, nullptr);
    timeline.advance(std::span(log).first(log.size() - 1));
    timeline.begin_sampling(options, log);
    for (int i = 0; i < count; ++i) log.push_back(timeline.next(log.back()));
    return log;
}

}  // namespace

/// Feeding and drawing in one step is feeding, then drawing.
class TestNextToken : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void isStepAndSample_data() {
        QTest::addColumn<float>("temperature");
        QTest::addColumn<int>("top_k");
        QTest::addColumn<float>("top_p");
        QTest::addColumn<float>("min_p");
        QTest::addColumn<float>("penalty");
        QTest::addColumn<int>("window");
        QTest::newRow("default") << 0.2f << 40 << 0.95f << 0.0f << 1.0f << 256;
        QTest::newRow("greedy") << 0.0f << 40 << 0.95f << 0.0f << 1.0f << 256;
        QTest::newRow("everything") << 1.0f << 0 << 1.0f << 0.0f << 1.0f << 256;
        QTest::newRow("min_p") << 1.0f << 0 << 1.0f << 0.1f << 1.0f << 256;
        QTest::newRow("all cuts") << 0.8f << 30 << 0.9f << 0.05f << 1.0f << 256;
        QTest::newRow("greedy, penalty") << 0.0f << 0 << 1.0f << 0.0f << 1.5f << 256;
        QTest::newRow("penalty, window of 1") << 0.0f << 0 << 1.0f << 0.0f << 5.0f << 1;
        QTest::newRow("penalty, window of 4") << 0.7f << 40 << 0.9f << 0.0f << 5.0f << 4;
        QTest::newRow("penalty, no window") << 0.7f << 40 << 0.9f << 0.0f << 5.0f << 0;
    }
    void isStepAndSample() {
        QFETCH(float, temperature);
        QFETCH(int, top_k);
        QFETCH(float, top_p);
        QFETCH(float, min_p);
        QFETCH(float, penalty);
        QFETCH(int, window);
        const SamplingOptions options{temperature, top_k, top_p, min_p, penalty, window, 77};
        RandomEngine engine;
        const auto log = random_tokens(512, 30);
        QCOMPARE(by_next(engine, log, options, 40), by_step_and_sample(engine, log, options, 40));
    }

    // What is fed is read, what is only drawn is not.
    void theTokenDrawnIsNotFed() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        auto log = random_tokens(512, 10);
        timeline.advance(std::span(log).first(9));
        timeline.begin_sampling({}, log);
        const TokenId drawn = timeline.next(log.back());
        QCOMPARE(timeline.position(), 10);
        QCOMPARE(timeline.plan(log).to_read, 0);
        log.push_back(drawn);
        QCOMPARE(timeline.plan(log).to_read, 1);
    }

    // Another answer, a prefill and a step between: the token that lies on the device is not taken for
    // another.
    void otherStepsBetweenDoNotMatter() {
        RandomEngine engine;
        const auto log = random_tokens(512, 10);
        SamplingOptions options;
        options.temperature = 1;
        const auto expected = by_next(engine, log, options, 6);
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        for (int i = 0; i < 3; ++i) {
            auto answer = log;
            timeline.advance(std::span(log).first(9));
            timeline.begin_sampling(options, answer);
            for (int t = 0; t < 6; ++t) answer.push_back(timeline.next(answer.back()));
            QCOMPARE(answer, expected);
            timeline.step(3);
            timeline.forget();
        }
    }

    void optionsOutOfRangeAreRefused() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        SamplingOptions options;
        options.top_p = 2;
        const TokenId log[] = {1};
        QVERIFY_EXCEPTION_THROWN(timeline.begin_sampling(options, log), Error);
    }

    void tokensOutsideOfTheVocabularyAreRefused() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        const TokenId log[] = {512};
        timeline.begin_sampling({}, log);
        QVERIFY_EXCEPTION_THROWN(timeline.next(512), Error);
    }
};

QTEST_APPLESS_MAIN(TestNextToken)
#include "test_next_token.moc"
