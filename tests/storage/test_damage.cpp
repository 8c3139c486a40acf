#include <SQLiteCpp/Database.h>

#include <QtTest>
#include <functional>

#include "storage/connection.h"
#include "tests/support/store_files.h"

using namespace sidewinder::storage;
using namespace sidewinder::tests;
namespace fs = std::filesystem;

namespace {

using Titles = std::vector<std::string>;
using Fault = std::function<void(const fs::path& file)>;

void patch(const fs::path& file, std::size_t at, const std::string& bytes) {
    std::string content = read_bytes(file);
    content.replace(at, bytes.size(), bytes);
    write_bytes(file, content);
}

void flip_page(const fs::path& file, std::size_t page) {
    std::string content = read_bytes(file);
    for (std::size_t i = page * 4096; i < (page + 1) * 4096; ++i) content[i] = static_cast<char>(~content[i]);
    write_bytes(file, content);
}

std::string noise(std::size_t size) {
    std::string bytes(size, '\0');
    unsigned state = 12345;
    for (char& c : bytes) c = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

/// A log full of another database's pages.
void put_foreign_log(const fs::path& file) {
    TemporaryDirectory other;
    Database stranger(store_file(other.path()));
    add_conversation(stranger, "stranger", 30);
    fs::copy_file(with_suffix(stranger.file(), "-wal"), with_suffix(file, "-wal"));
}

/// A hot rollback journal of another database: SQLite would play it back.
void put_stale_journal(const fs::path& file) {
    TemporaryDirectory other;
    const fs::path path = other / "other.db";
    SQLite::Database stranger(path.string(), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    stranger.exec(
        "PRAGMA cache_size = 1; CREATE TABLE t (x); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 "
        "FROM n WHERE i < 500) INSERT INTO t SELECT randomblob(500) FROM n");
    stranger.exec("BEGIN; UPDATE t SET x = randomblob(500)");
    fs::copy_file(with_suffix(path, "-journal"), with_suffix(file, "-journal"));
    QVERIFY(fs::file_size(with_suffix(file, "-journal")) > 4096);
}

struct Case {
    const char* name;
    Fault fault;
    Recovery::Kind with_backup;  ///< what opening reports when there is a backup
    Recovery::Kind without_backup;
    bool damaged_file_is_kept;  ///< the database itself is set aside, byte for byte
};

using Kind = Recovery::Kind;

const std::vector<Case> kCases = {
    {"0 bytes", [](const fs::path& f) { write_bytes(f, ""); }, Kind::RestoredBackup, Kind::StartedFresh,
     true},
    {"text", [](const fs::path& f) { write_bytes(f, "Dear diary,\n"); }, Kind::RestoredBackup,
     Kind::StartedFresh, true},
    {"first 16 bytes wrong", [](const fs::path& f) { patch(f, 0, std::string(16, 'X')); },
     Kind::RestoredBackup, Kind::StartedFresh, true},
    {"page flipped", [](const fs::path& f) { flip_page(f, fs::file_size(f) / 4096 / 2); },
     Kind::RestoredBackup, Kind::StartedFresh, true},
    {"truncated by a page", [](const fs::path& f) { fs::resize_file(f, fs::file_size(f) - 4096); },
     Kind::RestoredBackup, Kind::StartedFresh, true},
    {"half", [](const fs::path& f) { fs::resize_file(f, fs::file_size(f) / 2); }, Kind::RestoredBackup,
     Kind::StartedFresh, true},
    {"log of another database", put_foreign_log, Kind::JournalSetAside, Kind::JournalSetAside, false},
    {"stale rollback journal", put_stale_journal, Kind::JournalSetAside, Kind::JournalSetAside, false},
    {"other application", [](const fs::path& f) { patch(f, 68, std::string("\x01\x02\x03\x04", 4)); },
     Kind::RestoredBackup, Kind::StartedFresh, true},
    {"encrypted", [](const fs::path& f) { write_bytes(f, noise(fs::file_size(f))); }, Kind::RestoredBackup,
     Kind::StartedFresh, true},
    {"flipped, with its own log",
     [](const fs::path& f) {
         flip_page(f, 5);
         put_foreign_log(f);
     },
     Kind::RestoredBackup, Kind::StartedFresh, true},
    {"missing", [](const fs::path& f) { fs::remove(f); }, Kind::RestoredBackup, Kind::None, false},
};

}  // namespace

/// S05 of reliability.md 3.4: what opening does about a database that is not as it was left.
class TestDamage : public QObject {
    Q_OBJECT

  private slots:
    void recovers_data();
    void recovers();
    void every_page_flipped();
    void missing_log_is_told();
    void log_of_a_killed_program_is_kept();
    void newer_is_left_untouched();
    void newer_in_the_log_is_left_untouched();
    void bad_backups_are_passed_over();
    void twice_damaged_keeps_both();
};

void TestDamage::recovers_data() {
    QTest::addColumn<int>("index");
    QTest::addColumn<bool>("backup");
    for (std::size_t i = 0; i < kCases.size(); ++i) {
        QTest::addRow("%s, backup", kCases[i].name) << static_cast<int>(i) << true;
        QTest::addRow("%s, no backup", kCases[i].name) << static_cast<int>(i) << false;
    }
}

void TestDamage::recovers() {
    QFETCH(int, index);
    QFETCH(bool, backup);
    const Case& row = kCases[static_cast<std::size_t>(index)];
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    {
        Database database(file);
        add_conversation(database, "old", 40);
        if (backup) database.backup_now();
        add_conversation(database, "new", 40);
    }
    row.fault(file);
    const std::string damaged = fs::exists(file) ? read_bytes(file) : std::string();

    Database database(file);
    const Recovery recovery = database.recovery();
    const Kind expected = backup ? row.with_backup : row.without_backup;
    QCOMPARE(int(recovery.kind), int(expected));
    QCOMPARE(recovery.sentence.empty(), expected == Kind::None);
    if (expected == Kind::RestoredBackup) QCOMPARE(titles(database), Titles{"old"});
    if (expected == Kind::StartedFresh || expected == Kind::None) QCOMPARE(titles(database), Titles{});
    if (expected == Kind::JournalSetAside) QCOMPARE(titles(database), (Titles{"new", "old"}));
    if (row.damaged_file_is_kept) {
        QVERIFY(recovery.damaged_file.string().starts_with(file.string() + ".damaged-2"));
        QVERIFY(read_bytes(recovery.damaged_file) == damaged);
        QVERIFY(recovery.sentence.find(recovery.damaged_file) != std::string::npos);
    } else if (expected == Kind::JournalSetAside) {
        QVERIFY(fs::file_size(recovery.damaged_file) > 0);
    }
    add_conversation(database, "after", 3);
    check_integrity(database.connection(), true);
    database = Database(with_suffix(file, "2"));  // closes the first
    Database again(file);
    QCOMPARE(int(again.recovery().kind), int(Kind::None));
    QCOMPARE(titles(again).front(), std::string("after"));
}

void TestDamage::every_page_flipped() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    {
        Database database(file);
        add_conversation(database, "kept", 60);
        database.backup_now();
    }
    const std::string sound = read_bytes(file);
    const std::size_t pages = sound.size() / 4096;
    QVERIFY(pages > 20);
    std::size_t noticed = 0;
    for (std::size_t page = 0; page < pages; ++page) {
        write_bytes(file, sound);
        flip_page(file, page);
        Database database(file);
        noticed += database.recovery().kind == Kind::RestoredBackup;
        QCOMPARE(titles(database), Titles{"kept"});
        fs::remove(database.recovery().damaged_file);
    }
    QCOMPARE(noticed, pages);
}

void TestDamage::missing_log_is_told() {
    TemporaryDirectory live, left;
    Database database(store_file(live.path()));
    add_conversation(database, "backed up", 5);
    database.backup_now();
    add_conversation(database, "in the log", 5);
    copy_files(live.path(), left.path());
    fs::remove(with_suffix(store_file(left.path()), "-wal"));

    Database found(store_file(left.path()));
    QCOMPARE(int(found.recovery().kind), int(Kind::JournalMissing));
    QCOMPARE(titles(found), Titles{"backed up"});  // a backup is never newer than the file without its log
}

void TestDamage::log_of_a_killed_program_is_kept() {
    TemporaryDirectory live, left;
    Database database(store_file(live.path()));
    add_conversation(database, "in the log", 5);
    copy_files(live.path(), left.path());
    QVERIFY(fs::file_size(with_suffix(store_file(left.path()), "-wal")) > 0);
    Database found(store_file(left.path()));
    QCOMPARE(int(found.recovery().kind), int(Kind::None));
    QCOMPARE(titles(found), Titles{"in the log"});
}

void TestDamage::newer_is_left_untouched() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    { Database database(file); }
    patch(file, 60, std::string("\0\0\0\x63", 4));
    const std::string before = read_bytes(file);
    try {
        Database database(file);
        QFAIL("a newer database was opened");
    } catch (const Error& error) {
        QCOMPARE(int(error.kind()), int(Error::Kind::Newer));
        QVERIFY(std::string(error.what()).find("99") != std::string::npos);
    }
    QVERIFY(read_bytes(file) == before);
    QCOMPARE(names_in(directory.path()).size(), std::size_t{2});  // the database and its lock
}

