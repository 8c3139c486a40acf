#include "storage/project/search_file.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include "storage/connection.h"
#include "storage/paths.h"
#include "storage/project/search_rank.h"
#include "storage/sql_error.h"

namespace sidewinder::project {

namespace fs = std::filesystem;

namespace {

constexpr int kSearchApplicationId = 0x53577369;  // "SWsi"
constexpr int kBusyMilliseconds = 2'000;

// The words have no text of their own, so a row of theirs cannot be deleted: those without a chunk are dead.
constexpr const char* kSchema = R"sql(
CREATE TABLE about (symbols TEXT NOT NULL, dead INTEGER NOT NULL) STRICT;
CREATE TABLE files (
  id INTEGER PRIMARY KEY,
  path BLOB NOT NULL UNIQUE,
  hash BLOB NOT NULL CHECK (length(hash) = 16),
  language TEXT NOT NULL
) STRICT;
CREATE TABLE chunks (
  id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL,
  first_line INTEGER NOT NULL,
  last_line INTEGER NOT NULL
) STRICT;
CREATE INDEX chunks_of ON chunks (file_id);
CREATE TABLE symbols (
  id INTEGER PRIMARY KEY,
  file_id INTEGER NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  container TEXT NOT NULL,
  first_line INTEGER NOT NULL,
  last_line INTEGER NOT NULL
) STRICT;
CREATE INDEX symbols_of ON symbols (file_id);
CREATE INDEX symbols_named ON symbols (name COLLATE NOCASE);
CREATE VIRTUAL TABLE words USING fts5 (path, names, body, content = '', tokenize = 'ascii');
)sql";

void configure(SQLite::Database& connection) {
    sqlite3* handle = connection.getHandle();
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    connection.exec("PRAGMA cell_size_check = ON");
    connection.exec("PRAGMA mmap_size = 0");
    connection.exec("PRAGMA temp_store = MEMORY");
    connection.exec("PRAGMA cache_size = -16000");
    if (!register_rank(handle)) throw SQLite::Exception("this SQLite has no FTS5", SQLITE_ERROR);
}

void create(SQLite::Database& connection, const std::string& symbols) {
    connection.exec(kSchema);
    SQLite::Statement about(connection, "INSERT INTO about (symbols, dead) VALUES (?, 0)");
    about.bind(1, symbols);
    about.exec();
    connection.exec("PRAGMA application_id = " + std::to_string(kSearchApplicationId));
    connection.exec("PRAGMA user_version = " + std::to_string(SearchFile::kFormat));
}

bool is_ours(SQLite::Database& connection, const std::string& symbols) {
    if (connection.execAndGet("PRAGMA application_id").getInt() != kSearchApplicationId ||
        connection.execAndGet("PRAGMA user_version").getInt() != SearchFile::kFormat)
        return false;
    return connection.execAndGet("SELECT symbols FROM about").getString() == symbols &&
           connection.execAndGet("SELECT count(*) FROM words WHERE rowid = 1").getInt() >= 0;
}

void remove_with_journals(const fs::path& file) {
    std::error_code ignored;
    for (const char* suffix : {"", "-journal", "-wal", "-shm"})
        fs::remove(storage::with_suffix(file, suffix), ignored);  // a link itself, not what it names
}

}  // namespace

SearchFile::SearchFile(fs::path file, std::string symbols)
    : file_(std::move(file)), symbols_(std::move(symbols)) {
    if (file_.empty()) {
        open_memory({});
        return;
    }
    try {
        storage::make_private_directory(file_.parent_path());
        if (try_open()) return;
        remove_with_journals(file_);
        storage::AtomicFile(file_).commit();  // 0600 from its first byte on
        if (!try_open()) open_memory("something else is in the way of its file.");
    } catch (const storage::Error& error) {
        open_memory(error.what());
    }
}

SearchFile::SearchFile(SearchFile&&) noexcept = default;
SearchFile& SearchFile::operator=(SearchFile&&) noexcept = default;
SearchFile::~SearchFile() = default;

/// False if what is there cannot be used and may be replaced.
bool SearchFile::try_open() {
    std::error_code none;
    const auto status = fs::symlink_status(file_, none);
    if (!fs::exists(status) || !fs::is_regular_file(status)) return false;
    try {
        const fs::path resolved = fs::canonical(file_.parent_path()) / file_.filename();
        connection_ = std::make_unique<SQLite::Database>(
            resolved.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX,
            kBusyMilliseconds);
        configure(*connection_);
        connection_->exec("PRAGMA journal_mode = TRUNCATE");
        connection_->exec("PRAGMA synchronous = NORMAL");
        if (fs::file_size(file_) == 0) create(*connection_, symbols_);
        if (is_ours(*connection_, symbols_)) return true;
    } catch (const SQLite::Exception& exception) {
        const int code = exception.getErrorCode() & 0xff;
        if (code == SQLITE_BUSY || code == SQLITE_FULL || code == SQLITE_IOERR || code == SQLITE_CANTOPEN ||
            code == SQLITE_READONLY) {
            const storage::Error error =
                storage::to_error(exception, connection_ ? connection_->getHandle() : nullptr, file_);
            connection_.reset();
            throw error;
        }
    } catch (const fs::filesystem_error&) {
    }
    connection_.reset();
    return false;
}

void SearchFile::open_memory(const std::string& why) {
    if (!why.empty())
        notice_ = "The search index of this project is kept in memory only and made anew each time: " + why;
    connection_ =
        std::make_unique<SQLite::Database>(":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX);
    configure(*connection_);
    create(*connection_, symbols_);
}

void SearchFile::start_anew() {
    connection_.reset();
    if (!file_.empty() && notice_.empty()) remove_with_journals(file_);
    *this = SearchFile(std::move(file_), std::move(symbols_));
}

}  // namespace sidewinder::project
