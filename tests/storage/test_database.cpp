#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include <QtTest>
#include <chrono>

#include "storage/backups.h"
#include "storage/connection.h"
#include "tests/support/child_process.h"
#include "tests/support/migration_steps.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

using Titles = std::vector<std::string>;

mode_t mode_of(const fs::path& path) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

/// 100 + the kind of the Error that opening throws; 0 if it does not.
int code_of_opening(const fs::path& file) {
    try {
        Database database(file);
        return 0;
    } catch (const Error& error) {
        return 100 + static_cast<int>(error.kind());
    }
}

int code(Error::Kind kind) {
    return 100 + static_cast<int>(kind);
}

}  // namespace

/// Opening, migrating, backing up and sharing a store that is sound.
class TestDatabase : public QObject {
    Q_OBJECT

  private slots:
    void new_store_is_private_and_durable();
    void migrates_after_a_backup();
    void failed_migration_changes_nothing();
    void second_process_is_told_busy();
    void foreign_lock_is_told_busy();
    void odd_paths_are_refused();
    void permissions_are_told_and_nothing_moves();
    void read_only_file_is_denied();
    void daily_backups_are_pruned();
    void replaced_file_is_noticed();
    void damaged_search_index_heals_data();
    void damaged_search_index_heals();
    void drifted_search_index_heals();
    void failed_write_is_rolled_back();
    void log_of_an_older_time_is_not_played();
    void open_and_close_leaks_nothing();
};

void TestDatabase::new_store_is_private_and_durable() {
    TemporaryDirectory directory;
    const fs::path file = directory.path() / "a" / "b" / "sidewinder.db";
    const mode_t mask = ::umask(0);
    Database database(file);
    database.backup_now();
    ::umask(mask);
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));
    QCOMPARE(mode_of(file.parent_path()), mode_t{0700});
    QCOMPARE(mode_of(directory.path() / "a"), mode_t{0700});
    for (const auto& entry : fs::recursive_directory_iterator(file.parent_path()))
        if (entry.is_regular_file()) QCOMPARE(mode_of(entry.path()), mode_t{0600});
    const std::pair<const char*, const char*> expected[] = {
        {"journal_mode", "wal"}, {"synchronous", "2"},    {"locking_mode", "exclusive"},
        {"foreign_keys", "1"},   {"trusted_schema", "0"}, {"cell_size_check", "1"},
        {"mmap_size", "0"},      {"user_version", "3"}};
    for (const auto& [pragma, value] : expected)
        QCOMPARE(database.connection().execAndGet(std::string("PRAGMA ") + pragma).getString(),
                 std::string(value));
    QVERIFY_EXCEPTION_THROWN(database.connection().exec("UPDATE messages_search_data SET block = x'00'"),
                             SQLite::Exception);
    QCOMPARE(inspect(file).application_id, kApplicationId);
}

void TestDatabase::migrates_after_a_backup() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    {
        Database database(file);
        add_conversation(database, "kept", 5);
        QVERIFY(!fs::exists(directory.path() / "backups"));  // nothing to back up when it was made
    }
    const auto steps = steps_with(kNextStep);
    Database database(Database::Options{file, {}, steps, {}, 1500});
    QCOMPARE(schema_version(database.connection()), 4);
    QCOMPARE(titles(database), Titles{"kept"});
    QVERIFY(database.connection().execAndGet("SELECT word_count FROM conversations").getInt() > 1000);
    const auto backups = Backups(directory.path() / "backups").newest_first();
    QCOMPARE(backups.size(), std::size_t{1});
    QVERIFY(backups[0].filename().string().ends_with("before-v4.db"));
    QCOMPARE(inspect(backups[0]).version, 3u);
}

