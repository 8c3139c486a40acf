#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include <QtTest>

#include "app/core/fetch_process.h"
#include "app/core/launcher.h"
#include "app/core/launcher_message.h"
#include "app/core/launcher_process.h"
#include "app/core/network_lock.h"
#include "storage/error.h"
#include "tests/support/child_process.h"
#include "tests/support/pipe.h"
#include "tests/support/temporary_directory.h"

using namespace sidewinder;
using namespace sidewinder::app;
using storage::FileDescriptor;
using tests::is_there;
using tests::Pipe;
using tests::soon;

class TestLauncher : public QObject {
    Q_OBJECT
    tests::TemporaryDirectory directory_;
    int scripts_ = 0;

    std::filesystem::path script(const std::string& text) {
        const auto path = directory_.path() / ("program" + std::to_string(++scripts_));
        tests::write_bytes(path, "#!/bin/sh\n" + text);
        ::chmod(path.c_str(), 0700);
        return path;
    }
    struct Ran {
        int code = -1;
        std::string out;
    };
    static Ran run(const ProcessStarter& starter, StartRequest request, const std::string& input = {}) {
        Pipe in, out;
        if (request.arguments.empty()) request.arguments = {"--repo=a/b"};
        request.input = in.read.get();
        request.output = out.write.get();
        const auto process = starter.start(request);
        in.read.close();
        if (::write(in.write.get(), input.data(), input.size()) < 0) return {};
        in.write.close();
        Ran ran;
        ran.out = out.rest();
        ran.code = process->wait();
        return ran;
    }
    Ran run(const std::string& text, const StartRequest& request = {}, const std::string& input = {}) {
        const Launcher launcher({.fetch = script(text), .browser = {}});
        return run(launcher, request, input);
    }

  private slots:
    void whatDoesNotEndIsEndedByASignal() {
        const Launcher launcher(
            {.fetch = script("trap '' TERM\necho ready\nwhile :; do sleep 0.05; done"), .browser = {}});
        Pipe in, out;
        StartRequest request;
        request.arguments = {"--repo=a/b"};
        request.input = in.read.get();
        request.output = out.write.get();
        const auto process = launcher.start(request);
        char first = 0;
        QCOMPARE(::read(out.read.get(), &first, 1), ssize_t{1});
        process->signal(SIGTERM);
        QVERIFY(!process->ends_within(std::chrono::milliseconds(50)));
        process->signal(SIGKILL);
        QVERIFY(process->ends_within(std::chrono::seconds(10)));
        QCOMPARE(process->wait(), 128 + SIGKILL);
    }

    void theProgramGetsArgumentsAndStreams() {
        const Ran ran = run("for a in \"$@\"; do echo \"<$a>\"; done; cat; exit 3",
                            {.arguments = {"--repo=a/b c", "--into=/x\n'\"$(date)", "--no-token"}}, "typed");
        QCOMPARE(ran.out, std::string("<--repo=a/b c>\n<--into=/x\n'\"$(date)>\n<--no-token>\ntyped"));
        QCOMPARE(ran.code, 3);
    }

    void theEndIsToldHoweverItCame() {
        QCOMPARE(run("exit 0").code, 0);
        QCOMPARE(run("exit 200").code, 200);
        QCOMPARE(run("kill -9 $$").code, 128 + SIGKILL);
        QCOMPARE(run("kill -15 $$").code, 128 + SIGTERM);
    }

    void allowedVariablesGoOverItsOwn() {
        ::setenv("HF_ENDPOINT", "http://old", 1);
        ::setenv("KEPT", "yes", 1);
        const Ran ran = run("echo $HF_ENDPOINT $HTTPS_PROXY $KEPT",
                            {.variables = {{"HF_ENDPOINT", "http://new"}, {"HTTPS_PROXY", "http://p:1"}}});
        ::unsetenv("HF_ENDPOINT");
        QCOMPARE(ran.out, std::string("http://new http://p:1 yes\n"));
    }

    void furtherDescriptorsArePassed() {
        Pipe secret;
        QCOMPARE(::write(secret.write.get(), "token", 5), ssize_t{5});
        secret.write.close();
        const Ran ran = run("cat <&3", {.arguments = {"--token-fd=3"}, .more = {secret.read.get()}});
        QCOMPARE(ran.out, std::string("token"));
    }

    void nothingElseIsInherited() {
        const FileDescriptor ours(::open("/etc/passwd", O_RDONLY));  // without O_CLOEXEC
        const Ran ran = run("ls /proc/self/fd | wc -l");
        QCOMPARE(ran.out, std::string("4\n"));  // the three streams, and that of ls
    }

