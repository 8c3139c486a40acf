#include <sys/resource.h>
#include <sys/stat.h>

#include <QtTest>
#include <csignal>
#include <numeric>
#include <thread>

#include "storage/checkpoint_file.h"
#include "storage/checkpoints.h"
#include "tests/support/child_process.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

constexpr std::size_t kPayload = 100'000;
constexpr std::uint64_t kFile = kPayload + kCheckpointHeaderBytes;

CheckpointMeta meta(std::uint64_t position, CheckpointKind kind = CheckpointKind::Conversation,
                    const char* fingerprint = "model A") {
    std::vector<std::int32_t> log(position);
    std::iota(log.begin(), log.end(), 0);
    return {fingerprint, position, hash_log(log), kind};
}

std::vector<std::byte> payload(std::uint64_t seed, std::size_t size = kPayload) {
    std::vector<std::byte> bytes(size);
    for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<std::byte>(i * 31 + seed);
    return bytes;
}

Error::Kind kind_of(const std::function<void()>& action) {
    try {
        action();
    } catch (const Error& error) {
        return error.kind();
    }
    throw std::runtime_error("no error was thrown");
}

fs::path file_of(const TemporaryDirectory& directory, const std::string& id) {
    return directory.path() / (id + ".checkpoint");
}

}  // namespace

class TestCheckpoints : public QObject {
    Q_OBJECT

  private slots:
    void round_trip_and_restart();
    void same_state_is_written_once();
    void listed_by_fingerprint_longest_first();
    void damaged_files_data();
    void damaged_files();
    void damage_after_start();
    void foreign_files_stay();
    void least_used_goes_first_projects_last();
    void protected_stay_and_refusal_evicts_nothing();
    void budget_holds_at_start_and_when_lowered();
    void use_is_remembered_over_restart();
    void remove_and_wipe();
    void full_disk_leaves_nothing();
    void bad_requests();
    void another_program_beside_us();
    void writer_and_reader_threads();
};

void TestCheckpoints::round_trip_and_restart() {
    TemporaryDirectory directory;
    std::string id;
    {
        Checkpoints checkpoints(directory / "c", 10 * kFile);
        id = checkpoints.write(meta(5), payload(1));
        QCOMPARE(checkpoints.used(), kFile);
    }
    struct stat info {};
    ::stat((directory.path() / "c" / (id + ".checkpoint")).c_str(), &info);
    QCOMPARE(info.st_mode & 0777, mode_t{0600});
    ::stat((directory / "c").c_str(), &info);
    QCOMPARE(info.st_mode & 0777, mode_t{0700});
    QCOMPARE(static_cast<std::uint64_t>(info.st_size > 0), std::uint64_t{1});

    Checkpoints checkpoints(directory / "c", 10 * kFile);
    const auto all = checkpoints.list();
    QCOMPARE(all.size(), std::size_t{1});
    QCOMPARE(all[0].id, id);
    QCOMPARE(all[0].meta.fingerprint, std::string("model A"));
    QCOMPARE(all[0].meta.position, std::uint64_t{5});
    QVERIFY(all[0].meta.log_hash == meta(5).log_hash);
    QCOMPARE(all[0].payload_bytes, std::uint64_t{kPayload});
    std::vector<std::byte> into(kPayload);
    checkpoints.read(id, into);
    QVERIFY(into == payload(1));
}

void TestCheckpoints::same_state_is_written_once() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 10 * kFile);
    const std::string id = checkpoints.write(meta(5), payload(1));
    struct stat before {
    }, after{};
    ::stat(file_of(directory, id).c_str(), &before);
    QCOMPARE(checkpoints.write(meta(5), payload(1)), id);
    ::stat(file_of(directory, id).c_str(), &after);
    QCOMPARE(after.st_ino, before.st_ino);
    QCOMPARE(checkpoints.write(meta(5, CheckpointKind::Project), payload(1)),
             id);  // a project's too: now it counts as one
    QVERIFY(checkpoints.find(id)->meta.kind == CheckpointKind::Project);
    QCOMPARE(checkpoints.write(meta(5), payload(1)), id);
    QVERIFY(checkpoints.find(id)->meta.kind == CheckpointKind::Project);
    QCOMPARE(checkpoints.used(), kFile);
    QVERIFY(checkpoints.write(meta(6), payload(1)) != id);
    QVERIFY(checkpoints.write(meta(5, CheckpointKind::Conversation, "model B"), payload(1)) != id);
}

