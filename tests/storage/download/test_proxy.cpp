#include <QJsonDocument>
#include <QProcess>
#include <QTest>

#include "storage/download/fault.h"
#include "storage/download/proxy.h"
#include "storage/download/system_ca.h"
#include "tests/support/fetch_bench.h"
#include "tests/support/tls_files.h"

using namespace sidewinder::tests;
using sidewinder::download::Proxy;

namespace {

constexpr char kPassword[] = "p:ss/w@rd-of-the-proxy";
constexpr char kEncoded[] = "p%3Ass%2Fw%40rd-of-the-proxy";

/// tests/support/hub_server/proxy_server.py as a child.
class ProxyServer {
  public:
    explicit ProxyServer(const QStringList& arguments = {}) {
        process_.start(
            QStringLiteral("python3"),
            QStringList{QStringLiteral(SIDEWINDER_SOURCE_DIR "/tests/support/hub_server/proxy_server.py")} +
                arguments);
        while (!process_.canReadLine())
            if (!process_.waitForReadyRead(20'000)) throw std::runtime_error("the proxy did not start");
        const QJsonObject hello = QJsonDocument::fromJson(process_.readLine()).object();
        http = hello[u"http"].toString();
        socks = hello[u"socks"].toString();
    }
    ~ProxyServer() {
        process_.kill();
        process_.waitForFinished();
    }
    QString http, socks;

    /// What it was asked since the last call.
    std::vector<QJsonObject> log() {
        while (process_.waitForReadyRead(50)) {
        }
        std::vector<QJsonObject> entries;
        while (process_.canReadLine())
            entries.push_back(QJsonDocument::fromJson(process_.readLine()).object());
        return entries;
    }

  private:
    QProcess process_;
};

QStringList with_user() {
    return {QStringLiteral("--user"), QStringLiteral("me:") + QLatin1String(kPassword)};
}

}  // namespace

/// Downloads through proxies that ask who is there.
class TestProxy : public QObject {
    Q_OBJECT
    std::unique_ptr<HubServer> server_;