void TestDatabase::failed_migration_changes_nothing() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    {
        Database database(file);
        add_conversation(database, "kept", 5);
    }
    const auto steps =
        steps_with("CREATE TABLE extra (x); DELETE FROM conversations; SELECT no_such_function()");
    for (int i = 0; i < 2; ++i) {
        try {
            Database database(Database::Options{file, {}, steps, {}, 1500});
            QFAIL("the migration did not fail");
        } catch (const Error& error) {
            QCOMPARE(int(error.kind()), int(Error::Kind::Io));
        }
    }
    Database database(file);
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));
    QCOMPARE(schema_version(database.connection()), 3);
    QCOMPARE(titles(database), Titles{"kept"});
    QVERIFY(!database.connection().tableExists("extra"));
}

void TestDatabase::second_process_is_told_busy() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    Database database(file);
    add_conversation(database, "first", 1);
    QCOMPARE(exit_code_of_child([&] { return code_of_opening(file); }), code(Error::Kind::Busy));
    add_conversation(database, "second", 1);
    database = Database(directory / "other.db");
    QCOMPARE(code_of_opening(file), 0);
}

void TestDatabase::foreign_lock_is_told_busy() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    { Database database(file); }
    const std::string before = read_bytes(file);
    SQLite::Database other(file.string(), SQLite::OPEN_READWRITE);  // such as the sqlite3 shell
    other.exec("PRAGMA locking_mode = EXCLUSIVE; SELECT * FROM store");
    QCOMPARE(code_of_opening(file), code(Error::Kind::Busy));
    QVERIFY(read_bytes(file) == before);
}

void TestDatabase::odd_paths_are_refused() {
    TemporaryDirectory directory;
    { Database database(directory / "real.db"); }
    fs::create_directory(directory / "folder.db");
    fs::create_symlink(directory / "real.db", directory / "link.db");
    fs::create_symlink("nowhere", directory / "dangling.db");
    ::mkfifo((directory / "fifo.db").c_str(), 0600);
    for (const char* name : {"folder.db", "link.db", "dangling.db", "fifo.db"})
        QCOMPARE(code_of_opening(directory / name), code(Error::Kind::Io));
    fs::create_directory_symlink(directory.path(), directory / "linked-folder");
    QCOMPARE(code_of_opening(directory / "linked-folder" / "real.db"), 0);
}

void TestDatabase::permissions_are_told_and_nothing_moves() {
    TemporaryDirectory directory;
    const fs::path home = directory / "home";
    const fs::path file = store_file(home);
    QCOMPARE(exit_code_of_child([&] { return code_of_opening(file); }), 0);
    fs::permissions(directory.path(), fs::perms::all);
    // Of root, readable by others or not, in a folder that others may not write to.
    for (const auto mode : {fs::perms(0755), fs::perms(0700)}) {
        fs::permissions(home, mode);
        const auto names = names_in(home);
        QCOMPARE(exit_code_without_privileges([&] { return code_of_opening(file); }),
                 code(Error::Kind::Denied));
        QCOMPARE(names_in(home), names);
    }
}

void TestDatabase::read_only_file_is_denied() {
    TemporaryDirectory directory;
    fs::permissions(directory.path(), fs::perms(0777));
    const fs::path file = store_file(directory.path());
    QCOMPARE(exit_code_without_privileges([&] {
                 if (code_of_opening(file) != 0) return 1;
                 fs::permissions(file, fs::perms(0400));
                 return code_of_opening(file);
             }),
             code(Error::Kind::Denied));
    QCOMPARE(names_in(directory.path()).size(), std::size_t{2});
}

void TestDatabase::daily_backups_are_pruned() {
    TemporaryDirectory directory;
    Database database(store_file(directory.path()));
    QVERIFY(database.backup_if_due());
    QVERIFY(!database.backup_if_due());
    const Backups backups(directory.path() / "backups");
    const auto set_age = [&](std::chrono::hours age) {
        for (const auto& path : backups.newest_first())
            fs::last_write_time(path, fs::file_time_type::clock::now() - age);
    };
    set_age(std::chrono::hours(25));
    QVERIFY(database.backup_if_due());
    set_age(std::chrono::hours(-100));  // the clock was set back since
    QVERIFY(database.backup_if_due());
    set_age(std::chrono::hours(25));
    const fs::path oldest = backups.newest_first().back();
    QVERIFY(database.backup_if_due());
    QCOMPARE(backups.newest_first().size(), std::size_t{3});
    QVERIFY(!fs::exists(oldest));
}

