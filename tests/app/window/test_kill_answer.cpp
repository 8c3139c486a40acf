#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>

#include <fstream>
#include <nlohmann/json.hpp>
#include <random>

#include "inference/random_weights.h"
#include "inference/tokenizer.h"
#include "storage/conversations.h"
#include "tests/support/demo_model.h"

using namespace sidewinder;
namespace fs = std::filesystem;

/// `kill -9` of the real program while its answer streams: what was shown as saved is there, the partial
/// answer included.
class TestKillAnswer : public QObject {
    Q_OBJECT

    static constexpr std::int64_t kWidth = 512;
    QTemporaryDir folder_;
    fs::path model_;

    // Kills the program a random moment after the first part of an answer was saved; returns the bytes it had
    // reported.
    std::size_t killedAfter(const fs::path& home, int milliseconds) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        environment.insert(QStringLiteral("XDG_RUNTIME_DIR"), folder_.path());
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/answering_target"),
                      {QString::fromStdString(home.string()), QString::fromStdString(model_.string())});
        std::size_t saved = 0;
        QByteArray out;
        const auto take = [&] {
            out += process.readAllStandardOutput();
            for (int end = 0; (end = static_cast<int>(out.indexOf('\n'))) >= 0; out.remove(0, end + 1)) {
                const QByteArray line = out.left(end);
                if (line.startsWith("saved ")) saved = line.mid(6).toULongLong();
            }
        };
        QDeadlineTimer deadline(60'000);
        while (saved == 0 && !deadline.hasExpired() && process.state() != QProcess::NotRunning) {
            process.waitForReadyRead(50);
            take();
        }
        QTest::qWait(milliseconds);
        take();
        process.kill();
        process.waitForFinished();
        take();
        return saved;
    }

    // A zero row in the output head makes the end-of-sequence token average, and top-k then never draws it.
    static void neverEnd(const fs::path& file) {
        std::fstream weights(file, std::ios::binary | std::ios::in | std::ios::out);
        std::uint64_t length = 0;
        weights.read(reinterpret_cast<char*>(&length), sizeof length);
        std::string header(length, ' ');
        weights.read(header.data(), static_cast<std::streamsize>(length));
        const auto head = nlohmann::json::parse(header)["model.lm_head.weight"];
        const std::vector<char> row(kWidth * 2);
        const std::uint64_t start = sizeof length + length + head["data_offsets"][0].get<std::uint64_t>();
        weights.seekp(static_cast<std::streamoff>(start + inference::token::kEos * row.size()));
        weights.write(row.data(), static_cast<std::streamsize>(row.size()));
        QVERIFY(weights.good());
    }

  private Q_SLOTS:
    void initTestCase() {
        model_ = fs::path(folder_.path().toStdString()) / "model";
        inference::write_random_model(model_, inference::make_config(kWidth, 12, 4096, 2));
        neverEnd(model_ / "consolidated.safetensors");
        fs::copy_file(test::demo_model() / "tokenizer.model.v3", model_ / "tokenizer.model.v3");
        QFile::setPermissions(folder_.path(), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    }

    void thePartialAnswerIsThere() {
        std::minstd_rand random(1);
        for (int round = 0; round < 8; ++round) {
            const fs::path home = fs::path(folder_.path().toStdString()) / std::to_string(round);
            const std::size_t saved = killedAfter(home, static_cast<int>(random() % 1500));
            QVERIFY2(saved > 0, "no part of an answer was saved within a minute");
            storage::Database database(home / "data" / "sidewinder.db");
            QVERIFY(database.recovery().kind == storage::Recovery::Kind::None);
            storage::Conversations conversations(database);
            // The answer has no end of its own, so that the kill always meets it half done.
            QCOMPARE(conversations.recover_interrupted(), 1);
            const auto path = conversations.path(*conversations.list()[0].current_leaf);
            QCOMPARE(path.size(), std::size_t{2});
            QCOMPARE(path[0].text, std::string("Go on for ever"));
            QVERIFY(path[1].status == storage::Status::Stopped);
            QVERIFY2(path[1].text.size() >= saved, qPrintable(QString::number(saved)));
            QVERIFY(!path[1].tokens.empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestKillAnswer)
#include "test_kill_answer.moc"