    /// A run through `proxy`, by the variable of that name, or handed over on standard input.
    FetchRun run(FetchBench& bench, const QString& proxy, const char* variable) {
        QStringList arguments = bench.arguments();
        if (variable != nullptr) {
            bench.environment.insert(QLatin1String(variable), proxy);
            return FetchProcess(arguments, bench.environment).finish();
        }
        arguments << QStringLiteral("--secrets");
        FetchProcess process(arguments, bench.environment);
        const QJsonObject line{{QStringLiteral("command"), QStringLiteral("secrets")},
                               {QStringLiteral("proxy"), proxy}};
        process.command(QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
        return process.finish();
    }

    /// Without a keyring, and a home of its own.
    static FetchRun with_home(FetchBench& bench, const TemporaryDirectory& home, const QStringList& arguments,
                              const QString& handed_over) {
        bench.environment.remove(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"));
        for (const char* name : {"HOME", "XDG_CONFIG_HOME", "XDG_RUNTIME_DIR"})
            bench.environment.insert(
                QLatin1String(name),
                QString::fromStdString(home / (name == std::string("HOME") ? "" : "config")));
        FetchProcess process(arguments, bench.environment);
        const QJsonObject line{{QStringLiteral("command"), QStringLiteral("secrets")},
                               {QStringLiteral("proxy"), handed_over}};
        process.command(QJsonDocument(line).toJson(QJsonDocument::Compact).constData());
        return process.finish();
    }

  private Q_SLOTS:
    void initTestCase() { server_ = std::make_unique<HubServer>(); }

    void theSystemsCertificatesAreFoundElsewhere() {
        using sidewinder::download::system_ca_file;
        const TemporaryDirectory root;
        QCOMPARE(system_ca_file(root / ""), std::filesystem::path());
        const auto put = [&](const char* place) {
            std::filesystem::create_directories((root / place).parent_path());
            write_bytes(root / place, "x");
            return root / place;
        };
        const auto suse = put("etc/ssl/ca-bundle.pem");
        QCOMPARE(system_ca_file(root / ""), suse);
        const auto fedora = put("etc/pki/tls/certs/ca-bundle.crt");
        QCOMPARE(system_ca_file(root / ""), fedora);
        put("etc/ssl/certs/ca-certificates.crt");  // Debian's libcurl looks there by itself
        QVERIFY(system_ca_file(root / "").empty() ||
                system_ca_file(root / "") == root / "etc/ssl/certs/ca-certificates.crt");
    }

    void addressesAreTakenApart() {
        const Proxy proxy("socks5h://me:" + std::string(kEncoded) + "@[::1]:9");
        QCOMPARE(proxy.address(), std::string("socks5h://[::1]:9"));
        QCOMPARE(proxy.name(), std::string("me"));
        QCOMPARE(proxy.password(), std::string(kPassword));
        QCOMPARE(proxy.hidden(std::string("a ") + kPassword + " b " + kEncoded),
                 std::string("a [password] b [password]"));
        QCOMPARE(Proxy("proxy.example:3128").address(), std::string("http://proxy.example:3128"));
        QCOMPARE(Proxy("https://p").port(), 443);
        QCOMPARE(Proxy("http://p").port(), 1080);
        QVERIFY(!Proxy(""));
    }

    void nonsenseIsRefusedWithoutRepeatingIt() {
        for (const char* text :
             {"ftp://me:secretword@h:1", "http://me:secretword@", "http://me:secret word@h",
              "http://me:secretword@h:99999", "http://me:secret%0Aword@h:1"}) {
            try {
                const Proxy proxy(text);
                QFAIL(text);
            } catch (const sidewinder::download::Error& error) {
                QVERIFY2(std::string(error.what()).find("secret") == std::string::npos, error.what());
            }
        }
    }

    void theEnvironmentIsReadAsCurlDoes() {
        std::map<std::string, std::string> set;
        const auto of = [&](const char* scheme) {
            return sidewinder::download::proxy_of_environment(scheme, [&](const char* name) -> const char* {
                return set.contains(name) ? set[name].c_str() : nullptr;
            });
        };
        QVERIFY(!of("https"));
        set["HTTP_PROXY"] = "h:1";
        QVERIFY(!of("http"));
        set["ALL_PROXY"] = "h:2";
        QCOMPARE(of("http").port(), 2);
        set["all_proxy"] = "h:3";
        QCOMPARE(of("https").port(), 3);
        set["http_proxy"] = "h:4";
        QCOMPARE(of("http").port(), 4);
        set["HTTPS_PROXY"] = "h:5";
        QCOMPARE(of("https").port(), 5);
        set["https_proxy"] = "h:6";
        QCOMPARE(of("https").port(), 6);
    }

    void downloadsThroughIt_data() {
        QTest::addColumn<QString>("scheme");
        QTest::addColumn<QByteArray>("variable");
        QTest::newRow("http, all_proxy") << "http" << QByteArray("all_proxy");
        QTest::newRow("http, ALL_PROXY") << "http" << QByteArray("ALL_PROXY");
        QTest::newRow("http, http_proxy") << "http" << QByteArray("http_proxy");
        QTest::newRow("http, on standard input") << "http" << QByteArray();
        QTest::newRow("https") << "https" << QByteArray();
        QTest::newRow("socks5") << "socks5" << QByteArray();
        QTest::newRow("socks5h") << "socks5h" << QByteArray("ALL_PROXY");
    }

    void downloadsThroughIt() {
        QFETCH(QString, scheme);
        QFETCH(QByteArray, variable);
        const TlsFiles tls;
        QStringList arguments = with_user();
        if (scheme == QStringLiteral("https"))
            arguments << QStringLiteral("--cert") << tls.path("good.pem") << QStringLiteral("--key")
                      << tls.path("good.key");
        ProxyServer proxy(arguments);
        const bool socks = scheme.startsWith(QStringLiteral("socks"));
        const QString place = socks ? proxy.socks : proxy.http;
        for (const bool right : {false, true}) {
            FetchBench bench(*server_);
            bench.more = tls.trust();
            const QString password = right ? QLatin1String(kEncoded) : QStringLiteral("wrong-password");
            const FetchRun ran = run(bench, QStringLiteral("%1://me:%2@%3").arg(scheme, password, place),
                                     variable.isEmpty() ? nullptr : variable.constData());
            QCOMPARE(right ? bench.done(ran) : bench.refused(ran, "proxy"), QString());
            QVERIFY(!ran.output.contains(password.toUtf8()) && !ran.output.contains(kPassword));
            if (!right) QVERIFY2(ran.output.contains("does not accept the name and password"), ran.output);
            const auto log = proxy.log();
            QVERIFY(!log.empty());
            for (const QJsonObject& entry : log) QCOMPARE(entry[u"allowed"].toBool(), right);
            const bool by_name =
                std::ranges::any_of(log, [](const QJsonObject& e) { return e[u"name"].toBool(); });
            if (right && socks) QCOMPARE(by_name, scheme == QStringLiteral("socks5h"));  // "localhost"
        }
    }

    void whoGivesNoNameIsAskedForOne() {
        ProxyServer proxy(with_user());
        for (const QString& address :
             {QStringLiteral("http://") + proxy.http, QStringLiteral("socks5://") + proxy.socks}) {
            FetchBench bench(*server_);
            const FetchRun ran = run(bench, address, nullptr);
            QCOMPARE(bench.refused(ran, "proxy"), QString());
            QVERIFY2(ran.output.contains("asks for a name and password"), ran.output);
        }
    }

    void refusalsAreSentences() {
        ProxyServer proxy({QStringLiteral("--refuse"), QStringLiteral("403")});
        FetchBench bench(*server_);
        FetchRun ran = run(bench, QStringLiteral("http://me:long-password@") + proxy.http, nullptr);
        QCOMPARE(bench.refused(ran, "proxy"), QString());
        QVERIFY2(ran.output.contains("refused the connection to 127.0.0.1 with status 403"), ran.output);
        ran = run(bench, QStringLiteral("socks5h://") + proxy.socks, nullptr);
        QCOMPARE(bench.refused(ran, "proxy"), QString());
        QVERIFY2(ran.output.contains("does not allow a connection to 127.0.0.1"), ran.output);
        for (const char* gone :
             {"http://me:long-password@127.0.0.1:9", "socks5://me:long-password@127.0.0.1:9",
              "https://me:long-password@127.0.0.1:9"}) {
            ran = run(bench, QLatin1String(gone), nullptr);
            QCOMPARE(bench.refused(ran, "proxy"), QString());
            QVERIFY2(
                ran.output.contains("127.0.0.1:9 does not answer") && !ran.output.contains("long-password"),
                ran.output);
        }
        ran = run(bench, QStringLiteral("http://me:long-password@proxy.invalid:9"), nullptr);
        QCOMPARE(bench.refused(ran, "proxy"), QString());
        QVERIFY2(ran.output.contains("could not be found"), ran.output);
        ran = run(bench, QStringLiteral("gopher://me:long-password@h:9"), "ALL_PROXY");
        QCOMPARE(bench.refused(ran, "usage"), QString());
        QVERIFY2(ran.output.contains("ALL_PROXY cannot be used") && !ran.output.contains("long-password"),
                 ran.output);
    }

    void hostsOfNoProxyAreAskedDirectly() {
        for (const char* name : {"no_proxy", "NO_PROXY"}) {
            FetchBench bench(*server_);
            bench.environment.insert(QLatin1String(name), QStringLiteral("localhost,127.0.0.1"));
            const FetchRun ran = run(bench, QStringLiteral("http://127.0.0.1:9"), "all_proxy");
            QCOMPARE(bench.done(ran), QString());
        }
    }

    void aCertificateOfTheProxyIsChecked() {
        const TlsFiles tls;
        ProxyServer proxy({QStringLiteral("--cert"), tls.path("other.pem"), QStringLiteral("--key"),
                           tls.path("other.key")});
        FetchBench bench(*server_);
        bench.more = tls.trust();
        const FetchRun ran = run(bench, QStringLiteral("https://me:long-password@") + proxy.http, nullptr);
        QCOMPARE(bench.refused(ran, "certificate"), QString());
        QVERIFY2(ran.output.contains("The certificate of the proxy https://127.0.0.1:"), ran.output);
        QVERIFY(proxy.log().empty());
    }

    void passwordsInArgumentsAreRefused() {
        FetchBench bench(*server_);
        bench.more = {QStringLiteral("--proxy"), QStringLiteral("http://me:long-password@127.0.0.1:9")};
        const FetchRun ran = bench.run();
        QCOMPARE(bench.refused(ran, "usage"), QString());
        QVERIFY(!ran.output.contains("long-password"));
    }

    void aNameWithoutAPasswordIsNoSecret() {
        const Proxy bare("socks5://a%20b@h:9");
        QCOMPARE(bare.place(), std::string("proxy a b@socks5://h:9"));
        const Proxy whole = bare.with_password(kEncoded);
        QCOMPARE(whole.name(), std::string("a b"));
        QCOMPARE(whole.password(), std::string(kPassword));
        QCOMPARE(whole.place(), bare.place());
    }

    /// Set once, used by name, forgotten; never in sight.
    void aKeptPasswordIsUsed() {
        ProxyServer proxy(with_user());
        const TemporaryDirectory home;
        const QString bare = QStringLiteral("http://me@") + proxy.http,
                      whole = QStringLiteral("http://me:%1@").arg(QLatin1String(kEncoded)) + proxy.http;
        const auto told = [&](const QStringList& arguments, const QString& handed_over) {
            FetchBench bench(*server_);
            return with_home(bench, home, arguments, handed_over);
        };
        const auto downloads = [&](const QString& address) {
            FetchBench bench(*server_);
            const FetchRun ran =
                with_home(bench, home, bench.arguments() + QStringList{QStringLiteral("--secrets")}, address);
            return ran.code == 0 ? bench.done(ran) : bench.refused(ran, "proxy");
        };
        const QStringList set{QStringLiteral("proxy"), QStringLiteral("set")};
        const FetchRun no_keyring = told(set, whole);
        QCOMPARE(no_keyring.fault(), QStringLiteral("keyring"));
        QVERIFY2(no_keyring.output.contains("in a file that only you may read"), no_keyring.output);
        QVERIFY(proxy.log().empty());
        QCOMPARE(told(set, bare).fault(), QStringLiteral("usage"));
        const FetchRun kept = told(set + QStringList{QStringLiteral("--in-file")}, whole);
        QVERIFY2(kept.code == 0 && !kept.output.contains(kPassword) && !kept.output.contains(kEncoded),
                 kept.output);
        const auto file = home / "config/sidewinder/tokens.json";
        QVERIFY2(std::filesystem::exists(file), kept.output);
        QCOMPARE(std::filesystem::status(file).permissions(), std::filesystem::perms(0600));
        QCOMPARE(downloads(bare), QString());
        auto log = proxy.log();
        QVERIFY(!log.empty());
        for (const QJsonObject& entry : log) QVERIFY(entry[u"allowed"].toBool());
        QCOMPARE(downloads(QStringLiteral("http://you@") + proxy.http), QString());  // another's is not used
        log = proxy.log();
        QVERIFY(!log.empty());
        for (const QJsonObject& entry : log) QVERIFY(!entry[u"allowed"].toBool());
        const QStringList remove{QStringLiteral("proxy"), QStringLiteral("remove")};
        QVERIFY(told(remove, bare).output.contains("is removed"));
        QVERIFY(!std::filesystem::exists(file));
        QVERIFY(told(remove, bare).output.contains("No password was kept"));
    }

    void secretsThatDoNotComeAreAnError() {
        FetchBench bench(*server_);
        FetchProcess process(bench.arguments() + QStringList{QStringLiteral("--secrets")}, bench.environment);
        process.close_input();
        const FetchRun ran = process.finish();
        QVERIFY2(ran.fault() == QStringLiteral("stopped") || ran.fault() == QStringLiteral("usage"),
                 ran.output);
    }
};

QTEST_GUILESS_MAIN(TestProxy)
#include "test_proxy.moc"