void TestDamage::newer_in_the_log_is_left_untouched() {
    TemporaryDirectory live, left;
    Database database(store_file(live.path()));
    database.connection().exec("PRAGMA user_version = 99");
    copy_files(live.path(), left.path());
    const fs::path file = store_file(left.path());
    const std::string before = read_bytes(file), log = read_bytes(with_suffix(file, "-wal"));
    try {
        Database found(file);
        QFAIL("a newer database was opened");
    } catch (const Error& error) {
        QCOMPARE(int(error.kind()), int(Error::Kind::Newer));
    }
    QVERIFY(read_bytes(file) == before);
    QVERIFY(read_bytes(with_suffix(file, "-wal")) == log);
}

void TestDamage::bad_backups_are_passed_over() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    fs::path newest;
    {
        Database database(file);
        add_conversation(database, "first", 5);
        database.backup_now();
        add_conversation(database, "second", 5);
        newest = database.backup_now();
    }
    flip_page(newest, 3);
    write_bytes(directory.path() / "backups" / "99991231T000000.000Z-daily.db", "rubbish");
    write_bytes(file, "rubbish");
    Database database(file);
    QCOMPARE(int(database.recovery().kind), int(Kind::RestoredBackup));
    QCOMPARE(titles(database), Titles{"first"});
}

void TestDamage::twice_damaged_keeps_both() {
    TemporaryDirectory directory;
    const fs::path file = store_file(directory.path());
    std::vector<fs::path> kept;
    for (int i = 0; i < 2; ++i) {
        write_bytes(file, "rubbish " + std::to_string(i));
        kept.push_back(Database(file).recovery().damaged_file);
    }
    QCOMPARE(read_bytes(kept[0]), std::string("rubbish 0"));
    QCOMPARE(read_bytes(kept[1]), std::string("rubbish 1"));
}

QTEST_APPLESS_MAIN(TestDamage)
#include "test_damage.moc"
