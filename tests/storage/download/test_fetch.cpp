#include <QTest>

#include "tests/support/fetch_bench.h"

using namespace sidewinder::tests;

namespace {

constexpr char kSlow[] = R"([{"where":"cdn","file":"consolidated.safetensors","rate":2000000}])";

bool is_progress(const QJsonObject& event) {
    return event[u"event"] == QStringLiteral("progress") && event[u"bytes"].toInteger() > 300'000;
}

bool is_paused(const QJsonObject& event) {
    return event[u"state"] == QStringLiteral("paused");
}

}  // namespace

/// sidewinder-fetch as its parent sees it.
class TestFetch : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void initTestCase() { server_ = std::make_unique<HubServer>(); }

    void pausesAndGoesOn() {
        FetchBench bench(*server_);
        bench.set(kSlow);
        FetchProcess process(bench.arguments(), bench.environment);
        QVERIFY(process.wait_for(is_progress));
        process.command("{\"command\":\"pause\"}");
        QVERIFY(process.wait_for(is_paused));
        const int asked = bench.requests("cdn");
        QVERIFY(!process.wait_for(is_progress, 600));
        QCOMPARE(bench.requests("cdn"), asked);
        process.command("nonsense");
        process.command("{\"command\":\"resume\"}");
        QCOMPARE(bench.done(process.finish()), QString());
    }

    void stopsWhenTheParentDies() {
        FetchBench bench(*server_);
        bench.set(kSlow);
        FetchProcess process(bench.arguments(), bench.environment);
        QVERIFY(process.wait_for(is_progress));
        process.close_input();
        QCOMPARE(bench.refused(process.finish(), "stopped"), QString());
        QVERIFY(std::filesystem::exists(bench.partial("consolidated.safetensors.pieces")));
        QCOMPARE(bench.ends_done("[]"), QString());
    }

    void stopsWhilePaused() {
        FetchBench bench(*server_);
        bench.set(kSlow);
        FetchProcess process(bench.arguments(), bench.environment);
        QVERIFY(process.wait_for(is_progress));
        process.command("{\"command\":\"pause\"}");
        QVERIFY(process.wait_for(is_paused));
        process.close_input();
        QCOMPARE(bench.refused(process.finish(), "stopped"), QString());
    }

    void fetchesNothingTwice() {
        FetchBench bench(*server_);
        QCOMPARE(bench.ends_done("[]"), QString());
        bench.set("[]");  // the log is new
        const FetchRun again = bench.run();
        QCOMPARE(bench.done(again), QString());
        QCOMPARE(bench.requests("cdn"), 0);
        QVERIFY(again.of("verified").empty());                    // nor is what is in place read again
        std::filesystem::remove(bench.folder / "manifest.json");  // as after a crash before the last step
        QCOMPARE(bench.ends_done("[]"), QString());
        QCOMPARE(bench.requests("cdn"), 0);
    }

    void leavesOtherFilesAlone() {
        FetchBench bench(*server_);
        std::filesystem::create_directories(bench.folder);
        write_bytes(bench.folder / "params.json", "mine");
        QCOMPARE(bench.run().fault(), QStringLiteral("denied"));
        QCOMPARE(read_bytes(bench.folder / "params.json"), std::string("mine"));
    }

    void refusesWhatMakesNoSense() {
        FetchBench bench(*server_);
        bench.more = {QStringLiteral("--revision"), QStringLiteral("a b")};
        QCOMPARE(bench.run().fault(), QStringLiteral("usage"));
        bench.more = {};
        bench.environment.insert(QStringLiteral("HF_TOKEN"), QStringLiteral("hf_a\r\nX: y"));
        QCOMPARE(bench.run().fault(), QStringLiteral("usage"));
        QCOMPARE(bench.requests("hub"), 0);
    }

    void sendsTheTokenOfAPrivateFileOnly() {
        FetchBench bench(*server_);
        const auto file = bench.directory / "token";
        write_bytes(file, std::string(kToken) + "\n");
        bench.environment.remove(QStringLiteral("HF_TOKEN"));
        bench.more = {QStringLiteral("--token-file"), QString::fromStdString(file.string())};
        std::filesystem::permissions(file, std::filesystem::perms(0644));
        QCOMPARE(bench.run().fault(), QStringLiteral("usage"));
        std::filesystem::permissions(file, std::filesystem::perms(0600));
        bench.set("[]", {{QStringLiteral("token"), QLatin1String(kToken)}});
        QCOMPARE(bench.done(bench.run()), QString());
    }

  private:
    std::unique_ptr<HubServer> server_;
};

QTEST_GUILESS_MAIN(TestFetch)
#include "test_fetch.moc"