    void manyAtOnceAndNoMoreThanThat() {
        const Launcher launcher({.fetch = script("cat >/dev/null"), .browser = {}});
        Pipe in, out;
        const StartRequest request{
            .arguments = {"--repo=a/b"}, .input = in.read.get(), .output = out.write.get()};
        std::vector<std::unique_ptr<StartedProcess>> running;
        for (int i = 0; i < 16; ++i) running.push_back(launcher.start(request));
        QVERIFY_EXCEPTION_THROWN(launcher.start(request), storage::Error);
        in.write.close();
        for (const auto& process : running) QCOMPARE(process->wait(), 0);
        QCOMPARE(launcher.start(request)->wait(), 0);
    }

    void downloadsGoThroughIt() {
        const Launcher launcher(
            {.fetch = script("echo '{\"event\":\"done\"}'; read line; case $line in *cancel*) exit 9;; esac"),
             .browser = {}});
        FetchOptions options;
        options.repo = "me/model";
        options.into = "/a b";
        FetchProcess process(launcher, options);
        int done = 0;
        while (const auto events = process.events()) {
            for (const FetchEvent& event : *events) {
                done += event.kind == FetchEvent::Kind::Done ? 1 : 0;
                process.send(FetchProcess::Command::Cancel);
            }
            if (events->empty()) process.wait_for_output(std::chrono::milliseconds(1000));
        }
        QCOMPARE(done, 1);
        QCOMPARE(process.wait(), 9);
    }

    void aMissingProgramIsSaid() {
        const Launcher launcher({.fetch = directory_ / "none", .browser = {}});
        QVERIFY_EXCEPTION_THROWN(run(launcher, {}), storage::Error);
        QVERIFY_EXCEPTION_THROWN(launcher.open_link("https://example.org"), storage::Error);
    }

    void whatIsNotAllowedIsNotStarted_data() {
        QTest::addColumn<QString>("argument");
        QTest::addColumn<QString>("variable");
        const auto argument = [](const char* text) {
            QTest::addRow("%s", text) << QString::fromLatin1(text) << QString();
        };
        for (const char* text : {"--config=/tmp/x", "--repo", "-x", "--", "x", "--into", "--exec=sh",
                                 "--repo\n=", "--REPO=x", "--no-token=1", "--help", "--version", "--=x"})
            argument(text);
        for (const char* name :
             {"LD_PRELOAD", "LD_LIBRARY_PATH", "LD_AUDIT", "GCONV_PATH", "PATH", "HOME", "OPENSSL_CONF",
              "OPENSSL_MODULES", "SSLKEYLOGFILE", "CURL_HOME", "IFS", "", "MALLOC_CHECK_", "BROWSER"})
            QTest::addRow("variable %s", name) << QString() << QString::fromLatin1(name);
        QTest::addRow("long") << (QStringLiteral("--repo=") + QString(5000, QLatin1Char('a'))) << QString();
    }
    void whatIsNotAllowedIsNotStarted() {
        QFETCH(QString, argument);
        QFETCH(QString, variable);
        const auto witness = directory_ / "witness";
        const Launcher launcher({.fetch = script("touch " + witness.string()), .browser = {}});
        StartRequest request;
        if (!argument.isEmpty())
            request.arguments = {"--repo=a/b", argument.toStdString()};
        else
            request.variables = {{variable.toStdString(), "/tmp/evil.so"}};
        QVERIFY_EXCEPTION_THROWN(run(launcher, request), storage::Error);
        QVERIFY(!std::filesystem::exists(witness));
        QCOMPARE(run(launcher, {.arguments = {"--repo=a/b"}}).code, 0);  // it still serves
        QVERIFY(std::filesystem::remove(witness));
    }

    void rubbishIsNoMessage() {
        const auto none = [](std::string bytes) { return !parse_launch_message(bytes); };
        using namespace std::string_literals;
        QVERIFY(parse_launch_message("Fa--repo=x\0"s));
        QVERIFY(parse_launch_message("Luhttps://a\0"s));
        for (const std::string& bytes :
             {""s, "F"s, "L"s, "\0"s, "F\0"s, "Fa--repo=x"s, "Xa--repo=x\0"s, "Fx--repo=x\0"s, "F\0\0"s,
              "Fa--repo=x\0\0"s, "FaPATH=x\0"s, "FeHF_TOKEN\0"s, "Fuhttps://a\0"s, "La--repo=x\0"s,
              "Luhttps://a\0uhttps://b\0"s, "Luhttps://a\0a--repo=x\0"s, "Fa\0"s,
              std::string(kLongestMessage + 1, '\0')})
            QVERIFY2(none(bytes), bytes.c_str());
        std::string many = "F";
        for (std::size_t i = 0; i <= kMostFields; ++i) many += "a--file=x\0"s;
        QVERIFY(none(many));
    }

