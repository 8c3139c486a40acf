#include "storage/database.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include "storage/backups.h"
#include "storage/connection.h"
#include "storage/paths.h"
#include "storage/recovery.h"
#include "storage/search_index.h"
#include "storage/sql_error.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::uint64_t kThoroughBytes = 256u
                                         << 20;  // integrity_check takes about 3 ms a MB: up to here always

Error newer(const fs::path& file, int version, int known) {
    return {Error::Kind::Newer, file.string() + " was written by a newer Sidewinder (format " +
                                    std::to_string(version) + ", this one knows " + std::to_string(known) +
                                    "). It was left as it is. Install the newer version to use it."};
}

/// Why the file cannot be one of ours; empty if it may be.
std::string flaw(const FileFacts& facts) {
    if (facts.bytes == 0) return "the file is empty";
    if (!facts.is_sqlite) return "the file is not a database, or is encrypted";
    if (facts.application_id != kApplicationId) return "the file belongs to another program";
    if (facts.version == 0) return "the file has no format number";
    return {};
}

void create_database(const Database::Options& options) {
    AtomicFile file(options.file);
    {
        const auto connection = open_private(file.temporary(), options.vfs);
        try {
            migrate(*connection, options.migrations, [](int) {});
        } catch (const SQLite::Exception& exception) {
            throw to_error(exception, connection->getHandle(), options.file);
        }
    }
    set_log_format(file.temporary());
    file.commit();
}

int version_of(SQLite::Database& connection, const fs::path& file) {
    try {
        return schema_version(connection);
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, connection.getHandle(), file);
    }
}

std::unique_ptr<SQLite::Database> open_checked(const Database::Options& options, bool network) {
    const fs::path log = with_suffix(options.file, "-wal");
    std::error_code no_log;
    const bool unclean = fs::file_size(log, no_log) > 0 && !no_log;
    const auto before = unclean ? stamp_of_file(options.file) : std::nullopt;
    auto connection = open_connection(options.file, options.vfs, options.busy_ms, network);
    const int known = newest_version(options.migrations);
    const int version = version_of(*connection, options.file);
    if (version > known) throw newer(options.file, version, known);
    const auto after = stamp_of(*connection);
    if (before && after && (before->identity != after->identity || after->commits < before->commits))
        throw Error(Error::Kind::Damaged, "the journal beside it belongs to another database");
    check_integrity(*connection, unclean || fs::file_size(options.file) <= kThoroughBytes);
    allow_checkpoints(*connection);
    return connection;
}

/// The file as it is, or without its journal if that alone is at fault; null if it was damaged and set aside.
std::unique_ptr<SQLite::Database> open_or_set_aside(const Database::Options& options, bool network,
                                                    Salvage& salvage) {
    for (;;) {
        try {
            return open_checked(options, network);
        } catch (const Error& error) {
            if (error.kind() != Error::Kind::Damaged) throw;
        }
        if (salvage.set_journals_aside()) continue;
        salvage.set_database_aside("it fails SQLite's integrity check");
        return nullptr;
    }
}

/// A damaged index shows as error 267, or as a failed constraint or statement of FTS5's own.
bool lies_in_search_index(SQLite::Database& connection, const SQLite::Exception& exception) {
    if (is_search_index_damage(exception)) return true;
    const int code = exception.getErrorCode() & 0xff;
    if (code != SQLITE_CONSTRAINT && code != SQLITE_ERROR) return false;
    try {
        return !search_indexes_agree(connection);
    } catch (const SQLite::Exception&) {
        return false;  // tell what failed first
    }
}

/// Runs `action`, once more after rebuilding the search indexes if one of them was at fault.
void guarded(SQLite::Database& connection, const fs::path& file, const std::function<void()>& action) {
    try {
        try {
            action();
        } catch (const SQLite::Exception& exception) {
            if (!lies_in_search_index(connection, exception)) throw;
            rebuild_search_indexes(connection);
            action();
        }
    } catch (const SQLite::Exception& exception) {
        throw to_error(exception, connection.getHandle(), file);
    }
}

}  // namespace

Database::Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&& other) noexcept {
    close();
    file_ = std::move(other.file_);
    backups_ = std::move(other.backups_);
    lock_ = std::move(other.lock_);
    connection_ = std::move(other.connection_);
    recovery_ = std::move(other.recovery_);
    notice_ = std::move(other.notice_);
    on_network_ = other.on_network_;
    device_ = other.device_;
    inode_ = other.inode_;
    return *this;
}
Database::~Database() {
    close();
}

