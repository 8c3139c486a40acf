#include <fcntl.h>
#include <linux/fs.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <QtTest>
#include <atomic>
#include <thread>

#include "tests/support/child_process.h"
#include "tests/support/evil_projects.h"
#include "tests/support/project_files.h"

using namespace sidewinder::project;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

/// A folder beside the project, with a watch that notes each opening and reading of what is in it.
class Outside {
  public:
    explicit Outside(const fs::path& folder)
        : folder_(folder), watch_(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC)) {
        put(folder / "canary", std::string(kCanary) + "\n");
        put(folder / "deep/canary", std::string(kCanary) + "\n");
        put(folder / "deep/exclude", std::string(kCanary) + "\n");
        for (const fs::path& watched : {folder, folder / "deep"})
            ::inotify_add_watch(watch_.get(), watched.c_str(), IN_OPEN | IN_ACCESS);
    }

    /// True if something was opened or read since the last call.
    bool was_touched() {
        char events[4096];
        bool touched = false;
        while (::read(watch_.get(), events, sizeof events) > 0) touched = true;
        return touched;
    }
    const fs::path& folder() const { return folder_; }

  private:
    fs::path folder_;
    FileDescriptor watch_;
};

/// Empty if all is as it should be.
std::string judge(const EvilProject& evil, const fs::path& root, Outside& outside) {
    outside.was_touched();
    std::string leaked;
    ScanOptions options;
    options.threads = 2;
    options.count_tokens = [&](const ScannedEntry& entry, std::string_view text) {
        if (text.find(kCanary) != std::string_view::npos) leaked = entry.path;
        return static_cast<std::int64_t>(text.size());
    };
    const ScanResult result = scan_project(ProjectRoot(root), options);
    if (!leaked.empty()) return "the canary came out of " + leaked;
    if (outside.was_touched()) return "something outside was opened";
    const ScannedEntry* entry = find_entry(result, evil.path);
    if (entry == nullptr) return "there is no entry";
    if (entry->reason != evil.reason || entry->is_folder != evil.folder)
        return "wrong outcome: " + entry->sentence;
    if (entry->included != (evil.reason == LeftOut::None)) return "wrongly included or left out";
    if (entry->sentence.empty() != (evil.reason == LeftOut::None)) return "no sentence";
    if (entry->display.find_first_of("\n\x1b\x01") != std::string::npos)
        return "the name shows control characters";
    return {};
}

}  // namespace

class TestEvilProjects : public QObject {
    Q_OBJECT

  private slots:
    void initTestCase();
    void the_watch_sees_a_read();
    void the_table();
    void paths_that_are_not_plain();
    void folders_flipped_to_links();
    void folder_moved_out_while_open();
    void other_file_systems_and_loops();
    void too_many_files();
    void root_that_is_none();

  private:
    TemporaryDirectory home_;
};

void TestEvilProjects::initTestCase() {
    ::setenv("HOME", home_.path().c_str(), 1);
    ::alarm(300);  // against a hang, not a measure
}

void TestEvilProjects::the_watch_sees_a_read() {
    TemporaryDirectory place;
    Outside outside(place / "outside");
    outside.was_touched();
    QVERIFY(!outside.was_touched());
    QVERIFY(!read_bytes(outside.folder() / "canary").empty());
    QVERIFY(outside.was_touched());
}

void TestEvilProjects::the_table() {
    int good = 0;
    const auto table = evil_projects();
    for (const EvilProject& evil : table) {
        TemporaryDirectory place;
        fs::create_directories(place / "project");
        Outside outside(place / "outside");
        evil.make(place / "project", outside.folder());
        std::string fault;
        if (evil.unprivileged && ::geteuid() == 0) {
            ::chmod(place.path().c_str(), 0755);
            fs::permissions(place / "project", fs::perms::all);
            fs::permissions(place / "outside", fs::perms::all);
            for (const auto& inside : fs::directory_iterator(place / "project"))
                if (::lchown(inside.path().c_str(), 65534, 65534) != 0) fault = "lchown failed";
            if (exit_code_without_privileges(
                    [&] { return judge(evil, place / "project", outside).empty() ? 0 : 1; }) != 0)
                fault = "failed as an ordinary user";
        } else {
            fault = judge(evil, place / "project", outside);
        }
        for (const auto& inside : fs::directory_iterator(place / "project"))
            if (!inside.is_symlink() && inside.is_directory()) ::chmod(inside.path().c_str(), 0700);
        if (fault.empty())
            ++good;
        else
            qWarning("%s: %s", evil.name.c_str(), fault.c_str());
    }
    qInfo("%d/%zu evil projects, nothing outside was opened", good, table.size());
    QVERIFY(table.size() >= 60);
    QCOMPARE(good, static_cast<int>(table.size()));
}