    void hostilePacketsDoNoHarm() {
        const auto witness = directory_ / "witness";
        const std::filesystem::path fetch = script("touch " + witness.string());
        int ends[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends), 0);
        const FileDescriptor ours(ends[0]);
        const pid_t process = ::fork();
        if (process == 0) run_launcher(ends[1], fetch, {});
        ::close(ends[1]);
        const std::string right("Fa--repo=x\0", 11);
        const auto send = [&](const std::string& bytes, const std::vector<int>& descriptors) {
            iovec part{const_cast<char*>(bytes.data()), bytes.size()};
            std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
            msghdr message{};
            message.msg_iov = &part;
            message.msg_iovlen = 1;
            if (!descriptors.empty()) {
                message.msg_control = control.data();
                message.msg_controllen = control.size();
                cmsghdr* header = CMSG_FIRSTHDR(&message);
                header->cmsg_level = SOL_SOCKET;
                header->cmsg_type = SCM_RIGHTS;
                header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
                std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
            }
            QVERIFY(::sendmsg(ours.get(), &message, MSG_NOSIGNAL) >= 0);
        };
        const FileDescriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
        int answers[2];
        QCOMPARE(::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, answers), 0);
        const FileDescriptor answer(answers[0]), status(answers[1]);
        const int n = null.get(), s = status.get();
        using What = LaunchStatus::What;
        const auto answered = [&] {
            LaunchStatus told{.what = What::Ended, .value = -1};
            return ::recv(answer.get(), &told, sizeof told, 0) == sizeof told ? told : LaunchStatus{};
        };
        std::vector<int> forty(40, n);
        forty.front() = s;
        const std::string link("Luhttps://a\0", 12);
        const std::vector<std::pair<std::string, std::vector<int>>> hostile{
            {right, {s}},
            {right, {s, n}},
            {right, forty},
            {std::string(70'000, 'F'), {s, n, n}},
            {right + std::string(66'000, '\0'), {s, n, n}},
            {link, {s}},
            {"garbage", {s, n, n}}};
        send(right, {});      // nobody to answer to
        send(right, {n});     // somebody who cannot hear
        send(right, {n, n});  // the same
        for (const auto& [bytes, descriptors] : hostile) {
            send(bytes, descriptors);
            QVERIFY(answered().what == What::NotStarted);
        }
        QVERIFY(!std::filesystem::exists(witness));
        send(right, {s, n, n});
        QVERIFY(answered().what == What::Started);
        QVERIFY(answered().what == What::Ended);
        QVERIFY(std::filesystem::exists(witness));
        QVERIFY(is_there(process));
        ::shutdown(ours.get(), SHUT_RDWR);
        QVERIFY(soon([&] { return !is_there(process); }));
        ::waitpid(process, nullptr, 0);
    }

    void linksReachTheBrowserWhole() {
        const auto got = directory_ / "got";
        const Launcher launcher(
            {.fetch = {}, .browser = script("printf '%s|' \"$#\" \"$1\" >" + got.string() + "; exit 4")});
        const std::string address = "https://example.org/a(b)?q=%27$HOME&x=$(id);#f";
        QVERIFY(is_web_link(address));
        QCOMPARE(launcher.open_link(address)->wait(), 4);
        QCOMPARE(tests::read_bytes(got), "1|" + address + "|");
    }

    void otherAddressesAreNotOpened_data() {
        QTest::addColumn<QString>("address");
        for (const char* address : {"file:///etc/passwd",
                                    "javascript:alert(1)",
                                    "ftp://a",
                                    "http:/a",
                                    "http://",
                                    "https:///a",
                                    "--help",
                                    "-x",
                                    "http://-x",
                                    "HTTP://a",
                                    " http://a",
                                    "http://a b",
                                    "http://a\nb",
                                    "http://a'b",
                                    "http://a\"b",
                                    "http://a`b",
                                    "http://a\\b",
                                    "http://a|b",
                                    "http://a<b",
                                    "mailto:a@b",
                                    "",
                                    "http://\xc3\xa9",
                                    "smb://a",
                                    "data:text/html,x",
                                    "http://a{b"})
            QTest::addRow("%s", address) << QString::fromUtf8(address);
        QTest::addRow("long") << (QStringLiteral("http://") + QString(4096, QLatin1Char('a')));
    }
    void otherAddressesAreNotOpened() {
        QFETCH(QString, address);
        const auto witness = directory_ / "opened";
        const Launcher launcher({.fetch = {}, .browser = script("touch " + witness.string())});
        QVERIFY_EXCEPTION_THROWN(launcher.open_link(address.toStdString()), storage::Error);
        QCOMPARE(launcher.open_link("http://a.example/")->wait(), 0);
        QVERIFY(std::filesystem::remove(witness));
    }

    void whatItStartsIsNotLockedWithTheWindow() {
        const auto program = script("grep -E '^(Seccomp|NoNewPrivs):' /proc/self/status | tr -d '\\n\\t'");
        const auto out = directory_ / "status";
        const int code = tests::exit_code_of_child([&] {
            const Launcher launcher({.fetch = program, .browser = {}});
            if (!lock_network().on()) return 77;
            tests::write_bytes(out, run(launcher, {}).out + " " + run(DirectStarter(program), {}).out);
            return 0;
        });
        if (code == 77) QSKIP("no seccomp filters here");
        QCOMPARE(code, 0);
        QCOMPARE(tests::read_bytes(out), std::string("NoNewPrivs:0Seccomp:0 NoNewPrivs:1Seccomp:2"));
    }

    void itEndsWithTheWindow_data() {
        QTest::addColumn<int>("signal");
        QTest::addRow("kill -9") << SIGKILL;
        QTest::addRow("a crash") << SIGSEGV;
        QTest::addRow("by itself") << 0;
    }
    void itEndsWithTheWindow() {
        QFETCH(int, signal);
        const auto id = directory_ / "id", ended = directory_ / "ended";
        std::filesystem::remove(ended);
        const auto program = script("cat >/dev/null; touch " + ended.string());
        tests::wait_status_of_child([&] {
            const Launcher launcher({.fetch = program, .browser = {}});
            Pipe in;
            const auto process = launcher.start(
                {.arguments = {"--repo=a/b"}, .input = in.read.get(), .output = STDERR_FILENO});
            tests::write_bytes(id, std::to_string(launcher.id()));
            if (signal == SIGSEGV) ::signal(SIGSEGV, SIG_DFL);
            if (signal != 0) ::raise(signal);
            in.write.close();
            return 0;
        });
        const pid_t launcher = std::stoi(tests::read_bytes(id));
        QVERIFY(soon([&] { return !is_there(launcher); }));
        QVERIFY(soon([&] { return std::filesystem::exists(ended); }));  // the download ended by itself
    }

    void aTerminalHasNoHoldOnIt() {
        const Launcher launcher({.fetch = script("exit 5"), .browser = {}});
        QVERIFY(soon([&] { return ::getsid(launcher.id()) == launcher.id(); }));
        QVERIFY(::getpgid(launcher.id()) != ::getpgrp());
        QCOMPARE(run(launcher, {}).code, 5);
    }

    void aLauncherThatIsGoneIsSaid() {
        const Launcher launcher({.fetch = script("exit 5"), .browser = {}});
        ::kill(launcher.id(), SIGKILL);
        QVERIFY(soon([&] { return !is_there(launcher.id()); }));
        QVERIFY_EXCEPTION_THROWN(run(launcher, {}), storage::Error);
    }

    /// A new option of sidewinder-fetch is looked at before the window may pass it: it must not run programs.
    void everyOptionOfTheDownloaderIsDecidedOn() {
        const std::string program = std::string(SIDEWINDER_BIN_DIR) + "/sidewinder-fetch";
        if (!std::filesystem::exists(program)) QSKIP("sidewinder-fetch is not built");
        QProcess help;
        help.start(QString::fromStdString(program), {QStringLiteral("--help")});
        QVERIFY(help.waitForFinished());
        const QString text = QString::fromUtf8(help.readAllStandardOutput());
        static const QRegularExpression option(QStringLiteral("(?m)^  (?:-\\w,)?--([a-z0-9-]+)"));
        int found = 0;
        for (auto it = option.globalMatch(text); it.hasNext(); ++found) {
            const std::string name = "--" + it.next().captured(1).toStdString();
            const bool allowed = is_fetch_argument(name + "=x") || is_fetch_argument(name);
            const bool refused = name == "--help" || name == "--version";
            QVERIFY2(allowed != refused, name.c_str());
        }
        QVERIFY2(found > 10, qPrintable(text));
    }
};

QTEST_GUILESS_MAIN(TestLauncher)
#include "test_launcher.moc"
