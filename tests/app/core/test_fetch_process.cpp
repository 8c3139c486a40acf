#include <signal.h>
#include <sys/stat.h>

#include <QtTest>

#include <cerrno>
#include <fstream>

#include "app/core/fetch_process.h"
#include "storage/error.h"
#include "tests/support/pipe.h"
#include "tests/support/temporary_directory.h"

using namespace sidewinder;
using namespace sidewinder::app;
using Kind = FetchEvent::Kind;

namespace {

/// All events until the end; `act` is called for each.
std::vector<FetchEvent> all_events(FetchProcess& process,
                                   const std::function<void(const FetchEvent&)>& act = {}) {
    std::vector<FetchEvent> all;
    while (const auto events = process.events()) {
        for (const FetchEvent& event : *events) {
            all.push_back(event);
            if (act) act(event);
        }
        if (events->empty()) process.wait_for_output(std::chrono::milliseconds(1000));
    }
    return all;
}

}  // namespace

/// The other end of app/fetch/protocol.h, against programs that only pretend to download.
class TestFetchProcess : public QObject {
    Q_OBJECT
    tests::TemporaryDirectory directory_;

    std::filesystem::path program(const std::string& script) {
        const auto path = directory_ / "fetch";
        std::filesystem::remove(path);
        tests::write_bytes(path, "#!/bin/sh\n" + script);
        ::chmod(path.c_str(), 0700);
        return path;
    }
    FetchOptions options() const {
        FetchOptions options;
        options.repo = "me/model";
        options.into = "/a b";
        options.files = {"params.json", "-x"};
        options.endpoint = "http://127.0.0.1:1";
        return options;
    }

  private slots:
    void linesAreRead() {
        const auto progress = parse_fetch_line(
            "{\"event\":\"progress\",\"state\":\"downloading\",\"file\":\"f\",\"bytes\":1,\"size\":2,"
            "\"total_bytes\":3,\"total_size\":18446744073709551615,\"rate\":1.5e6,\"seconds_left\":7}");
        QVERIFY(progress && progress->kind == Kind::Progress);
        QCOMPARE(progress->file, std::string("f"));
        QCOMPARE(progress->bytes, std::uint64_t{1});
        QCOMPARE(progress->total_size, ~std::uint64_t{0});
        QCOMPARE(progress->rate, 1.5e6);
        QCOMPARE(progress->seconds_left.value(), std::uint64_t{7});
        const auto files =
            parse_fetch_line("{\"event\":\"files\",\"files\":[{\"name\":\"a\",\"size\":3},4]}");
        QVERIFY(files && files->files.size() == 1 && files->files[0].size == 3);
        const auto error = parse_fetch_line(
            "{\"event\":\"error\",\"fault\":\"no_space\",\"code\":28,\"resumable\":true,\"message\":\"Full."
            "\"}");
        QVERIFY(error && error->kind == Kind::Error && error->resumable && error->message == "Full.");
        QVERIFY(parse_fetch_line("{\"event\":\"later\"}")->kind == Kind::Other);
        QCOMPARE(parse_fetch_line("{\"event\":\"progress\",\"bytes\":-1,\"rate\":\"x\"}")->bytes,
                 std::uint64_t{0});
    }

