#include <QtTest>

#include <algorithm>
#include <map>

#include "inference/error.h"
#include "inference/timeline.h"
#include "tests/support/memory_files.h"
#include "tests/support/random_engine.h"

using namespace sidewinder::inference;
using sidewinder::test::MemoryFiles;
using sidewinder::test::RandomEngine;

namespace {

using Origin = Timeline::Origin;

std::vector<TokenId> log_of(std::size_t count) {
    return random_tokens(512, count);
}

std::vector<float> logits_after(Timeline& timeline, TokenId token) {
    const auto logits = timeline.step(token);
    return {logits.begin(), logits.end()};
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

}  // namespace

class TestTimeline : public QObject {
    Q_OBJECT

    static constexpr std::size_t kBudget = std::size_t{64} << 20;

  private Q_SLOTS:
    void readsOnlyWhatIsNew() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        const auto log = log_of(200);
        const auto first = timeline.advance(std::span(log).first(150));
        QCOMPARE(first.plan.reused, 0);
        QCOMPARE(first.plan.to_read, 150);
        const auto second = timeline.advance(log);
        QVERIFY(second.plan.origin == Origin::Live);
        QCOMPARE(second.plan.reused, 150);
        QCOMPARE(second.plan.to_read, 50);
        QCOMPARE(timeline.advance(log).plan.to_read, 0);
    }

