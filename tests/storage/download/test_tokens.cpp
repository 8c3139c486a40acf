#include <sys/stat.h>

#include <QElapsedTimer>
#include <QJsonDocument>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "tests/support/fetch_bench.h"

using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

QString text_of(const fs::path& path) {
    return QString::fromStdString(path.string());
}

QByteArray secrets_line(const char* token) {
    return QByteArray(R"({"command":"secrets","token":")") + token + "\"}";
}

/// A session bus with an unlocked keyring of its own, or without; ends with it.
class Session {
  public:
    Session(const QProcessEnvironment& environment, bool with_keyring) {
        process_.setProcessEnvironment(environment);
        const QString keyring = with_keyring ? QStringLiteral(
                                                   "printf pw | gnome-keyring-daemon --unlock "
                                                   "--components=secrets >/dev/null 2>&1; ")
                                             : QString();
        process_.start(QStringLiteral("dbus-run-session"),
                       {QStringLiteral("--"), QStringLiteral("sh"), QStringLiteral("-c"),
                        keyring + QStringLiteral("echo $DBUS_SESSION_BUS_ADDRESS; exec cat >/dev/null")});
        while (!process_.canReadLine())
            if (!process_.waitForReadyRead(20'000)) return;
        address = QString::fromUtf8(process_.readLine().trimmed());
    }
    ~Session() {
        process_.closeWriteChannel();
        process_.waitForFinished(10'000);
    }
    QString address;

  private:
    QProcess process_;
};

bool has(const char* program) {
    return !QStandardPaths::findExecutable(QLatin1String(program)).isEmpty();
}

}  // namespace

/// Where a token is kept, and which one a download sends.
class TestTokens : public QObject {
    Q_OBJECT
    std::unique_ptr<HubServer> server_;
    std::optional<TemporaryDirectory> home_;
    QProcessEnvironment environment_;

    fs::path our_file() const { return *home_ / "config/sidewinder/tokens.json"; }
    FetchRun token(const QStringList& words, const char* secret = nullptr) {
        FetchProcess process(QStringList{QStringLiteral("token")} + words + QStringList{endpoint()},
                             environment_);
        if (secret != nullptr) process.command(secrets_line(secret).constData());
        return process.finish();
    }
    FetchRun set(const char* secret, const QStringList& more = {}) {
        return token(QStringList{QStringLiteral("set")} + more, secret);
    }
    QString where() {
        const auto events = token({QStringLiteral("show-where")}).of("token");
        return events.size() == 1 ? events[0][u"where"].toString() : QStringLiteral("no answer");
    }
    QString endpoint() const { return QStringLiteral("--endpoint=") + server_->hub; }
    /// The token that a download with these arguments sends to the hub.
    QString sent(const QStringList& more = {}, const char* secret = nullptr) {
        FetchBench bench(*server_);
        for (const QString& name : environment_.keys())
            bench.environment.insert(name, environment_.value(name));
        if (!environment_.contains(QStringLiteral("HF_TOKEN")))
            bench.environment.remove(QStringLiteral("HF_TOKEN"));
        bench.more = more;
        FetchProcess process(bench.arguments(), bench.environment);
        if (secret != nullptr) process.command(secrets_line(secret).constData());
        const FetchRun run = process.finish();
        if (run.code != 0) return QString::fromUtf8(run.output);
        for (const auto& entry : server_->log())
            if (entry[u"site"] == QStringLiteral("hub"))
                return entry[u"fields"][u"authorization"].toString().section(QLatin1Char(' '), 1);
        return QStringLiteral("nothing was asked");
    }

  private Q_SLOTS:
    void initTestCase() { server_ = std::make_unique<HubServer>(); }
    void init() {
        home_.emplace();
        environment_ = QProcessEnvironment::systemEnvironment();
        for (const char* name : {"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_ENDPOINT",
                                 "HF_HUB_DISABLE_IMPLICIT_TOKEN", "DBUS_SESSION_BUS_ADDRESS"})
            environment_.remove(QLatin1String(name));
        const std::pair<const char*, const char*> folders[]{
            {"HOME", "home"},          {"HF_HOME", "hf"},           {"XDG_CONFIG_HOME", "config"},
            {"XDG_DATA_HOME", "data"}, {"XDG_CACHE_HOME", "cache"}, {"XDG_RUNTIME_DIR", "run"}};
        for (const auto& [name, folder] : folders) {
            fs::create_directories(*home_ / folder);
            environment_.insert(QLatin1String(name), text_of(*home_ / folder));
        }
        fs::permissions(*home_ / "run", fs::perms(0700));
    }

    void aFileIsUsedOnlyWhenItIsAskedFor() {
        const FetchRun refused = set("hf_first");
        QCOMPARE(refused.fault(), QStringLiteral("keyring"));
        QVERIFY2(refused.output.contains("--in-file") && !refused.output.contains("hf_first"),
                 refused.output);
        QVERIFY(!fs::exists(our_file()));
        QCOMPARE(where(), QString());
        QCOMPARE(set("hf_first", {QStringLiteral("--in-file")}).code, 0);
        struct stat info {};
        QCOMPARE(::stat(our_file().c_str(), &info), 0);
        QCOMPARE(info.st_mode & 0777, mode_t{0600});
        QCOMPARE(where(), text_of(our_file()));
        QCOMPARE(sent(), QStringLiteral("hf_first"));
        QCOMPARE(sent({QStringLiteral("--no-token")}), QString());
        QCOMPARE(token({QStringLiteral("remove")}).code, 0);
        QVERIFY(!fs::exists(our_file()));
        QCOMPARE(sent(), QString());
    }

    void aTokenIsOfOneHub() {
        QCOMPARE(set("hf_here", {QStringLiteral("--in-file")}).code, 0);
        QByteArray bytes = QByteArray::fromStdString(read_bytes(our_file()));
        write_bytes(our_file(),
                    bytes.replace(server_->hub.toUtf8(), "https://elsewhere.example").toStdString());
        QCOMPARE(where(), QString());
        QCOMPARE(sent(), QString());
    }

    void aFileThatOthersMayReadIsRefused() {
        QCOMPARE(set("hf_first", {QStringLiteral("--in-file")}).code, 0);
        fs::permissions(our_file(), fs::perms(0640));
        for (const FetchRun& run :
             {token({QStringLiteral("show-where")}), set("hf_second", {QStringLiteral("--in-file")})}) {
            QCOMPARE(run.fault(), QStringLiteral("usage"));
            QVERIFY2(run.output.contains("Others may read") && run.output.contains("chmod 600"), run.output);
        }
        QVERIFY2(sent().contains(QStringLiteral("Others may read")), qPrintable(sent()));
        fs::permissions(our_file(), fs::perms(0600));
        QCOMPARE(sent(), QStringLiteral("hf_first"));
        fs::rename(our_file(), *home_ / "moved");
        fs::create_symlink(*home_ / "moved", our_file());
        QVERIFY2(sent().contains(QStringLiteral("links are refused")), qPrintable(sent()));
        fs::remove(our_file());
        write_bytes(our_file(), "[1]");
        fs::permissions(our_file(), fs::perms(0600));
        QVERIFY2(sent().contains(QStringLiteral("is not as Sidewinder writes it")), qPrintable(sent()));
    }

    void theNearestTokenIsSent() {
        QCOMPARE(set("hf_ours", {QStringLiteral("--in-file")}).code, 0);
        QCOMPARE(sent(), QStringLiteral("hf_ours"));
        write_bytes(*home_ / "hf/token", "hf_theirs\n");
        QCOMPARE(sent(), QStringLiteral("hf_theirs"));
        environment_.insert(QStringLiteral("HF_TOKEN"), QStringLiteral("hf_variable"));
        QCOMPARE(sent(), QStringLiteral("hf_variable"));
        QCOMPARE(where(), QStringLiteral("HF_TOKEN"));
        write_bytes(*home_ / "given", "hf_given\n");
        fs::permissions(*home_ / "given", fs::perms(0600));
        const QStringList file{QStringLiteral("--token-file"), text_of(*home_ / "given")};
        QCOMPARE(sent(file), QStringLiteral("hf_given"));
        QCOMPARE(sent({QStringLiteral("--secrets")}, "hf_handed_over"), QStringLiteral("hf_handed_over"));
        QCOMPARE(sent({QStringLiteral("--no-token")}), QString());
        environment_.remove(QStringLiteral("HF_TOKEN"));
        environment_.insert(QStringLiteral("HF_HUB_DISABLE_IMPLICIT_TOKEN"), QStringLiteral("1"));
        QCOMPARE(sent(), QString());
    }

    void offlineMeansNoRequest() {
        for (const char* name : {"HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE"}) {
            FetchBench bench(*server_);
            bench.environment.insert(QLatin1String(name), QStringLiteral("1"));
            const FetchRun run = bench.run();
            QCOMPARE(bench.refused(run, "usage"), QString());
            QVERIFY2(run.output.contains(QByteArray(name) + "=1 forbids downloads"), run.output);
            QCOMPARE(bench.requests("hub"), 0);
        }
    }

    void aRealKeyringKeepsIt() {
        if (!has("dbus-run-session") || !has("gnome-keyring-daemon"))
            QSKIP("dbus-run-session or gnome-keyring-daemon is not installed");
        const Session session(environment_, true);
        QVERIFY(!session.address.isEmpty());
        environment_.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), session.address);
        const FetchRun kept = set("hf_in_the_keyring");
        QVERIFY2(kept.code == 0, kept.output);
        QCOMPARE(where(), QStringLiteral("keyring"));
        QVERIFY(!fs::exists(our_file()));
        for (const auto& entry : fs::recursive_directory_iterator(home_->path()))
            if (entry.is_regular_file())
                QVERIFY2(read_bytes(entry.path()).find("hf_in_the_keyring") == std::string::npos,
                         entry.path().c_str());
        write_bytes(*home_ / "hf/token", "hf_theirs\n");
        QCOMPARE(sent(), QStringLiteral("hf_in_the_keyring"));
        QCOMPARE(set("hf_another").code, 0);
        QCOMPARE(sent(), QStringLiteral("hf_another"));
        QCOMPARE(token({QStringLiteral("remove")}).code, 0);
        QCOMPARE(sent(), QStringLiteral("hf_theirs"));
        QVERIFY(token({QStringLiteral("remove")}).output.contains("There was no access token"));
    }

