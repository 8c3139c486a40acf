#include <QProcess>

#include "inference/random_weights.h"
#include "tests/support/projects_bench.h"

using namespace sidewinder;
using test::ProjectFolder;
using test::ProjectsBench;
using ui::ProjectState;

/// `kill -9` of the real program while it reads a project: the next start goes on from the last checkpoint.
class TestKillReading : public QObject {
    Q_OBJECT

    QTemporaryDir folder_;
    std::filesystem::path model_;

    // Kills the program once it has read so many tokens; false when it came to an end before.
    static bool killAfter(const ProjectsBench& f, const std::filesystem::path& model, const QString& project,
                          qint64 tokens) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/reading_target"),
                      {QString::fromStdString(f.options().paths.data.parent_path().string()),
                       QString::fromStdString(model.string()), project});
        QByteArray out;
        QDeadlineTimer deadline(120'000);
        while (!deadline.hasExpired() && process.state() != QProcess::NotRunning) {
            process.waitForReadyRead(50);
            out += process.readAllStandardOutput();
            if (out.contains("over")) break;
            const qsizetype last = out.lastIndexOf("read ");
            if (last >= 0 && out.mid(last + 5, out.indexOf('\n', last) - last - 5).toLongLong() >= tokens) {
                process.kill();
                process.waitForFinished();
                return true;
            }
        }
        process.kill();
        process.waitForFinished();
        return false;
    }

  private Q_SLOTS:
    void initTestCase() {
        model_ = std::filesystem::path(folder_.path().toStdString()) / "model";
        inference::write_random_model(model_, inference::make_config(512, 12, 4096, 2));
        std::filesystem::copy_file(test::demo_model() / "tokenizer.model.v3", model_ / "tokenizer.model.v3");
    }

    void itGoesOnFromTheLastCheckpoint() {
        ProjectFolder project(10, 40);
        ProjectsBench f(model_);
        QVERIFY(killAfter(f, model_, project.path(), 4'500));
        QVERIFY(f.start());
        QVERIFY(f.waitFor(ProjectState::Paused));
        QVERIFY(f.item().percent > 0);
        QVERIFY(!f.projects().isReading());  // not before the person says so
        QSignalSpy over(&f.projects(), &app::ProjectsController::readingOver);
        QSignalSpy progress(&f.projects(), &app::ProjectsController::readingProgress);
        Q_EMIT f.window().projectUpdateRequested(1);
        QVERIFY(over.wait(180'000));
        QVERIFY(over.first().at(1).toBool());
        qint64 kept = 0;
        for (const auto& one : progress) kept = std::max(kept, one.first().value<ui::ReadingView>().kept);
        QVERIFY2(kept >= 1024, qPrintable(QString::number(kept)));
        QVERIFY(f.waitFor(ProjectState::Read));
        // What the ladder forgot in the crash is found again: removing leaves nothing behind.
        QVERIFY(f.projectCheckpoints() > 0);
        Q_EMIT f.list().removeRequested(1);
        f.quit();
        QCOMPARE(f.projectCheckpoints(), std::size_t{0});
    }
};

QTEST_MAIN(TestKillReading)
#include "test_kill_reading.moc"
