#include <QtTest>

#include <filesystem>
#include <fstream>

#include "app/core/checkpoint_store.h"
#include "kernels/error.h"
#include "tests/support/random_engine.h"

using namespace sidewinder;
using inference::Timeline;
namespace fs = std::filesystem;

namespace {

/// A state that failed on its way from the device.
class NeverThere final : public kernels::HostCopy {
  public:
    explicit NeverThere(kernels::Error::Kind kind) : kind_(kind) {}
    std::size_t size() const override { return 1; }
    std::span<const std::byte> bytes() const override { throw kernels::Error(kind_, "It never came."); }

  private:
    kernels::Error::Kind kind_;
};

}  // namespace

/// The timeline over real files: a restart goes on where the last one stopped.
class TestCheckpointStore : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    QStringList told_;
    fs::path directory() const { return fs::path(folder_.path().toStdString()) / "checkpoints"; }
    app::CheckpointStore::Tell tell() {
        return [this](const std::string& sentence) { told_.append(QString::fromStdString(sentence)); };
    }

  private Q_SLOTS:
    void init() { told_.clear(); }
    void cleanup() { fs::remove_all(directory()); }

    void aRestartReadsNothingAgain() {
        test::RandomEngine engine;
        const auto log = inference::random_tokens(512, 100);
        std::vector<float> straight;
        {
            app::CheckpointStore files(directory(), 1 << 30, tell());
            Timeline timeline(engine.model, "f", 0, &files);
            timeline.advance(log);
            timeline.keep(Timeline::Keep::HostAndDisk);
            const auto logits = timeline.step(9);
            straight.assign(logits.begin(), logits.end());
        }
        app::CheckpointStore files(directory(), 1 << 30, tell());
        Timeline timeline(engine.model, "f", 0, &files);
        const auto outcome = timeline.advance(log);
        QVERIFY(outcome.plan.origin == Timeline::Origin::Disk);
        QCOMPARE(outcome.plan.to_read, 0);
        const auto logits = timeline.step(9);
        QVERIFY(std::equal(straight.begin(), straight.end(), logits.begin()));
        QVERIFY2(told_.isEmpty(), qPrintable(told_.join(QLatin1Char('\n'))));
    }

    void aFlippedByteIsNoticedAndTheTokensAreRead() {
        test::RandomEngine engine;
        const auto log = inference::random_tokens(512, 40);
        {
            app::CheckpointStore files(directory(), 1 << 30, tell());
            Timeline timeline(engine.model, "f", 0, &files);
            timeline.advance(log);
            timeline.keep(Timeline::Keep::HostAndDisk);
        }
        for (const auto& entry : fs::directory_iterator(directory())) {
            std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
            file.seekp(static_cast<std::streamoff>(fs::file_size(entry.path()) - 100));
            file.put('\x5a');
        }
        app::CheckpointStore files(directory(), 1 << 30, tell());
        Timeline timeline(engine.model, "f", 0, &files);
        const auto outcome = timeline.advance(log);
        QVERIFY(outcome.plan.origin == Timeline::Origin::Nothing);
        QCOMPARE(outcome.plan.to_read, 40);
        QCOMPARE(told_.size(), 1);
    }

    void aBudgetThatIsTooSmallIsToldAndLosesNothingElse() {
        test::RandomEngine engine;
        app::CheckpointStore files(directory(), 1000, tell());
        Timeline timeline(engine.model, "f", 0, &files);
        timeline.advance(inference::random_tokens(512, 10));
        timeline.keep(Timeline::Keep::HostAndDisk);
        files.flush();
        QCOMPARE(told_.size(), 1);
        QCOMPARE(files.used_bytes(), 0U);
    }

    // The engine tells it, with the way out beside it, which another sentence would cover.
    void aLostDeviceIsNotToldHereToo() {
        app::CheckpointStore files(directory(), 1 << 30, tell());
        files.write("f", {}, inference::CheckpointKind::Conversation,
                    std::make_shared<NeverThere>(kernels::Error::Kind::DeviceLost));
        files.flush();
        QVERIFY2(told_.isEmpty(), qPrintable(told_.join(QLatin1Char('\n'))));
        files.write("f", {}, inference::CheckpointKind::Conversation,
                    std::make_shared<NeverThere>(kernels::Error::Kind::Internal));
        files.flush();
        QCOMPARE(told_, QStringList{QStringLiteral("It never came.")});
    }

    void wipeRemovesEverything() {
        test::RandomEngine engine;
        app::CheckpointStore files(directory(), 1 << 30, tell());
        Timeline timeline(engine.model, "f", 0, &files);
        timeline.advance(inference::random_tokens(512, 10));
        timeline.keep(Timeline::Keep::HostAndDisk);
        QCOMPARE(files.wipe(), std::size_t{1});
        QVERIFY(fs::is_empty(directory()));
    }
};

QTEST_APPLESS_MAIN(TestCheckpointStore)
#include "test_checkpoint_store.moc"
