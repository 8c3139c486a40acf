#include <QTest>
#include <QThread>
#include <set>

#include "tests/support/nginx_server.h"

using namespace sidewinder::tests;

namespace {

constexpr int kSlow = 400'000;  // bytes a second of each request: seconds for the large file

bool is_on_the_way(const QJsonObject& event) {
    return event[u"event"] == QStringLiteral("progress") && event[u"bytes"].toInteger() > 700'000;
}

}  // namespace

/// Downloads from a web server that we did not write, over TLS.
class TestNginx : public QObject {
    Q_OBJECT
    std::unique_ptr<HubServer> unused_;  // the bench wants one; it is never asked
    std::unique_ptr<TlsFiles> tls_;

    std::unique_ptr<FetchBench> bench() {
        auto made = std::make_unique<FetchBench>(*unused_);
        made->more = tls_->trust();
        return made;
    }
    /// The token went to the hub, with every request, and nowhere else.
    static QString token_use(const NginxServer& nginx) {
        for (const QJsonObject& entry : nginx.log()) {
            const bool sent =
                entry[u"authorization"].toString() == QStringLiteral("Bearer ") + QLatin1String(kToken);
            if (sent != (entry[u"site"].toString() == QStringLiteral("hub")))
                return QStringLiteral("at ") + entry[u"site"].toString() + entry[u"uri"].toString();
        }
        return nginx.log().empty() ? QStringLiteral("nothing was asked") : QString();
    }

  private Q_SLOTS:
    void initTestCase() {
        if (!NginxServer::is_installed()) QSKIP("nginx is not installed (Debian: nginx-light)");
        unused_ = std::make_unique<HubServer>();
        tls_ = std::make_unique<TlsFiles>();
    }

    void downloadsOver_data() {
        QTest::addColumn<bool>("http2");
        QTest::addColumn<QStringList>("more");
        QTest::addColumn<QString>("short_ones");
        QTest::addColumn<QString>("pieces");
        const auto row = [](const char* name, bool http2, const char* version, const char* hub,
                            const char* pieces) {
            QStringList more;
            if (version != nullptr) more << QStringLiteral("--http") << QLatin1String(version);
            QTest::newRow(name) << http2 << more << QString::fromLatin1(hub) << QString::fromLatin1(pieces);
        };
        row("a server of HTTP/1.1", false, nullptr, "HTTP/1.1", "HTTP/1.1");
        row("a server of HTTP/2", true, nullptr, "HTTP/2.0", "HTTP/1.1");
        row("all over HTTP/2", true, "2", "HTTP/2.0", "HTTP/2.0");
        row("all over HTTP/1.1", true, "1.1", "HTTP/1.1", "HTTP/1.1");
        row("HTTP/2 wanted, not offered", false, "2", "HTTP/1.1", "HTTP/1.1");
    }

    void downloadsOver() {
        QFETCH(bool, http2);
        QFETCH(QStringList, more);
        QFETCH(QString, short_ones);
        QFETCH(QString, pieces);
        const auto bench = this->bench();
        NginxServer nginx(*bench, *tls_, {.http2 = http2});
        bench->more += more;
        QCOMPARE(bench->done(bench->run(nginx.hub())), QString());
        QCOMPARE(token_use(nginx), QString());
        std::set<QString> sites;
        for (const QJsonObject& entry : nginx.log()) {
            sites.insert(entry[u"site"].toString());
            QCOMPARE(entry[u"protocol"].toString(), entry[u"status"].toInt() == 206 ? pieces : short_ones);
        }
        QCOMPARE(sites.size(), std::size_t{2});
        QVERIFY(nginx.ranges().size() >= 12);  // 3 MB in pieces of 256 KiB
    }

    void rangesComeInParallel_data() {
        QTest::addColumn<QString>("version");
        QTest::newRow("HTTP/1.1") << "1.1";
        QTest::newRow("HTTP/2") << "2";
    }

