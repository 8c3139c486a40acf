#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "storage/atomic_file.h"
#include "storage/error.h"

namespace SQLite {
class Database;
}

namespace sidewinder::storage {

constexpr std::uint32_t kApplicationId = 0x53577264;  ///< "SWrd" in the file's header: a Sidewinder database

/// What a look at the first 100 bytes tells, without SQLite.
struct FileFacts {
    bool exists = false;
    std::uint64_t bytes = 0;
    bool is_sqlite = false;
    bool is_wal = false;  ///< its journal mode
    std::uint32_t application_id = 0;
    std::uint32_t version = 0;  ///< user_version; a write-ahead log may hold a newer one
};

/// Throws Error(Io) when `file` is not a regular file, Denied or Io when it cannot be read. Follows no link.
FileFacts inspect(const std::filesystem::path& file);

std::filesystem::path with_suffix(const std::filesystem::path& file, const std::string& suffix);

/// True if the folder is on a network or FUSE file system, where write-ahead logging is not safe.
bool on_network_file_system(const std::filesystem::path& directory);

/// Opens an existing database as reliability.md 3.3 says: locked for us alone, WAL (DELETE and EXTRA on the
/// network), synchronous=FULL, foreign keys on, untrusted schema, defensive. Closing it does not yet
/// checkpoint the log: call allow_checkpoints() once the content is known to be good. Throws Error.
std::unique_ptr<SQLite::Database> open_connection(const std::filesystem::path& file, const std::string& vfs,
                                                  int busy_ms, bool network);
void allow_checkpoints(SQLite::Database& connection);

/// For a database file in the making, which nobody else knows and a crash throws away; or, with no file, in
/// memory.
std::unique_ptr<SQLite::Database> open_private(const std::filesystem::path& file, const std::string& vfs);

/// Says in the header of a closed database that it is used with a write-ahead log, which SQLite else says at
/// the first opening, by way of a rollback journal that a crash would leave behind.
void set_log_format(const std::filesystem::path& file);

/// Throws Error(Damaged) with the first finding of PRAGMA integrity_check, or of the quicker quick_check (no
/// indexes).
void check_integrity(SQLite::Database& connection, bool thorough);

/// The row of the table `store`: which database this is, and how many transactions it has seen.
struct StoreStamp {
    std::string identity;
    std::int64_t commits = 0;
};

/// As the main file alone has it (no journal is looked at), and as a connection sees it. nullopt if it is
/// unreadable.
std::optional<StoreStamp> stamp_of_file(const std::filesystem::path& file);
std::optional<StoreStamp> stamp_of(SQLite::Database& connection);
void count_commit(SQLite::Database& connection);

}  // namespace sidewinder::storage
