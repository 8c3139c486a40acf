#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>

#include "inference/error.h"
#include "storage/checkpoints.h"
#include "tests/support/demo_model.h"

using sidewinder::inference::Fault;

namespace {

struct Ran {
    int code;
    QByteArray out, err;
};

}  // namespace

/// The program as a script uses it: real processes, the demo model, a home of its own.
class TestCli : public QObject {
    Q_OBJECT

    QTemporaryDir home_;

    Ran run(const QStringList& arguments, const QByteArray& input = {}) {
        QProcess process;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"}) {
            environment.insert(QLatin1String(name), home_.path() + QLatin1Char('/') + QLatin1String(name));
        }
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"), arguments);
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(120'000)) return {-1, {}, "timed out"};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }
    QString path(const char* name) const { return home_.filePath(QLatin1String(name)); }
    static QString text(const QByteArray& bytes) { return QString::fromUtf8(bytes); }

  private Q_SLOTS:
    void askPrintsPython() {
        const Ran ran = run({QStringLiteral("ask"), QStringLiteral("--seed"), QStringLiteral("1"),
                             QStringLiteral("Write a Python function that adds two numbers")});
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY2(ran.out.contains("def ") && ran.out.contains("return"), ran.out.constData());
    }

    void theSameSeedGivesTheSameAnswer() {
        const QStringList arguments{QStringLiteral("ask"),
                                    QStringLiteral("--json"),
                                    QStringLiteral("--seed"),
                                    QStringLiteral("42"),
                                    QStringLiteral("--temperature"),
                                    QStringLiteral("1"),
                                    QStringLiteral("Write a class for a stack")};
        const auto tokens = [&] {
            return QJsonDocument::fromJson(run(arguments).out).object()[QStringLiteral("tokens")].toArray();
        };
        const QJsonArray first = tokens();
        QVERIFY(!first.isEmpty());
        QCOMPARE(tokens(), first);
    }

    void askTakesFilesAndStandardInput() {
        QFile file(path("a.py"));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write("def f(): pass\n");
        file.close();
        const Ran ran =
            run({QStringLiteral("ask"), QStringLiteral("--json"), QStringLiteral("--max-tokens"),
                 QStringLiteral("4"), QStringLiteral("--file"), file.fileName(), QStringLiteral("Explain")},
                "and this\n");
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonObject stats =
            QJsonDocument::fromJson(ran.out).object()[QStringLiteral("stats")].toObject();
        QVERIFY(stats[QStringLiteral("tokens_read")].toInt() > 12);
    }

    void askSaysWhenThereIsNothingToAsk() {
        const Ran ran = run({QStringLiteral("ask")});
        QCOMPARE(ran.code, static_cast<int>(Fault::BadRequest));
        QVERIFY2(ran.err.contains("nothing to ask"), ran.err.constData());
    }

    void badModelsHaveCodesAndSentences() {
        QCOMPARE(
            run({QStringLiteral("ask"), QStringLiteral("--model"), path("none"), QStringLiteral("x")}).code,
            static_cast<int>(Fault::MissingFile));
        QVERIFY(QDir().mkpath(path("empty")));
        QCOMPARE(run({QStringLiteral("check"), QStringLiteral("--model"), path("empty")}).code,
                 static_cast<int>(Fault::MissingFile));
        QCOMPARE(run({QStringLiteral("ask"), QStringLiteral("--weights"), QStringLiteral("int3"),
                      QStringLiteral("x")})
                     .code,
                 static_cast<int>(Fault::BadConfig));
    }

    void aBackendThatIsNotHereIsSaid() {
        const Ran ran = run({QStringLiteral("ask"), QStringLiteral("--backend"), QStringLiteral("cuda"),
                             QStringLiteral("x")});
        if (ran.code == 0) QSKIP("this machine has a usable GPU");
        QCOMPARE(ran.code, 62);
        QVERIFY2(ran.err.contains("GPU") || ran.err.contains("NVIDIA"), ran.err.constData());
        const Ran check = run({QStringLiteral("check")});
        QVERIFY2(check.code == 0 && check.out.contains("GPU         none: "), check.out.constData());
        QVERIFY2(check.out.contains("takes 0."), check.out.constData());
    }

    void wipeRemovesSavedStates() {
        const QString folder = path("XDG_CACHE_HOME") + QStringLiteral("/sidewinder/checkpoints");
        {
            sidewinder::storage::Checkpoints files(folder.toStdString(), 1 << 20);
            files.write({.fingerprint = "f", .position = 3, .log_hash = {}}, std::vector<std::byte>(1000));
        }
        QVERIFY(run({QStringLiteral("checkpoints")}).out.startsWith("Saved states: 1,"));
        const Ran ran = run({QStringLiteral("checkpoints"), QStringLiteral("--wipe")});
        QVERIFY2(ran.code == 0 && ran.out.startsWith("Saved states removed: 1,"), ran.out.constData());
        QVERIFY(QDir(folder).isEmpty());
    }

    void wrongUsageIsTwo() {
        QCOMPARE(run({QStringLiteral("nonsense")}).code, 2);
        QCOMPARE(run({QStringLiteral("ask"), QStringLiteral("--temperature"), QStringLiteral("hot"),
                      QStringLiteral("x")})
                     .code,
                 2);
    }

    void chatRemembersAndSaves() {
        const QByteArray input = "Write a Python function that adds two numbers\nAdd a docstring\n/save " +
                                 path("chat.md").toUtf8() + "\n/quit\n";
        const Ran ran = run({QStringLiteral("chat"), QStringLiteral("--seed"), QStringLiteral("1"),
                             QStringLiteral("--max-tokens"), QStringLiteral("60")},
                            input);
        QVERIFY2(ran.code == 0, ran.err.constData());
        QFile saved(path("chat.md"));
        QVERIFY(saved.open(QIODevice::ReadOnly));
        const QByteArray markdown = saved.readAll();
        QCOMPARE(markdown.count("## You"), 2);
        QCOMPARE(markdown.count("## Sidewinder"), 2);
        // The second turn read only what it added: everything before it was kept.
        const QStringList lines = text(ran.err).split(QLatin1Char('\n')).filter(QStringLiteral("read, "));
        QCOMPARE(lines.size(), 2);
        const auto read = [](const QString& line) { return line.section(QLatin1Char(' '), 0, 0).toInt(); };
        QVERIFY2(read(lines[1]) < 15, qPrintable(lines[1]));
    }

    void tokenizePrintsIds() {
        const Ran ran =
            run({QStringLiteral("tokenize"), QStringLiteral("--text"), QStringLiteral("[INST] x")});
        QCOMPARE(ran.code, 0);
        const QJsonArray ids = QJsonDocument::fromJson(ran.out).array();
        QVERIFY(!ids.isEmpty());
        QVERIFY(!ids.contains(QJsonValue(3)));  // typed control tokens are text
    }

    void randomModelAndLogitsAgreeHoweverFed() {
        QCOMPARE(run({QStringLiteral("random-model"), QStringLiteral("--shape"), QStringLiteral("g8h2"),
                      QStringLiteral("--out"), path("model")})
                     .code,
                 0);
        QFile ids(path("ids.json"));
        QVERIFY(ids.open(QIODevice::WriteOnly));
        ids.write("[1,2,3,4,5,6,7,8,9,10]");
        ids.close();
        for (const char* chunk : {"1", "10"}) {
            const Ran ran = run({QStringLiteral("logits"), QStringLiteral("--model"), path("model"),
                                 QStringLiteral("--ids"), ids.fileName(), QStringLiteral("--out"),
                                 path(chunk), QStringLiteral("--chunk"), QLatin1String(chunk)});
            QVERIFY2(ran.code == 0, ran.err.constData());
        }
        QCOMPARE(QFileInfo(path("1")).size(), QFileInfo(path("10")).size());
        QVERIFY(QFileInfo(path("1")).size() > 10 * 512 * 4);
    }
};

QTEST_GUILESS_MAIN(TestCli)
#include "test_cli.moc"