    void rangesComeInParallel() {
        QFETCH(QString, version);
        const auto bench = this->bench();
        NginxServer nginx(*bench, *tls_, {.bytes_per_second = kSlow});
        bench->more << QStringLiteral("--http") << version;
        QStringList arguments = bench->arguments(nginx.hub());
        arguments[arguments.indexOf(QStringLiteral("--connections")) + 1] = QStringLiteral("4");
        QCOMPARE(bench->done(FetchProcess(arguments, bench->environment).finish()), QString());
        std::vector<QJsonObject> ranges = nginx.ranges();
        std::size_t most = 0;
        for (const QJsonObject& one : ranges) {  // how many were under way when this one ended
            const double end = one[u"end"].toDouble();
            most = std::max<std::size_t>(most, std::ranges::count_if(ranges, [&](const QJsonObject& other) {
                                             const double until = other[u"end"].toDouble();
                                             return until - other[u"seconds"].toDouble() < end - 0.01 &&
                                                    until >= end;
                                         }));
        }
        QVERIFY2(most >= 3 && most <= 4, std::to_string(most).c_str());
        std::set<QString> distinct;
        for (const QJsonObject& one : ranges) distinct.insert(one[u"range"].toString());
        QCOMPARE(distinct.size(), ranges.size());  // nothing was asked for twice
    }

    void goesOnAfterAKill() {
        const auto bench = this->bench();
        NginxServer nginx(*bench, *tls_, {.bytes_per_second = kSlow});
        FetchProcess process(bench->arguments(nginx.hub()), bench->environment);
        QVERIFY(process.wait_for(is_on_the_way));
        process.kill();
        nginx.stop();
        nginx.start();  // its log now ends
        const std::size_t before = nginx.ranges().size();
        QCOMPARE(bench->done(bench->run(nginx.hub())), QString());
        const auto ranges = nginx.ranges();
        QVERIFY(ranges.size() - before < 12);  // not the whole of it again
        QCOMPARE(token_use(nginx), QString());
    }

    void aFileThatChangesStartsOver() {
        const auto bench = this->bench();
        NginxServer nginx(*bench, *tls_, {.bytes_per_second = kSlow});
        FetchProcess process(bench->arguments(nginx.hub()), bench->environment);
        QVERIFY(process.wait_for(is_on_the_way));
        process.kill();
        nginx.touch_weights();
        const FetchRun run = bench->run(nginx.hub());
        QCOMPARE(run.code, 0);
        QVERIFY2(run.output.contains("changed at localhost while it was fetched"), run.output);
        QCOMPARE(read_bytes(bench->folder / "consolidated.safetensors"), bench->weights.toStdString());
    }

    void aRestartOfTheServerIsSurvived() {
        const auto bench = this->bench();
        NginxServer nginx(*bench, *tls_, {.bytes_per_second = kSlow});
        FetchProcess process(bench->arguments(nginx.hub()), bench->environment);
        QVERIFY(process.wait_for(is_on_the_way));
        nginx.stop();
        QVERIFY(
            process.wait_for([](const QJsonObject& e) { return e[u"event"] == QStringLiteral("retry"); }));
        nginx.start();
        QCOMPARE(bench->done(process.finish()), QString());
    }

    void aStrangersCertificateIsRefused() {
        for (const bool known : {false, true}) {
            const auto bench = this->bench();
            if (!known) bench->more.clear();  // the system's own CAs
            NginxServer nginx(*bench, *tls_, {.certificate = QLatin1String(known ? "other" : "good")});
            const FetchRun run = bench->run(nginx.hub());
            QCOMPARE(bench->refused(run, "certificate"), QString());
            QVERIFY2(run.output.contains("The certificate of 127.0.0.1 was not accepted") &&
                         run.output.contains("name its CA file"),
                     run.output);
            QVERIFY(nginx.log().empty());
        }
    }
};

QTEST_GUILESS_MAIN(TestNginx)
#include "test_nginx.moc"