    void aLockedKeyringIsSaidAndNotWaitedFor() {
        if (!has("dbus-run-session") || !has("gnome-keyring-daemon") || !has("dbus-send"))
            QSKIP("dbus-run-session, dbus-send or gnome-keyring-daemon is not installed");
        const Session session(environment_, true);
        environment_.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), session.address);
        QCOMPARE(set("hf_in_the_keyring").code, 0);
        QProcess lock;
        lock.setProcessEnvironment(environment_);
        lock.start(
            QStringLiteral("dbus-send"),
            {QStringLiteral("--session"), QStringLiteral("--print-reply"),
             QStringLiteral("--dest=org.freedesktop.secrets"), QStringLiteral("/org/freedesktop/secrets"),
             QStringLiteral("org.freedesktop.Secret.Service.Lock"),
             QStringLiteral("array:objpath:/org/freedesktop/secrets/collection/login")});
        QVERIFY(lock.waitForFinished() && lock.exitCode() == 0);
        const FetchRun shown = token({QStringLiteral("show-where")});
        QVERIFY2(shown.output.contains("The keyring is locked"), shown.output);
        QCOMPARE(sent(), QString());
        const FetchRun removed = token({QStringLiteral("remove")});
        QVERIFY2(removed.output.contains("The keyring is locked"), removed.output);
    }

    void aBusThatDoesNotAnswerIsNotWaitedFor() {
        // Takes connections and never says anything.
        QProcess silent;
        silent.start(
            QStringLiteral("python3"),
            {QStringLiteral("-c"),
             QStringLiteral("import socket,sys,time\ns=socket.socket(socket.AF_UNIX)\ns.bind(sys.argv[1])\n"
                            "s.listen()\nprint('x',flush=True)\nc=s.accept()\nsys.stdin.read()"),
             text_of(*home_ / "bus")});
        QVERIFY(silent.waitForReadyRead(20'000));
        environment_.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"),
                            QStringLiteral("unix:path=") + text_of(*home_ / "bus"));
        QElapsedTimer timer;
        timer.start();
        const FetchRun run = set("hf_first", {QStringLiteral("--seconds"), QStringLiteral("1")});
        QCOMPARE(run.fault(), QStringLiteral("keyring"));
        QVERIFY2(run.output.contains("did not answer in time"), run.output);
        qInfo("given up after %lld ms", static_cast<long long>(timer.elapsed()));
        silent.kill();
        silent.waitForFinished();
    }

    void aBusWithoutAKeyringIsSaid() {
        if (!has("dbus-daemon")) QSKIP("dbus-daemon is not installed");
        write_bytes(*home_ / "bus.conf",
                    "<busconfig><type>session</type><listen>unix:tmpdir=/tmp</listen><policy "
                    "context='default'><allow send_destination='*'/><allow own='*'/><allow "
                    "receive_sender='*'/></policy></busconfig>");
        QProcess bus;
        bus.start(QStringLiteral("dbus-daemon"),
                  {QStringLiteral("--config-file=") + text_of(*home_ / "bus.conf"),
                   QStringLiteral("--nofork"), QStringLiteral("--print-address")});
        QVERIFY(bus.waitForReadyRead(20'000));
        environment_.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"),
                            QString::fromUtf8(bus.readLine().trimmed()));
        const FetchRun run = set("hf_first");
        QCOMPARE(run.fault(), QStringLiteral("keyring"));
        QVERIFY2(run.output.contains("no Secret Service"), run.output);
        QCOMPARE(sent(), QString());
        bus.kill();
        bus.waitForFinished();
    }
};

QTEST_GUILESS_MAIN(TestTokens)
#include "test_tokens.moc"