void TestCheckpoints::listed_by_fingerprint_longest_first() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 10 * kFile);
    checkpoints.write(meta(3), payload(3));
    checkpoints.write(meta(9), payload(9));
    checkpoints.write(meta(7, CheckpointKind::Conversation, "model B"), payload(7));
    std::vector<std::uint64_t> positions;
    for (const auto& entry : checkpoints.list("model A")) positions.push_back(entry.meta.position);
    QCOMPARE(positions, (std::vector<std::uint64_t>{9, 3}));
    QCOMPARE(checkpoints.list().size(), std::size_t{3});
    QVERIFY(checkpoints.list("model C").empty());
}

void TestCheckpoints::damaged_files_data() {
    QTest::addColumn<int>("flip_at");    // -1: none
    QTest::addColumn<int>("cut_to");     // -1: none
    QTest::addColumn<bool>("at_start");  // noticed by the scan of headers
    QTest::newRow("magic flipped") << 0 << -1 << true;
    QTest::newRow("version flipped") << 8 << -1 << true;
    QTest::newRow("position flipped") << 16 << -1 << true;
    QTest::newRow("log hash flipped") << 40 << -1 << true;
    QTest::newRow("fingerprint flipped") << 70 << -1 << true;
    QTest::newRow("header's end flipped") << 4095 << -1 << true;
    QTest::newRow("empty") << -1 << 0 << true;
    QTest::newRow("cut in the header") << -1 << 100 << true;
    QTest::newRow("header only") << -1 << 4096 << true;
    QTest::newRow("one byte short") << -1 << int(kFile) - 1 << true;
    QTest::newRow("one byte long") << -1 << int(kFile) + 1 << true;
    QTest::newRow("payload's start flipped") << 4096 << -1 << false;
    QTest::newRow("payload's end flipped") << int(kFile) - 1 << -1 << false;
}

void TestCheckpoints::damaged_files() {
    QFETCH(int, flip_at);
    QFETCH(int, cut_to);
    QFETCH(bool, at_start);
    TemporaryDirectory directory;
    const std::string id = Checkpoints(directory.path(), 10 * kFile).write(meta(5), payload(1));
    const fs::path file = file_of(directory, id);
    if (cut_to >= 0) fs::resize_file(file, static_cast<std::uintmax_t>(cut_to));
    if (flip_at >= 0) {
        std::string bytes = read_bytes(file);
        bytes[static_cast<std::size_t>(flip_at)] ^= 1;
        write_bytes(file, bytes);
    }
    Checkpoints checkpoints(directory.path(), 10 * kFile);
    QCOMPARE(checkpoints.dropped_at_start(), at_start ? 1 : 0);
    QCOMPARE(checkpoints.list().size(), at_start ? std::size_t{0} : std::size_t{1});
    std::vector<std::byte> into(kPayload);
    QCOMPARE(kind_of([&] { checkpoints.read(id, into); }),
             at_start ? Error::Kind::NotFound : Error::Kind::Damaged);
    QVERIFY(!fs::exists(file));
    QVERIFY(checkpoints.list().empty());
    QCOMPARE(checkpoints.used(), std::uint64_t{0});
}

void TestCheckpoints::damage_after_start() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 10 * kFile);
    const std::string first = checkpoints.write(meta(5), payload(1));
    const std::string second = checkpoints.write(meta(6), payload(2));
    const std::string third = checkpoints.write(meta(7), payload(3));
    fs::remove(file_of(directory, first));
    fs::copy_file(file_of(directory, third), file_of(directory, second),
                  fs::copy_options::overwrite_existing);
    std::vector<std::byte> into(kPayload);
    QCOMPARE(kind_of([&] { checkpoints.read(first, into); }), Error::Kind::NotFound);
    QCOMPARE(kind_of([&] { checkpoints.read(second, into); }),
             Error::Kind::Damaged);  // another state under its name
    checkpoints.read(third, into);
    QCOMPARE(checkpoints.used(), kFile);
}

