#include <signal.h>

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QtTest>

#include "inference/error.h"

using sidewinder::inference::Fault;

/// `sidewinder-cli quality` as a script uses it.
class TestQuality : public QObject {
    Q_OBJECT

    QTemporaryDir home_;

    struct Ran {
        int code;
        QByteArray out, err;
        QJsonObject json() const { return QJsonDocument::fromJson(out).object(); }
    };

    void start(QProcess& process, const QString& arguments) {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"})
            environment.insert(QLatin1String(name), home_.filePath(QLatin1String(name)));
        process.setProcessEnvironment(environment);
        process.start(QStringLiteral(SIDEWINDER_BIN_DIR "/sidewinder-cli"),
                      QStringLiteral("quality --backend cpu %1").arg(arguments).split(QLatin1Char(' ')));
    }
    Ran run(const QString& arguments) {
        QProcess process;
        start(process, arguments);
        if (!process.waitForFinished(300'000)) return {-1, {}, "timed out"};
        return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
                process.readAllStandardOutput(), process.readAllStandardError()};
    }
    static double value(const QJsonObject& form, const char* key) {
        return form[QStringLiteral("all")].toObject()[QLatin1String(key)].toDouble(-1);
    }

  private Q_SLOTS:
    void theDemoModelAgainstItself() {
        const Ran ran = run(QStringLiteral("--weights bf16 --tokens 64 --json"));
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonObject form = ran.json()[QStringLiteral("forms")].toArray()[0].toObject();
        QCOMPARE(value(form, "kl_mean"), 0.0);
        QCOMPARE(value(form, "kl_p99"), 0.0);
        QCOMPARE(value(form, "top1_agreement"), 1.0);
        QCOMPARE(value(form, "logits_error"), 0.0);
        QCOMPARE(value(form, "perplexity"), value(form, "perplexity_reference"));
        QVERIFY(value(form, "perplexity") > 1 && value(form, "perplexity") < 100);
    }

    void fewerBitsAreWorse() {
        const Ran ran = run(QStringLiteral("--weights int8,int4-g64,int4-g128 --tokens 512 --json --save ") +
                            home_.filePath(QStringLiteral("q.json")));
        QVERIFY2(ran.code == 0, ran.err.constData());
        const QJsonArray forms = ran.json()[QStringLiteral("forms")].toArray();
        QCOMPARE(forms.size(), 3);
        const auto at = [&](int i, const char* key) { return value(forms[i].toObject(), key); };
        QVERIFY(at(0, "kl_mean") > 0 && at(0, "kl_mean") < 0.001);
        QVERIFY(at(0, "kl_mean") * 10 < at(1, "kl_mean") && at(1, "kl_mean") < at(2, "kl_mean"));
        QVERIFY(at(0, "logits_error") < at(1, "logits_error"));
        QVERIFY(at(0, "top1_agreement") > at(2, "top1_agreement"));
        const QJsonArray depths = forms[0].toObject()[QStringLiteral("depths")].toArray();
        QCOMPARE(depths.size(), 4);
        QCOMPARE(depths[3].toObject()[QStringLiteral("first")].toInt(), 384);
        QFile saved(home_.filePath(QStringLiteral("q.json")));
        QVERIFY(saved.open(QIODevice::ReadOnly));
        QCOMPARE(saved.readAll(), ran.out);
    }

    void aCalibratedFormIsBetter() {
        for (const char* group : {"int4-g128", "int4-g64"}) {
            const Ran ran = run(
                QStringLiteral("--weights %1,%1-calibrated --tokens 1024 --json").arg(QLatin1String(group)));
            QVERIFY2(ran.code == 0, ran.err.constData());
            const QJsonArray forms = ran.json()[QStringLiteral("forms")].toArray();
            const QJsonObject plain = forms[0].toObject(), calibrated = forms[1].toObject();
            QVERIFY(value(calibrated, "kl_mean") < 0.85 * value(plain, "kl_mean"));
            QVERIFY(value(calibrated, "perplexity") < value(plain, "perplexity"));
            QCOMPARE(calibrated[QStringLiteral("weight_bytes")], plain[QStringLiteral("weight_bytes")]);
        }
    }

    void randomWeightsReadRandomTokens() {
        const Ran ran =
            run(QStringLiteral("--model random --shape tiny --weights int8 --tokens 40 --chunk 7"));
        QVERIFY2(ran.code == 0, ran.err.constData());
        QVERIFY2(ran.out.contains("40 positions") && ran.out.contains("\nint8-g128 "), ran.out.constData());
        QVERIFY2(ran.out.contains("  10-19 "), ran.out.constData());
    }

    void badRequestsAreSentences_data() {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<int>("code");
        QTest::addColumn<QByteArray>("words");
        const auto row = [](const char* name, const char* arguments, Fault fault, const char* words) {
            QTest::newRow(name) << QString::fromLatin1(arguments) << static_cast<int>(fault)
                                << QByteArray(words);
        };
        row("weights", "--weights int8,int3", Fault::BadConfig, "no weight format \"int3\"");
        row("layers of a trained model", "--layers 2", Fault::BadRequest, "--layers is for random weights");
        row("too many tokens", "--model random --tokens 40000", Fault::BadRequest, "at most 32768");
        row("text without tokenizer", "--model random --text x.py", Fault::BadRequest, "no tokenizer");
        row("text", "--text /none.py", Fault::Io, "/none.py cannot be read");
        row("shape", "--model random --shape 8b", Fault::BadConfig, "no model shape");
        row("model", "--model /none", Fault::MissingFile, "/none");
        row("save", "--tokens 8 --weights int8 --save /none/q.json", Fault::Io, "/none/q.json");
    }
    void badRequestsAreSentences() {
        QFETCH(QString, arguments);
        QFETCH(int, code);
        QFETCH(QByteArray, words);
        const Ran ran = run(arguments);
        QCOMPARE(ran.code, code);
        QVERIFY2(ran.err.contains(words), ran.err.constData());
    }

    void wrongUsageIsTwo() {
        QCOMPARE(run(QStringLiteral("--tokens 0")).code, 2);
        QCOMPARE(run(QStringLiteral("--backend tpu")).code, 2);
    }

    void anInterruptEndsIt() {
        QProcess process;
        start(process, QStringLiteral("--model random --layers 2 --tokens 4096 --weights int4"));
        QVERIFY(process.waitForStarted());
        // Blocked signals are the program's own: once it has them blocked, an interrupt is a request.
        QFile status(QStringLiteral("/proc/%1/status").arg(process.processId()));
        QTRY_VERIFY_WITH_TIMEOUT(
            status.open(QIODevice::ReadOnly) &&
                [&] {
                    const bool blocked = status.readAll().contains("SigBlk:\t0000000000000002");
                    status.close();
                    return blocked;
                }(),
            60'000);
        ::kill(static_cast<pid_t>(process.processId()), SIGINT);
        QVERIFY(process.waitForFinished(120'000));
        QCOMPARE(process.exitCode(), 130);
        QVERIFY(process.readAllStandardError().contains("Interrupted."));
    }
};

QTEST_GUILESS_MAIN(TestQuality)
#include "test_quality.moc"