void TestEvilProjects::paths_that_are_not_plain() {
    TemporaryDirectory place;
    Outside outside(place / "outside");
    put(place / "project/a/b", "x");
    const ProjectRoot root(place / "project");
    outside.was_touched();
    using namespace std::string_literals;
    for (const std::string& path :
         {"../outside/canary"s, "a/../../outside/canary"s, (outside.folder() / "canary").string(), "."s,
          ".."s, "/"s, "a//b"s, "a/./b"s, "a/b/"s, "/a/b"s, "a\0b"s, ""s, "a/b/.."s}) {
        QVERIFY2(!root.open_file(path).file, path.c_str());
        QVERIFY(read_bytes(root, path, {}).reason != LeftOut::None);
        QVERIFY_EXCEPTION_THROWN(read_text(root, path, {}), sidewinder::storage::Error);
    }
    QVERIFY(!root.open_folder("..").file && !root.look_at("../outside").file);
    QVERIFY(root.open_file("a/b").file);
    QVERIFY(!outside.was_touched());
}

void TestEvilProjects::folders_flipped_to_links() {
    TemporaryDirectory place;
    Outside outside(place / "outside");
    put(outside.folder() / "flip/canary", kCanary);
    put(place / "project/flip/canary", "inside\n");
    put(place / "project/flip/.gitignore", "nothing\n");
    fs::create_symlink(outside.folder() / "deep", place / "project/link");
    const ProjectRoot root(place / "project");
    outside.was_touched();
    std::atomic<bool> done = false;
    std::thread flipper([&] {  // exchanges the folder and a link to one outside, as fast as it can
        while (!done) ::renameat2(root.handle(), "flip", root.handle(), "link", RENAME_EXCHANGE);
    });
    int leaks = 0, inside = 0, refused = 0;
    for (int round = 0; round < 10'000; ++round) {
        const ReadResult read = read_bytes(root, "flip/canary", {});
        if (read.bytes.find(kCanary) != std::string::npos) ++leaks;
        read.reason == LeftOut::None ? ++inside : ++refused;
        if (round % 20 != 0) continue;
        ScanOptions options;
        options.threads = 1;
        options.count_tokens = [&](const ScannedEntry&, std::string_view text) {
            leaks += text.find(kCanary) == std::string_view::npos ? 0 : 1;
            return 0;
        };
        scan_project(root, options);
    }
    done = true;
    flipper.join();
    qInfo("10,000 rounds: %d read inside, %d refused, %d leaks", inside, refused, leaks);
    QCOMPARE(leaks, 0);
    QVERIFY(inside > 0 && refused > 0);
    QVERIFY(!outside.was_touched());
}

void TestEvilProjects::folder_moved_out_while_open() {
    TemporaryDirectory place;
    put(place / "project/a/b/file", "inside\n");
    const ProjectRoot root(place / "project");
    QVERIFY(root.open_file("a/b/file").file);
    fs::rename(place / "project/a", place / "moved");
    write_bytes(place / "moved/b/file", kCanary);
    QCOMPARE(root.open_file("a/b/file").error, ENOENT);
    fs::rename(place / "project", place / "renamed");  // the handle stays with its folder
    put(place / "renamed/c", "x");
    QVERIFY(root.open_file("c").file);
}