    void otherLinesAreNone() {
        QVERIFY(!parse_fetch_line(""));
        QVERIFY(!parse_fetch_line("hello"));
        QVERIFY(!parse_fetch_line("[1]"));
        QVERIFY(!parse_fetch_line("{\"event\":\"done\"} x"));
        QVERIFY(!parse_fetch_line("{\"a\":" + std::string(100'000, '[')));
        QVERIFY(!parse_fetch_line("{\"a\":[[[[[1]]]]]}"));
        QVERIFY(!parse_fetch_line("{\"event\":\"" + std::string((4 << 20) + 1, 'x') + "\"}"));
    }

    void argumentsReachTheProgram() {
        FetchProcess process(
            program("for a in \"$@\"; do echo \"{\\\"event\\\":\\\"note\\\",\\\"message\\\":\\\"$a\\\"}\"; "
                    "done; exit 3"),
            options());
        std::vector<std::string> said;
        for (const FetchEvent& event : all_events(process)) said.push_back(event.message);
        const std::vector<std::string> expected{"--repo=me/model",    "--revision=main",
                                                "--into=/a b",        "--endpoint=http://127.0.0.1:1",
                                                "--file=params.json", "--file=-x"};
        QCOMPARE(said, expected);
        QCOMPARE(process.wait(), 3);
    }

    void secretsGoByStandardInputAndNowhereElse() {
        FetchOptions with = options();
        with.token = "hf_secret";
        with.proxy = "http://me:pass\"word@h:1";
        with.no_token = true;
        FetchProcess process(program("cp /proc/self/environ " + (directory_ / "environ").string() +
                                     "; cat /proc/$$/cmdline > " + (directory_ / "cmdline").string() +
                                     "; head -n 1 > " + (directory_ / "line").string()),
                             with);
        all_events(process);
        QCOMPARE(process.wait(), 0);
        QCOMPARE(tests::read_bytes(directory_ / "line"),
                 std::string("{\"command\":\"secrets\",\"proxy\":\"http://me:pass\\\"word@h:1\",\"token\":"
                             "\"hf_secret\"}\n"));
        const std::string arguments = tests::read_bytes(directory_ / "cmdline");
        QVERIFY(arguments.find("--secrets") != std::string::npos);
        QVERIFY(arguments.find("--no-token") != std::string::npos);
        for (const char* place : {"cmdline", "environ"}) {
            const std::string text = tests::read_bytes(directory_ / place);
            QVERIFY(text.find("hf_secret") == std::string::npos && text.find("word@") == std::string::npos);
        }
    }

    void tasksOnTokensNeedNoRepository() {
        FetchOptions with;
        with.task = FetchOptions::Task::SetToken;
        with.endpoint = "http://h";
        with.token_in_file = true;
        FetchProcess process(program("echo \"{\\\"event\\\":\\\"token\\\",\\\"where\\\":\\\"$*\\\"}\""),
                             with);
        const auto events = all_events(process);
        QVERIFY(events.size() == 1 && events[0].kind == Kind::Token);
        QCOMPARE(events[0].where, std::string("token set --endpoint=http://h --in-file"));
        process.wait();
    }

    void addressesAreNamedByTheirHost() {
        QCOMPARE(host_of("https://me:secret@hub.example:8443/a?b@c"), std::string("hub.example:8443"));
        QCOMPARE(host_of("hub.example/a"), std::string("hub.example"));
        QCOMPARE(endpoint_of("x"), std::string("x"));
    }

    void commandsReachTheProgram() {
        FetchProcess process(
            program("echo '{\"event\":\"state\",\"state\":\"listing\"}'\n"
                    "while read line; do echo \"{\\\"event\\\":\\\"verified\\\",\\\"file\\\":\\\"x\\\"}\";"
                    "case $line in *pause*|*resume*|*cancel*) ;; *) exit 9;; esac; done; exit 4"),
            options());
        int seen = 0;
        all_events(process, [&](const FetchEvent& event) {
            if (event.kind == Kind::State) process.send(FetchProcess::Command::Pause);
            if (event.kind == Kind::Verified && ++seen == 1) process.send(FetchProcess::Command::Resume);
            if (event.kind == Kind::Verified && seen == 2) process.send(FetchProcess::Command::Cancel);
            if (event.kind == Kind::Verified && seen == 3) process.stop();
        });
        QCOMPARE(seen, 3);
        QCOMPARE(process.wait(), 4);
    }

    void linesInPiecesAndRubbishAreNoTrouble() {
        FetchProcess process(
            program("printf '{\"event\":'; sleep 0.05; printf '\"done\"}\\nrubbish\\n'; "
                    "head -c 5000000 /dev/zero; echo; printf '{\"event\":\"note\"}'; kill -9 $$"),
            options());
        const auto events = all_events(process);
        QCOMPARE(events.size(), std::size_t{1});
        QVERIFY(events[0].kind == Kind::Done);
        QCOMPARE(process.wait(), 128 + 9);
    }

    void aProgramThatIsNotThereIsSaid() {
        QVERIFY_EXCEPTION_THROWN(FetchProcess(directory_ / "none", options()), storage::Error);
    }

    void goingAwayEndsIt() {
        const auto witness = directory_ / "ended";
        { FetchProcess process(program("cat >/dev/null; touch " + witness.string()), options()); }
        QVERIFY(std::filesystem::exists(witness));
    }

    void oneThatHeedsNothingIsEndedAndWhatItFetchedStays_data() {
        QTest::addColumn<QString>("trap");
        QTest::addColumn<bool>("termed");
        QTest::newRow("heeds SIGTERM") << QStringLiteral("trap 'touch %1; exit 0' TERM") << true;
        QTest::newRow("heeds nothing") << QStringLiteral("trap '' TERM") << false;
    }
    void oneThatHeedsNothingIsEndedAndWhatItFetchedStays() {
        QFETCH(const QString, trap);
        QFETCH(const bool, termed);
        const auto part = directory_ / "part", pid = directory_ / "pid", witness = directory_ / "termed";
        for (const auto& path : {part, pid, witness}) std::filesystem::remove(path);
        {
            FetchProcess process(
                program(trap.arg(QString::fromStdString(witness)).toStdString() + "\necho fetched >" +
                        part.string() + "\necho $$ >" + pid.string() + "\nwhile :; do sleep 0.05; done"),
                options());
            QVERIFY(tests::soon(
                [&] { return std::filesystem::exists(pid) && std::filesystem::file_size(pid) > 0; }));
        }
        int number = 0;
        std::ifstream(pid) >> number;
        QVERIFY(number > 0);
        QVERIFY(::kill(number, 0) != 0 && errno == ESRCH);
        QCOMPARE(std::filesystem::exists(witness), termed);
        QVERIFY(std::filesystem::file_size(part) > 0);
    }

    void aDeadProgramTakesNoCommands() {
        FetchProcess process(program("exit 0"), options());
        all_events(process);
        process.send(FetchProcess::Command::Pause);
        QCOMPARE(process.wait(), 0);
    }
};

QTEST_APPLESS_MAIN(TestFetchProcess)
#include "test_fetch_process.moc"