void Database::close() {
    if (!connection_) return;
    connection_.reset();
    lock_.mark_closed();
}

Database::Database(const Options& given) : file_(fs::absolute(given.file)), backups_(given.backups) {
    Options options = given;
    options.file = file_;
    if (backups_.empty()) backups_ = file_.parent_path() / "backups";
    make_private_directory(file_.parent_path());
    inspect(file_);  // a folder or a link is refused before anything is made beside it
    lock_ = StoreLock(file_, options.busy_ms);
    for (const fs::path& directory : {file_.parent_path(), backups_}) remove_stale_temporaries(directory);
    open_recovering(options);
    guarded(*connection_, file_, [&] {
        migrate(*connection_, options.migrations, [&](int version) {
            if (version > 0) Backups(backups_).make(*connection_, "before-v" + std::to_string(version + 1));
        });
    });
    struct stat info {};
    if (::stat(file_.c_str(), &info) != 0) throw system_error(errno, "find the database", file_);
    device_ = info.st_dev;
    inode_ = info.st_ino;
}

void Database::open_recovering(const Options& options) {
    on_network_ = on_network_file_system(file_.parent_path());
    if (on_network_)
        notice_ = "Your conversations are kept on a network or FUSE file system (" +
                  file_.parent_path().string() +
                  "). Saving is slower there; a local disk is the better place.";
    Salvage salvage(file_, Backups(backups_), newest_version(options.migrations));
    FileFacts facts = inspect(file_);
    if (!facts.exists) {
        salvage.set_journals_aside();  // SQLite would delete them
    } else if (std::string reason = flaw(facts); !reason.empty()) {
        salvage.set_database_aside(reason);
    } else {
        if (facts.version > static_cast<std::uint32_t>(newest_version(options.migrations)))
            throw newer(file_, static_cast<int>(facts.version), newest_version(options.migrations));
        // A database in WAL mode never has a rollback journal: SQLite would play a stranger's back into it.
        if (std::error_code none;
            facts.is_wal && fs::file_size(with_suffix(file_, "-journal"), none) > 0 && !none)
            salvage.set_journals_aside();
        if (lock_.was_left_open() && facts.is_wal && !fs::exists(with_suffix(file_, "-wal")))
            salvage.note_missing_log();
        connection_ = open_or_set_aside(options, on_network_, salvage);
    }
    if (!connection_) {
        if (!salvage.restore_backup()) {
            create_database(options);
            salvage.note_fresh();
        }
        connection_ = open_checked(options, on_network_);
    }
    recovery_ = salvage.report();
}

Database Database::in_memory() {
    Database database;
    database.connection_ = open_private({}, {});
    guarded(*database.connection_, {},
            [&] { migrate(*database.connection_, embedded_migrations(), [](int) {}); });
    return database;
}

void Database::write(const std::function<void()>& work) {
    if (was_replaced())
        throw Error(Error::Kind::Io,
                    "Could not save: " + file_.string() +
                        " was moved, deleted or replaced while Sidewinder was open. Put it back, or "
                        "restart Sidewinder to go on with the file that is there now.");
    guarded(*connection_, file_, [&] {
        SQLite::Transaction transaction(*connection_, SQLite::TransactionBehavior::IMMEDIATE);
        work();
        if (!file_.empty()) count_commit(*connection_);
        transaction.commit();
    });
    if (!file_.empty() && !on_network_) lock_.mark_open();
}

void Database::read(const std::function<void()>& work) {
    guarded(*connection_, file_, work);
}

bool Database::backup_if_due() {
    if (file_.empty() || !Backups(backups_).daily_is_due()) return false;
    backup_now();
    return true;
}

fs::path Database::backup_now() {
    const fs::path made = Backups(backups_).make(*connection_, Backups::kDaily);
    // So that the file without its log is never older than its backup.
    guarded(*connection_, file_, [&] { connection_->exec("PRAGMA wal_checkpoint(PASSIVE)"); });
    return made;
}

bool Database::was_replaced() const {
    if (file_.empty()) return false;
    struct stat info {};
    return ::stat(file_.c_str(), &info) != 0 || info.st_dev != device_ || info.st_ino != inode_;
}

}  // namespace sidewinder::storage