    void planSaysWhatAdvanceDoes() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        const auto log = log_of(90);
        timeline.advance(std::span(log).first(60));
        timeline.keep(Timeline::Keep::Host);
        timeline.advance(std::span(log).first(80));
        const auto plan = timeline.plan(std::span(log).first(70));
        QVERIFY(plan.origin == Origin::Host);
        QCOMPARE(plan.reused, 60);
        QCOMPARE(plan.to_read, 10);
        QCOMPARE(timeline.advance(std::span(log).first(70)).plan.reused, 60);
    }

    void aRestoredStateGoesOnBitForBit_data() {
        QTest::addColumn<bool>("disk");
        QTest::newRow("host") << false;
        QTest::newRow("disk") << true;
    }
    void aRestoredStateGoesOnBitForBit() {
        QFETCH(bool, disk);
        RandomEngine engine;
        MemoryFiles files;
        const auto log = log_of(120);
        std::vector<float> straight;
        {
            Timeline timeline(engine.model, "f", kBudget, nullptr);
            timeline.advance(std::span(log).first(100));
            straight = logits_after(timeline, 7);
        }
        Timeline before(engine.model, "f", kBudget, &files);
        before.advance(std::span(log).first(100));
        before.keep(disk ? Timeline::Keep::HostAndDisk : Timeline::Keep::Host);
        before.advance(log);
        Timeline after(engine.model, "f", kBudget, &files);  // a restart, where disk is asked for
        Timeline& timeline = disk ? after : before;
        const auto outcome = timeline.advance(std::span(log).first(100));
        QVERIFY(outcome.plan.origin == (disk ? Origin::Disk : Origin::Host));
        QCOMPARE(outcome.plan.to_read, 0);
        QVERIFY(same_bits(logits_after(timeline, 7), straight));
    }

    void anotherLogIsNeverTaken() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        auto log = log_of(100);
        timeline.advance(log);
        timeline.keep(Timeline::Keep::Host);
        log[3] = (log[3] + 1) % 512;
        const auto outcome = timeline.advance(log);
        QVERIFY(outcome.plan.origin == Origin::Nothing);
        QCOMPARE(outcome.plan.to_read, 100);
    }

    void anotherFingerprintIsNeverTaken() {
        RandomEngine engine;
        MemoryFiles files;
        const auto log = log_of(50);
        Timeline bf16(engine.model, "weights/bf16", kBudget, &files);
        bf16.advance(log);
        bf16.keep(Timeline::Keep::HostAndDisk);
        Timeline int8(engine.model, "weights/int8", kBudget, &files);
        QVERIFY(int8.plan(log).origin == Origin::Nothing);
        Timeline again(engine.model, "weights/bf16", kBudget, &files);
        QVERIFY(again.plan(log).origin == Origin::Disk);
    }

    void aDamagedFileIsReadAgainFromTheTokens() {
        RandomEngine engine;
        MemoryFiles files;
        const auto log = log_of(50);
        Timeline first(engine.model, "f", kBudget, &files);
        first.advance(log);
        first.keep(Timeline::Keep::HostAndDisk);
        files.damaged = true;
        Timeline second(engine.model, "f", kBudget, &files);
        const auto outcome = second.advance(log);
        QVERIFY(outcome.plan.origin == Origin::Nothing);
        QCOMPARE(outcome.plan.to_read, 50);
        QVERIFY(same_bits(logits_after(first, 1), logits_after(second, 1)));
    }

    void branchesShareWhatTheyHaveInCommon() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        auto log = log_of(80);
        timeline.advance(std::span(log).first(60));
        timeline.keep(Timeline::Keep::Host);
        timeline.advance(log);
        std::vector<TokenId> branch(log.begin(), log.begin() + 60);
        branch.push_back(5);
        const auto outcome = timeline.advance(branch);
        QVERIFY(outcome.plan.origin == Origin::Host);
        QCOMPARE(outcome.plan.to_read, 1);
    }

    void aStopInTheMiddleKeepsWhatWasRead() {
        RandomEngine engine(/*chunk=*/16);
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        const auto log = log_of(160);
        std::stop_source stop;
        const auto outcome = timeline.advance(log, stop.get_token(), [&](const Timeline::Progress& p) {
            if (p.read > 70) stop.request_stop();  // in the middle of the fifth chunk
        });
        QVERIFY(outcome.stopped);
        QCOMPARE(timeline.position(), 64);
        QCOMPARE(timeline.advance(log).plan.reused, 64);
        // The half-done chunk left no trace.
        Timeline straight(engine.model, "f", kBudget, nullptr);
        straight.advance(log);
        QVERIFY(same_bits(logits_after(timeline, 3), logits_after(straight, 3)));
    }

    void anErrorLeavesNoHalfReadState() {
        RandomEngine engine(/*chunk=*/16);
        Timeline timeline(engine.model, "f", kBudget, nullptr);
        const auto log = log_of(60);
        auto bad = log;
        bad[40] = 512;  // outside of the vocabulary: throws in the third chunk
        QVERIFY_EXCEPTION_THROWN(timeline.advance(bad), Error);
        QCOMPARE(timeline.position(), 0);
        QCOMPARE(timeline.advance(log).plan.to_read, 60);
        Timeline straight(engine.model, "f", kBudget, nullptr);
        straight.advance(log);
        QVERIFY(same_bits(logits_after(timeline, 3), logits_after(straight, 3)));
    }

    void theHostBudgetHolds() {
        RandomEngine engine;
        const std::size_t one = State::bytes_for(engine.config);
        Timeline timeline(engine.model, "f", 2 * one + one / 2, nullptr);
        const auto log = log_of(40);
        for (std::size_t end : {10U, 20U, 30U}) {
            timeline.advance(std::span(log).first(end));
            timeline.keep(Timeline::Keep::Host);
            QVERIFY(timeline.host_bytes() <= timeline.host_budget());
        }
        QCOMPARE(timeline.host_bytes(), 2 * one);
        QCOMPARE(timeline.plan(std::span(log).first(15)).reused, 0);  // 10 was used least recently
        QCOMPARE(timeline.plan(std::span(log).first(25)).reused, 20);
    }

    void projectsAreEvictedLast() {
        RandomEngine engine;
        const std::size_t one = State::bytes_for(engine.config);
        Timeline timeline(engine.model, "f", 2 * one, nullptr);
        const auto log = log_of(40);
        timeline.advance(std::span(log).first(10));
        timeline.keep(Timeline::Keep::Host, CheckpointKind::Project);
        for (std::size_t end : {20U, 30U}) {
            timeline.advance(std::span(log).first(end));
            timeline.keep(Timeline::Keep::Host);
        }
        QCOMPARE(timeline.plan(std::span(log).first(15)).reused, 10);
        QCOMPARE(timeline.plan(std::span(log).first(25)).reused, 10);
    }

    void aBudgetOfNothingStillAnswers() {
        RandomEngine engine;
        Timeline timeline(engine.model, "f", 0, nullptr);
        const auto log = log_of(20);
        timeline.advance(log);
        timeline.keep(Timeline::Keep::Host);
        QCOMPARE(timeline.host_bytes(), std::size_t{0});
        QCOMPARE(timeline.advance(log).plan.to_read, 0);
    }
};

QTEST_APPLESS_MAIN(TestTimeline)
#include "test_timeline.moc"
