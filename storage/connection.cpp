#include "storage/connection.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "storage/sql_error.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kHeaderBytes = 100;  // https://www.sqlite.org/fileformat.html#the_database_header

std::uint32_t big_endian(const unsigned char* bytes) {
    return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 |
           bytes[3];
}

void harden(SQLite::Database& connection) {
    sqlite3* handle = connection.getHandle();
    sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    connection.exec("PRAGMA mmap_size = 0");
    connection.exec("PRAGMA cell_size_check = ON");
    connection.exec("PRAGMA foreign_keys = ON");
    connection.exec("PRAGMA temp_store = MEMORY");  // nothing of the user's in /tmp
}

// SQLite's NOFOLLOW refuses links anywhere in the path; a linked data folder is fine, only the file itself
// may not be.
fs::path resolved(const fs::path& file) {
    return fs::canonical(file.parent_path()) / file.filename();
}

}  // namespace

fs::path with_suffix(const fs::path& file, const std::string& suffix) {
    fs::path result = file;
    result += suffix;
    return result;
}

FileFacts inspect(const fs::path& file) {
    FileFacts facts;
    struct stat info {};
    if (::lstat(file.c_str(), &info) != 0) {
        if (errno == ENOENT) return facts;
        throw system_error(errno, "open the database", file);
    }
    if (!S_ISREG(info.st_mode))
        throw Error(Error::Kind::Io,
                    "Could not open the database " + file.string() +
                        ": it is a folder, a link or a device, not a regular file. Move it away and "
                        "start again.");
    const FileDescriptor handle(::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!handle) throw system_error(errno, "open the database", file);
    std::array<unsigned char, kHeaderBytes> header{};
    const ssize_t got = ::pread(handle.get(), header.data(), header.size(), 0);
    if (got < 0) throw system_error(errno, "read the database", file);
    facts.exists = true;
    facts.bytes = static_cast<std::uint64_t>(info.st_size);
    facts.is_sqlite = got == ssize_t{kHeaderBytes} && std::memcmp(header.data(), "SQLite format 3", 16) == 0;
    facts.is_wal = header[18] == 2 || header[19] == 2;
    facts.version = big_endian(&header[60]);
    facts.application_id = big_endian(&header[68]);
    return facts;
}

bool on_network_file_system(const fs::path& directory) {
    struct statfs info {};
    if (::statfs(directory.c_str(), &info) != 0) return false;
    constexpr std::uint32_t kTypes[] = {0x6969,     0x517b,     0xff534d42, 0xfe534d42,
                                        0x65735546, 0x01021997, 0x00c36400};
    for (const auto type : kTypes)  // NFS, SMB, CIFS, SMB2, FUSE, 9P, Ceph
        if (static_cast<std::uint32_t>(info.f_type) == type) return true;
    return false;
}

std::unique_ptr<SQLite::Database> open_connection(const fs::path& file, const std::string& vfs, int busy_ms,
                                                  bool network) {
    std::unique_ptr<SQLite::Database> connection;
    try {
        connection = std::make_unique<SQLite::Database>(
            resolved(file).string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_FULLMUTEX,
            busy_ms, vfs);
        sqlite3* handle = connection->getHandle();
        sqlite3_extended_result_codes(handle, 1);
        sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
        if (sqlite3_db_readonly(handle, "main") == 1) throw SQLite::Exception("read-only", SQLITE_READONLY);
        harden(*connection);
        connection->exec("PRAGMA locking_mode = EXCLUSIVE");
        connection->exec(network ? "PRAGMA journal_mode = DELETE" : "PRAGMA journal_mode = WAL");
        connection->exec(network ? "PRAGMA synchronous = EXTRA" : "PRAGMA synchronous = FULL");
        connection->exec("SELECT count(*) FROM sqlite_schema");  // takes the lock and parses the schema
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, connection ? connection->getHandle() : nullptr, file);
    }
    return connection;
}

void allow_checkpoints(SQLite::Database& connection) {
    sqlite3_db_config(connection.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

std::unique_ptr<SQLite::Database> open_private(const fs::path& file, const std::string& vfs) {
    std::unique_ptr<SQLite::Database> connection;
    try {
        const std::string name = file.empty() ? ":memory:" : resolved(file).string();
        connection =
            std::make_unique<SQLite::Database>(name, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, 0, vfs);
        sqlite3_extended_result_codes(connection->getHandle(), 1);
        harden(*connection);
        connection->exec("PRAGMA journal_mode = MEMORY");
        connection->exec("PRAGMA application_id = " + std::to_string(kApplicationId));
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, connection ? connection->getHandle() : nullptr, file);
    }
    return connection;
}

void set_log_format(const fs::path& file) {
    constexpr char kWriteAndReadVersion[2] = {2, 2};
    const FileDescriptor handle(::open(file.c_str(), O_WRONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!handle || ::pwrite(handle.get(), kWriteAndReadVersion, 2, 18) != 2)
        throw system_error(errno, "write the database", file);
}

void check_integrity(SQLite::Database& connection, bool thorough) {
    const fs::path file = connection.getFilename();
    try {
        SQLite::Statement check(connection, thorough ? "PRAGMA integrity_check(1)" : "PRAGMA quick_check(1)");
        check.executeStep();
        const std::string finding = check.getColumn(0).getString();
        if (finding != "ok") throw Error(Error::Kind::Damaged, file.string() + " is damaged: " + finding);
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, connection.getHandle(), file);
    }
}

std::optional<StoreStamp> stamp_of(SQLite::Database& connection) {
    try {
        SQLite::Statement select(connection, "SELECT identity, commits FROM store");
        if (!select.executeStep()) return std::nullopt;
        return StoreStamp{select.getColumn(0).getString(), select.getColumn(1).getInt64()};
    } catch (const SQLite::Exception&) {
        return std::nullopt;
    }
}

std::optional<StoreStamp> stamp_of_file(const fs::path& file) {
    std::string uri = "file:";
    for (const char c : resolved(file).string()) {
        if (c == '%' || c == '?' || c == '#')
            uri += c == '%' ? "%25" : c == '?' ? "%3f" : "%23";
        else
            uri += c;
    }
    try {
        SQLite::Database connection(uri + "?immutable=1", SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
        return stamp_of(connection);
    } catch (const SQLite::Exception&) {
        return std::nullopt;
    }
}

void count_commit(SQLite::Database& connection) {
    connection.exec("UPDATE store SET commits = commits + 1");
}

}  // namespace sidewinder::storage