void TestCheckpoints::foreign_files_stay() {
    TemporaryDirectory directory;
    write_bytes(directory / "notes.txt", "mine");
    fs::create_directory(directory / "folder.checkpoint");
    fs::create_symlink(directory / "notes.txt", directory / "link.checkpoint");
    write_bytes(directory / "old.checkpoint.1234.tmp", "half");
    Checkpoints checkpoints(directory.path(), 10 * kFile);
    QVERIFY(checkpoints.list().empty());
    QCOMPARE(read_bytes(directory / "notes.txt"), std::string("mine"));
    QVERIFY(fs::exists(directory / "folder.checkpoint"));
    QVERIFY(!fs::exists(directory / "old.checkpoint.1234.tmp"));
    checkpoints.write(meta(1), payload(1));
    checkpoints.wipe();
    QCOMPARE(read_bytes(directory / "notes.txt"), std::string("mine"));
}

void TestCheckpoints::least_used_goes_first_projects_last() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 3 * kFile);
    const std::string project = checkpoints.write(meta(1, CheckpointKind::Project), payload(1));
    const std::string first = checkpoints.write(meta(2), payload(2));
    const std::string second = checkpoints.write(meta(3), payload(3));
    std::vector<std::byte> into(kPayload);
    checkpoints.read(first, into);
    const std::string third = checkpoints.write(meta(4), payload(4));
    QVERIFY(checkpoints.find(project) && checkpoints.find(first) && !checkpoints.find(second) &&
            checkpoints.find(third));
    QVERIFY(!fs::exists(file_of(directory, second)));
    checkpoints.write(meta(5), payload(5));
    checkpoints.write(meta(6), payload(6));
    QVERIFY(checkpoints.find(project).has_value());
    checkpoints.write(meta(7, CheckpointKind::Project), payload(7));
    checkpoints.write(meta(8, CheckpointKind::Project), payload(8));
    QVERIFY(checkpoints.find(project).has_value());
    checkpoints.write(meta(9, CheckpointKind::Project), payload(9));
    QVERIFY(!checkpoints.find(project).has_value());
    QVERIFY(checkpoints.used() <= checkpoints.budget());
}

void TestCheckpoints::protected_stay_and_refusal_evicts_nothing() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 2 * kFile);
    const std::string newest = checkpoints.write(meta(1), payload(1));
    checkpoints.protect({newest});
    checkpoints.write(meta(2), payload(2));
    const std::string third = checkpoints.write(meta(3), payload(3));
    QVERIFY(checkpoints.find(newest) && checkpoints.find(third) && checkpoints.list().size() == 2);
    QCOMPARE(kind_of([&] { checkpoints.write(meta(4), payload(4, 2 * kPayload)); }), Error::Kind::NoSpace);
    QCOMPARE(checkpoints.list().size(), std::size_t{2});
    checkpoints.protect({newest, third});
    QCOMPARE(kind_of([&] { checkpoints.write(meta(4), payload(4)); }), Error::Kind::NoSpace);
    checkpoints.protect({});
    checkpoints.write(meta(4), payload(4));
    QVERIFY(!checkpoints.find(newest).has_value());
}

void TestCheckpoints::budget_holds_at_start_and_when_lowered() {
    TemporaryDirectory directory;
    {
        Checkpoints checkpoints(directory.path(), 4 * kFile);
        for (std::uint64_t i = 1; i <= 4; ++i) checkpoints.write(meta(i), payload(i));
        checkpoints.set_budget(3 * kFile);
        QCOMPARE(checkpoints.list().size(), std::size_t{3});
    }
    Checkpoints checkpoints(directory.path(), 2 * kFile + 10);
    QCOMPARE(checkpoints.list().size(), std::size_t{2});
    QCOMPARE(checkpoints.list()[0].meta.position, std::uint64_t{4});
    std::uint64_t on_disk = 0;
    for (const auto& file : fs::directory_iterator(directory.path())) on_disk += file.file_size();
    QCOMPARE(on_disk, 2 * kFile);
}

void TestCheckpoints::use_is_remembered_over_restart() {
    TemporaryDirectory directory;
    std::string first, second;
    {
        Checkpoints checkpoints(directory.path(), 4 * kFile);
        first = checkpoints.write(meta(1), payload(1));
        second = checkpoints.write(meta(2), payload(2));
        std::vector<std::byte> into(kPayload);
        checkpoints.read(first, into);
    }
    Checkpoints checkpoints(directory.path(), kFile);
    QVERIFY(checkpoints.find(first) && !checkpoints.find(second));
}