void TestEvilProjects::other_file_systems_and_loops() {
    TemporaryDirectory place;
    put(place / "project/inner/x", "x");
    fs::create_directories(place / "project/loop");
    put(place / "project/mounted", "x");
    const std::string root = (place / "project").string();
    const std::string script = "mount --bind " + root + " " + root + "/loop && mount -t tmpfs none " + root +
                               "/inner && mount -t proc none " + root +
                               "/inner 2>/dev/null; exec \"$0\" \"$@\"";
    // In a namespace of its own; the program calls itself there.
    if (qEnvironmentVariableIsSet("SIDEWINDER_MOUNTED")) QSKIP("inner run");
    QProcess inner;
    auto environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("SIDEWINDER_MOUNTED"), QString::fromStdString(root));
    inner.setProcessEnvironment(environment);
    inner.setProcessChannelMode(QProcess::MergedChannels);
    inner.start(QStringLiteral("unshare"),
                {QStringLiteral("-rm"), QStringLiteral("sh"), QStringLiteral("-c"),
                 QString::fromStdString(script), QCoreApplication::applicationFilePath()});
    if (!inner.waitForFinished(60'000) || inner.exitCode() == 1) QSKIP("no namespaces here (unshare -rm)");
    const QByteArray said = inner.readAll();
    if (!said.contains("mounted-run")) QSKIP("no mounts here (unshare -rm)");
    QVERIFY2(said.contains("mounted-run good"), said.constData());
}

void TestEvilProjects::too_many_files() {
    TemporaryDirectory place;
    for (int i = 0; i < 30; ++i) put(place.path() / ("f" + std::to_string(i + 10)), "x");
    ScanOptions options;
    options.walk.max_files = 30;
    QVERIFY(scan_project(ProjectRoot(place.path()), options).complete);
    put(place / "d/e", "x");
    const ScanResult result = scan_project(ProjectRoot(place.path()), options);
    QCOMPARE(result.entries.size(), std::size_t(1));  // a folder with too many names is left out whole
    QCOMPARE(int(result.entries[0].reason), int(LeftOut::TooMany));
    fs::remove(place / "f39");
    put(place / "d/f", "x");
    const ScanResult cut = scan_project(ProjectRoot(place.path()), options);
    QVERIFY(!cut.complete);
    QCOMPARE(cut.included_files, std::size_t(30));
    QCOMPARE(cut.entries.back().path, std::string("f38"));
    QCOMPARE(int(cut.entries.back().reason), int(LeftOut::TooMany));
}

void TestEvilProjects::root_that_is_none() {
    TemporaryDirectory place;
    put(place / "file", "x");
    QVERIFY_EXCEPTION_THROWN(ProjectRoot(place / "file"), sidewinder::storage::Error);
    QVERIFY_EXCEPTION_THROWN(ProjectRoot(place / "none"), sidewinder::storage::Error);
    fs::create_directory_symlink(place.path(), place / "link");  // the person may name a link
    QCOMPARE(ProjectRoot(place / "link").path(), fs::canonical(place.path()));
}

/// The part of other_file_systems_and_loops() that runs where the mounts are.
int mounted_run(const char* root) {
    const ScanResult kept = scan_project(ProjectRoot(root), {});
    const ScanResult crossed = scan_project(ProjectRoot(root, true), {});
    const auto reason = [](const ScanResult& result, const char* path) {
        const ScannedEntry* entry = find_entry(result, path);
        return entry == nullptr ? LeftOut::None : entry->reason;
    };
    const bool good = reason(kept, "loop") == LeftOut::OtherDisk &&
                      reason(kept, "inner") == LeftOut::OtherDisk &&
                      reason(crossed, "loop") == LeftOut::Loop && kept.included_files == 1;
    std::printf("mounted-run %s\n", good ? "good" : "bad");
    for (const auto& entry : kept.entries) std::printf("%s %s\n", entry.path.c_str(), entry.sentence.c_str());
    return good ? 0 : 2;
}

int main(int argc, char** argv) {
    if (const char* root = std::getenv("SIDEWINDER_MOUNTED")) return mounted_run(root);
    QCoreApplication application(argc, argv);
    TestEvilProjects tests;
    return QTest::qExec(&tests, argc, argv);
}
#include "test_evil_projects.moc"