void TestDatabase::replaced_file_is_noticed() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    Database database(file);
    QVERIFY(!database.was_replaced());
    fs::copy_file(file, directory / "copy");
    fs::rename(directory / "copy", file);
    QVERIFY(database.was_replaced());
    try {
        Conversations(database).create("into nowhere");
        QFAIL("it was saved into a file without a name");
    } catch (const Error& error) {
        QCOMPARE(int(error.kind()), int(Error::Kind::Io));
    }
}

void TestDatabase::damaged_search_index_heals_data() {
    QTest::addColumn<QString>("damage");
    QTest::addColumn<bool>("noticed_by_search");
    QTest::newRow("blocks missing") << "DELETE FROM messages_search_data WHERE id > 10;"
                                       "DELETE FROM titles_search_data WHERE id > 10"
                                    << true;
    QTest::newRow("blocks overwritten")
        << "UPDATE messages_search_data SET block = x'00010203' WHERE id > 10" << false;
    QTest::newRow("structure overwritten")
        << "UPDATE messages_search_data SET block = x'ffffff' WHERE id = 10" << false;
    QTest::newRow("all gone") << "DELETE FROM messages_search_idx; DELETE FROM messages_search_data" << true;
}

void TestDatabase::damaged_search_index_heals() {
    QFETCH(QString, damage);
    QFETCH(bool, noticed_by_search);
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    {
        Database database(file);
        add_conversation(database, "needle", 20);
    }
    {
        SQLite::Database raw(file.string(), SQLite::OPEN_READWRITE);
        raw.exec(damage.toStdString());
    }
    Database database(file);
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::None));
    Conversations store(database);
    if (noticed_by_search) QVERIFY(store.search("needle").size() > 10);
    add_conversation(database, "more", 2);
    store.check_search();
    QVERIFY(store.check_search());
    QVERIFY(store.search("needle").size() > 10);
}

void TestDatabase::drifted_search_index_heals() {
    auto database = Database::in_memory();
    add_conversation(database, "needle", 3);
    Conversations store(database);
    QVERIFY(store.check_search());
    database.connection().exec(
        "UPDATE messages SET text = 'haystack' WHERE id = 1");  // behind the index's back
    QVERIFY(!store.check_search());
    QCOMPARE(store.search("haystack").size(), std::size_t{1});
    QVERIFY(store.check_search());
}

void TestDatabase::failed_write_is_rolled_back() {
    TemporaryDirectory directory;
    Database database(store_file(directory.path()));
    Conversations store(database);
    add_conversation(database, "kept", 1);
    QVERIFY_EXCEPTION_THROWN(database.write([&] {
        database.connection().exec("UPDATE conversations SET title = 'changed'");
        throw std::runtime_error("in the middle");
    }),
                             std::runtime_error);
    QCOMPARE(titles(database), Titles{"kept"});
    add_conversation(database, "next", 1);
    QCOMPARE(titles(database).size(), std::size_t{2});
}

void TestDatabase::log_of_an_older_time_is_not_played() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    {
        Database database(file);
        add_conversation(database, "first", 10);
        fs::copy_file(with_suffix(file, "-wal"), directory / "old-log");
        add_conversation(database, "second", 10);
    }
    fs::rename(directory / "old-log", with_suffix(file, "-wal"));
    Database database(file);
    QCOMPARE(int(database.recovery().kind), int(Recovery::Kind::JournalSetAside));
    QCOMPARE(titles(database), (Titles{"second", "first"}));
}

void TestDatabase::open_and_close_leaks_nothing() {
    TemporaryDirectory directory;
    const auto descriptors = [] { return names_in("/proc/self/fd").size(); };
    { Database database(store_file(directory.path())); }
    const auto before = descriptors();
    for (int i = 0; i < 50; ++i) Database database(store_file(directory.path()));
    QCOMPARE(descriptors(), before);
}

QTEST_APPLESS_MAIN(TestDatabase)
#include "test_database.moc"
