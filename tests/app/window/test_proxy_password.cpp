#include <sys/stat.h>

#include <QSignalSpy>
#include <QTest>

#include "app/window/proxy_password_keeper.h"
#include "storage/error.h"
#include "tests/support/temporary_directory.h"

using namespace sidewinder;
using namespace sidewinder::app;

/// Keeping a proxy's password by a program that only pretends to be sidewinder-fetch.
class TestProxyPassword : public QObject {
    Q_OBJECT
    tests::TemporaryDirectory directory_;

    FetchMaker program(const std::string& script) {
        const auto path = directory_ / "fetch";
        std::filesystem::remove(path);
        tests::write_bytes(path, "#!/bin/sh\n" + script);
        ::chmod(path.c_str(), 0700);
        return [path](const FetchOptions& options) { return std::make_unique<FetchProcess>(path, options); };
    }
    static QString sentence(QSignalSpy& said) {
        if (said.isEmpty() && !said.wait(10'000)) return QStringLiteral("nothing was said");
        return said.takeFirst()[0].toString();
    }

  private Q_SLOTS:
    void itGoesToTheOtherProgramByStandardInput() {
        const std::string line = directory_ / "line", arguments = directory_ / "arguments";
        ProxyPasswordKeeper keeper(
            program("echo \"$*\" >" + arguments + "\nhead -n 1 >" + line +
                    "\necho '{\"event\":\"token\",\"where\":\"keyring\",\"message\":\"It is kept.\"}'"),
            nullptr);
        QSignalSpy said(&keeper, &ProxyPasswordKeeper::said);
        keeper.keep(QStringLiteral("http://me@proxy:1"), QStringLiteral("a b:@/é"), true);
        QCOMPARE(sentence(said), QStringLiteral("It is kept."));
        QCOMPARE(tests::read_bytes(arguments), std::string("proxy set --in-file\n"));
        QVERIFY2(
            tests::read_bytes(line).find("\"http://me:a%20b%3A%40%2F%C3%A9@proxy:1\"") != std::string::npos,
            tests::read_bytes(line).c_str());
        keeper.forget(QStringLiteral("http://me@proxy:1"));
        QCOMPARE(sentence(said), QStringLiteral("It is kept."));
        QCOMPARE(tests::read_bytes(arguments), std::string("proxy remove\n"));
    }

    void oneAtATime() {
        ProxyPasswordKeeper keeper(program("cat >/dev/null"), nullptr);
        QSignalSpy said(&keeper, &ProxyPasswordKeeper::said);
        keeper.forget(QStringLiteral("http://me@proxy:1"));
        keeper.forget(QStringLiteral("http://me@proxy:1"));
        QVERIFY(sentence(said).startsWith(QStringLiteral("The keyring has not answered yet")));
    }

    void anEndWithoutAWordIsSaid() {
        ProxyPasswordKeeper keeper(program("exit 7"), nullptr);
        QSignalSpy said(&keeper, &ProxyPasswordKeeper::said);
        keeper.forget(QStringLiteral("http://me@proxy:1"));
        QVERIFY(sentence(said).contains(QStringLiteral("code 7")));
    }

    void aProgramThatIsNotThereIsSaid() {
        ProxyPasswordKeeper keeper(
            [](const FetchOptions&) -> std::unique_ptr<FetchProcess> {
                throw storage::Error(storage::Error::Kind::NotFound, "There is none.");
            },
            nullptr);
        QSignalSpy said(&keeper, &ProxyPasswordKeeper::said);
        keeper.forget(QStringLiteral("http://me@proxy:1"));
        QCOMPARE(sentence(said), QStringLiteral("There is none."));
    }
};

QTEST_GUILESS_MAIN(TestProxyPassword)
#include "test_proxy_password.moc"
