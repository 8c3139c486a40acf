#include <fcntl.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <QtTest>
#include <csignal>
#include <cstdlib>

#include "storage/atomic_file.h"
#include "storage/log_hash.h"
#include "storage/paths.h"
#include "tests/support/child_process.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

/// Atomic files, folders and log hashes.
class TestFiles : public QObject {
    Q_OBJECT

  private slots:
    void paths_follow_the_environment();
    void atomic_file_replaces_or_leaves();
    void full_disk_keeps_the_old_file();
    void stale_temporaries_go_live_ones_stay();
    void errors_are_sentences();
    void log_hash_is_of_little_endian_ids();
};

void TestFiles::paths_follow_the_environment() {
    const auto in_child = [](const std::function<bool()>& check) {
        return exit_code_of_child([&] { return check() ? 0 : 1; });
    };
    QCOMPARE(in_child([] {
                 ::setenv("HOME", "/home/x", 1);
                 ::setenv("XDG_DATA_HOME", "/d", 1);
                 ::setenv("XDG_CACHE_HOME", "relative", 1);
                 ::unsetenv("XDG_CONFIG_HOME");
                 const Paths paths = standard_paths();
                 return paths.data == "/d/sidewinder" && paths.cache == "/home/x/.cache/sidewinder" &&
                        paths.config == "/home/x/.config/sidewinder" &&
                        paths.database() == "/d/sidewinder/sidewinder.db";
             }),
             0);
    QCOMPARE(in_child([] {
                 ::unsetenv("HOME");
                 ::unsetenv("XDG_DATA_HOME");
                 try {
                     standard_paths();
                 } catch (const Error& error) {
                     return error.kind() == Error::Kind::NotFound;
                 }
                 return false;
             }),
             0);
}

void TestFiles::atomic_file_replaces_or_leaves() {
    TemporaryDirectory directory;
    const fs::path file = directory / "settings";
    write_atomically(file, "one");
    QCOMPARE(read_bytes(file), std::string("one"));
    struct stat info {};
    ::stat(file.c_str(), &info);
    QCOMPARE(info.st_mode & 0777, mode_t{0600});
    {
        AtomicFile half(file);
        half.write(std::as_bytes(std::span("tw", 2)));
        QCOMPARE(read_bytes(file), std::string("one"));
    }
    QCOMPARE(read_bytes(file), std::string("one"));
    write_atomically(file, "");
    QCOMPARE(read_bytes(file), std::string());
    QCOMPARE(names_in(directory.path()).size(), std::size_t{1});
}

void TestFiles::full_disk_keeps_the_old_file() {
    TemporaryDirectory directory;
    const fs::path file = directory / "settings";
    write_atomically(file, "old");
    const int code = exit_code_of_child([&] {
        std::signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{5000, 5000};
        ::setrlimit(RLIMIT_FSIZE, &limit);
        try {
            write_atomically(file, std::string(10'000, 'x'));
        } catch (const Error& error) {
            return error.kind() == Error::Kind::NoSpace ? 0 : 1;
        }
        return 2;
    });
    QCOMPARE(code, 0);
    QCOMPARE(read_bytes(file), std::string("old"));
    QCOMPARE(names_in(directory.path()).size(), std::size_t{1});
}

void TestFiles::stale_temporaries_go_live_ones_stay() {
    TemporaryDirectory directory;
    write_bytes(directory / "killed.tmp", "half");
    write_bytes(directory / "other.txt", "stays");
    AtomicFile live(directory / "live");
    remove_stale_temporaries(directory.path());
    QVERIFY(!fs::exists(directory / "killed.tmp"));
    QVERIFY(fs::exists(live.temporary()));
    live.commit();
    QCOMPARE(names_in(directory.path()).size(), std::size_t{2});
    remove_stale_temporaries(directory / "missing");
}

void TestFiles::errors_are_sentences() {
    TemporaryDirectory directory;
    const std::pair<int, Error::Kind> codes[] = {
        {ENOSPC, Error::Kind::NoSpace}, {EDQUOT, Error::Kind::NoSpace},  {EACCES, Error::Kind::Denied},
        {EROFS, Error::Kind::Denied},   {ENOENT, Error::Kind::NotFound}, {EIO, Error::Kind::Io}};
    for (const auto& [code, kind] : codes) {
        const Error error = system_error(code, "write", "/some/file");
        QCOMPARE(int(error.kind()), int(kind));
        const std::string text = error.what();
        QVERIFY(text.starts_with("Could not write /some/file: ") && text.ends_with("."));
        QVERIFY(text.find("error " + std::to_string(code)) != std::string::npos);
    }
    write_bytes(directory / "file", "x");
    try {
        make_private_directory(directory.path() / "file" / "below");
        QFAIL("a folder was made in a file");
    } catch (const Error& error) {
        QCOMPARE(int(error.kind()), int(Error::Kind::Io));
    }
}

void TestFiles::log_hash_is_of_little_endian_ids() {
    // XXH3-128 of nothing, seed 0, from the specification's test vectors.
    const LogHash empty = hash_log({});
    const std::array<unsigned, 16> expected = {0x99, 0xaa, 0x06, 0xd3, 0x01, 0x47, 0x98, 0xd8,
                                               0x60, 0x01, 0xc3, 0x24, 0x46, 0x8d, 0x49, 0x7f};
    for (std::size_t i = 0; i < 16; ++i) QCOMPARE(std::to_integer<unsigned>(empty[i]), expected[i]);
    QVERIFY(hash_log(std::vector<std::int32_t>{1, 3}) != hash_log(std::vector<std::int32_t>{3, 1}));
}

QTEST_APPLESS_MAIN(TestFiles)
#include "test_files.moc"