void TestCheckpoints::remove_and_wipe() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 4 * kFile);
    const std::string first = checkpoints.write(meta(1), payload(1));
    checkpoints.write(meta(2), payload(2));
    QVERIFY(checkpoints.remove(first));
    QVERIFY(!checkpoints.remove(first));
    checkpoints.protect({checkpoints.list()[0].id});
    QCOMPARE(checkpoints.wipe(), std::size_t{1});
    QVERIFY(names_in(directory.path()).empty());
    QCOMPARE(checkpoints.used(), std::uint64_t{0});
}

void TestCheckpoints::full_disk_leaves_nothing() {
    TemporaryDirectory directory;
    const int code = exit_code_of_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{kFile / 2, kFile / 2};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        Checkpoints checkpoints(directory.path(), 4 * kFile);
        if (kind_of([&] { checkpoints.write(meta(1), payload(1)); }) != Error::Kind::NoSpace) return 1;
        if (checkpoints.used() != 0 || !checkpoints.list().empty()) return 2;
        checkpoints.write(meta(2), payload(2, 1000));
        return checkpoints.list().size() == 1 ? 0 : 3;
    });
    QCOMPARE(code, 0);
    QCOMPARE(names_in(directory.path()).size(), std::size_t{1});
}

void TestCheckpoints::bad_requests() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 4 * kFile);
    const std::string id = checkpoints.write(meta(1), payload(1));
    std::vector<std::byte> shorter(kPayload - 1);
    QCOMPARE(kind_of([&] { checkpoints.read(id, shorter); }), Error::Kind::Damaged);
    QVERIFY(checkpoints.find(id).has_value());
    QCOMPARE(kind_of([&] { checkpoints.read("../../etc/passwd", shorter); }), Error::Kind::NotFound);
    QVERIFY(!checkpoints.remove("../../etc/passwd"));
    QCOMPARE(kind_of([&] {
                 checkpoints.write({"", 1, {}, CheckpointKind::Project}, payload(1));
             }),
             Error::Kind::Io);
    QCOMPARE(kind_of([&] {
                 checkpoints.write({std::string(1025, 'f'), 1, {}, CheckpointKind::Project}, payload(1));
             }),
             Error::Kind::Io);
    checkpoints.write({std::string(1024, 'f'), 1, {}, CheckpointKind::Project}, {});
    QCOMPARE(checkpoints.list(std::string(1024, 'f')).size(), std::size_t{1});
}

void TestCheckpoints::another_program_beside_us() {
    TemporaryDirectory directory;
    Checkpoints ours(directory.path(), 3 * kFile), theirs(directory.path(), 3 * kFile);
    const std::string first = ours.write(meta(1), payload(1));
    const std::string second = theirs.write(meta(2), payload(2));
    theirs.remove(first);
    ours.write(meta(3), payload(3));
    QVERIFY(!ours.find(first) && ours.find(second));
    QCOMPARE(ours.used(), 2 * kFile);
    theirs.write(meta(4), payload(4));
    ours.write(meta(5), payload(5));
    QCOMPARE(names_in(directory.path()).size(), std::size_t{3});  // one budget for both
}

void TestCheckpoints::writer_and_reader_threads() {
    TemporaryDirectory directory;
    Checkpoints checkpoints(directory.path(), 5 * kFile);
    std::atomic<bool> wrong = false;
    std::thread writer([&] {
        for (std::uint64_t i = 1; i <= 60; ++i) checkpoints.write(meta(i), payload(i));
    });
    for (int i = 0; i < 300; ++i)
        for (const auto& entry : checkpoints.list()) try {
                std::vector<std::byte> into(entry.payload_bytes);
                checkpoints.read(entry.id, into);
                if (into != payload(entry.meta.position)) wrong = true;
            } catch (const Error& error) {
                if (error.kind() != Error::Kind::NotFound) wrong = true;  // evicted meanwhile
            }
    writer.join();
    QVERIFY(!wrong);
    QCOMPARE(checkpoints.list().size(), std::size_t{5});
}

QTEST_APPLESS_MAIN(TestCheckpoints)
#include "test_checkpoints.moc"
