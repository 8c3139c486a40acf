#include <stdlib.h>
#include <unistd.h>

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>

#include "tests/support/temporary_directory.h"

using namespace sidewinder;
namespace fs = std::filesystem;

namespace {

struct Ran {
    int code;
    QByteArray out, err;
};

}  // namespace

/// `sidewinder-cli models download` and `models token`: what they hand to sidewinder-fetch, and what they say
/// before.
class TestModelsFetch : public QObject {
    Q_OBJECT
    std::optional<tests::TemporaryDirectory> home_;
    QProcessEnvironment environment_;

    QString text_of(const char* name) const { return QString::fromStdString((*home_ / name).string()); }
    /// With `shell`, a line of sh in which $CLI is the program.
    Ran run(const QStringList& arguments, const QByteArray& input = {}, const char* shell = nullptr) {
        QProcess process;
        process.setProcessEnvironment(environment_);
        const QString cli = QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli");
        if (shell != nullptr) {
            QProcessEnvironment with = environment_;
            with.insert(QStringLiteral("CLI"), cli);
            process.setProcessEnvironment(with);
            process.start(QStringLiteral("sh"), {QStringLiteral("-c"), QString::fromUtf8(shell)});
        } else {
            process.start(cli, arguments);
        }
        process.write(input);
        process.closeWriteChannel();
        if (!process.waitForFinished(60'000)) return {-1, {}, "timed out"};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }
    static QStringList words(const char* line) { return QString::fromUtf8(line).split(u' '); }
    QString where() {
        const Ran ran = run(words("models token show-where --json"));
        return QJsonDocument::fromJson(ran.out).object()[u"where"].toString();
    }

  private slots:
    void init() {
        home_.emplace();
        environment_ = QProcessEnvironment::systemEnvironment();
        for (const QString& name : environment_.keys())
            if (name.startsWith(QStringLiteral("HF_")) ||
                name.endsWith(QStringLiteral("_proxy"), Qt::CaseInsensitive))
                environment_.remove(name);
        environment_.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
        for (const char* name :
             {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR", "HF_HOME", "HOME"}) {
            fs::create_directories(*home_ / name);
            environment_.insert(QLatin1String(name), text_of(name));
        }
        environment_.insert(QStringLiteral("HF_ENDPOINT"), QStringLiteral("http://127.0.0.1:9"));
    }

    void itSaysWhomItConnectsTo() {
        environment_.insert(QStringLiteral("HF_ENDPOINT"), QStringLiteral("http://127.0.0.1:9/mirror"));
        // Refused by sidewinder-fetch itself, so that the test need not wait for a network.
        Ran ran = run(words("models download a/b --token-file /none --proxy http://127.0.0.1:8"));
        QCOMPARE(ran.code, 64);
        QVERIFY2(ran.err.startsWith(
                     "Connecting to 127.0.0.1:9, and to where it keeps its files, through the proxy "
                     "127.0.0.1:8.\n"),
                 ran.err);
        QVERIFY2(ran.err.contains("The token file /none is not there"), ran.err);
    }

    void offlineIsKeptTo() {
        environment_.insert(QStringLiteral("HF_HUB_OFFLINE"), QStringLiteral("1"));
        const Ran ran = run(words("models download a/b"));
        QVERIFY2(ran.code != 0 && ran.err.contains("HF_HUB_OFFLINE=1 forbids downloads"), ran.err);
        QVERIFY2(!ran.err.contains("Connecting"), ran.err);
    }

    void passwordsInArgumentsAreRefused() {
        const Ran ran = run(words("models download a/b --proxy http://me:secretword@127.0.0.1:8"));
        QVERIFY2(
            ran.code != 0 && ran.err.contains("can be read by others") && !ran.err.contains("secretword"),
            ran.err);
    }

    void onlyOneTokenCanBeMeant() {
        QCOMPARE(run(words("models download a/b --no-token --token-fd 0")).code, 2);
        QCOMPARE(run(words("models download a/b --no-token --token-file /x")).code, 2);
        QCOMPARE(run(words("models download a/b --token-fd 3 --token-file /x")).code, 2);
        const Ran closed = run({}, {}, "$CLI models download a/b --token-fd 0 </dev/null");
        QVERIFY2(closed.code == 63 && closed.err.contains("gave no access token"), closed.err);
    }

    void aTokenOfADescriptorIsHandedOn() {
        const Ran ran = run({}, {}, "echo 'hf_a b' | $CLI models download a/b --token-fd 0");
        QCOMPARE(ran.code, 64);  // by sidewinder-fetch: it came there
        QVERIFY2(ran.err.contains("characters that no token has") && !ran.err.contains("hf_a"), ran.err);
    }

    void aTokenIsKeptWhereThePersonSays() {
        Ran ran = run(words("models token set"), "hf_kept\n");
        QVERIFY2(ran.code == 64 && ran.err.contains("no D-Bus") && ran.err.contains("--in-file"), ran.err);
        QCOMPARE(where(), QString());
        ran = run(words("models token set --in-file"), "hf_kept\n");
        QVERIFY2(ran.code == 0 && ran.out.contains("which only you may read") && !ran.out.contains("hf_kept"),
                 ran.err);
        QCOMPARE(where(), text_of("XDG_CONFIG_HOME/sidewinder/tokens.json"));
        ran = run(words("models token remove"));
        QVERIFY2(ran.code == 0 && ran.out.contains("is removed"), ran.err);
        QCOMPARE(where(), QString());
        QVERIFY(run(words("models token set --in-file"), "\n").err.contains("No token was given"));
        QVERIFY(run(words("models token set hf_kept")).code != 0);
    }

    void aTokenIsTypedWithoutAnEcho() {
        if (QStandardPaths::findExecutable(QStringLiteral("script")).isEmpty())
            QSKIP("script is not installed");
        const Ran ran =
            run({}, {},
                "(sleep 1; echo hf_typed; sleep 1) | script -qec \"$CLI models token set --in-file\" "
                "/dev/null");
        QVERIFY2(ran.out.contains("it is not shown") && !ran.out.contains("hf_typed"), ran.out);
        QCOMPARE(where(), text_of("XDG_CONFIG_HOME/sidewinder/tokens.json"));
    }
};

QTEST_GUILESS_MAIN(TestModelsFetch)
#include "test_models_fetch.moc"
