#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "storage/atomic_file.h"
#include "storage/error.h"
#include "storage/migrations.h"
#include "storage/store_lock.h"

namespace SQLite {
class Database;
}

namespace sidewinder::storage {

/// What opening had to do about a database that was not as it was left. Nothing is ever deleted or
/// overwritten.
struct Recovery {
    enum class Kind {
        None,             ///< nothing was wrong
        JournalSetAside,  ///< the database was sound, a journal beside it was not its own
        JournalMissing,   ///< the database is sound, but its log of the last changes before a crash is gone
        RestoredBackup,   ///< damaged or missing; the newest good backup is in use
        StartedFresh,     ///< damaged and no good backup; an empty database is in use
    };
    Kind kind = Kind::None;
    std::string sentence;  ///< for the person; empty for None
    std::filesystem::path
        damaged_file;              ///< where the damaged file (or journal) is now; empty if there was none
    std::filesystem::path backup;  ///< the backup that was restored; empty otherwise
};

/// The one connection to the store's SQLite file: WAL, synchronous=FULL, locked for this process as long as
/// it lives. Belongs to one thread at a time (the store thread); the connection is closed and checkpointed by
/// the destructor.
class Database {
  public:
    struct Options {
        std::filesystem::path file;
        std::filesystem::path backups;  ///< empty: "backups" beside the file
        std::span<const Migration> migrations = embedded_migrations();
        std::string vfs;     ///< SQLite VFS; empty: the default one (tests inject faults)
        int busy_ms = 1500;  ///< how long to wait for another process
    };

    /// Opens or creates the file, its directory (0700) included; checks it, recovers it if it is damaged,
    /// backs it up and migrates it if it is older. Throws
    ///   Busy     another process has it open (within 2 s),
    ///   Newer    a newer Sidewinder wrote it; the file is untouched,
    ///   Denied, NoSpace, Io   what the system said; nothing was moved or replaced.
    /// Damage is not thrown but handled, and told by recovery().
    explicit Database(const Options& given);
    explicit Database(const std::filesystem::path& file)
        : Database(Options{file, {}, embedded_migrations(), {}, 1500}) {}

    /// A database that lives in memory only: for a session that cannot save (say so to the person), and for
    /// tests.
    static Database in_memory();

    Database(Database&&) noexcept;
    Database& operator=(Database&&) noexcept;
    ~Database();

    const Recovery& recovery() const { return recovery_; }
    /// Something the person should know about how data is kept (a network file system: slower, safer mode);
    /// or empty.
    const std::string& notice() const { return notice_; }
    const std::filesystem::path& file() const { return file_; }  ///< empty when in memory

    /// Runs `work` in one immediate transaction and commits it: on return it is on disk; on a throw it never
    /// was. SQLite's exceptions come out as Error.
    void write(const std::function<void()>& work);
    /// The same without a transaction, for reads.
    void read(const std::function<void()>& work);

    /// Makes the daily backup if the newest one is older than a day; keeps three. True if one was made.
    /// Takes as long as copying the file; call it when idle. Throws Error; older backups stay.
    bool backup_if_due();
    /// Makes a backup now, checks it, and returns its path.
    std::filesystem::path backup_now();

    /// True if the file was deleted or replaced under us (another inode): write() then refuses, since its
    /// commits would go to a file that has no name. Cheap; call it every 10 s too.
    bool was_replaced() const;

    /// For the classes of this folder and for tests.
    SQLite::Database& connection() { return *connection_; }

  private:
    Database();
    void open_recovering(const Options& options);
    void close();

    std::filesystem::path file_;
    std::filesystem::path backups_;
    StoreLock lock_;  ///< held before the connection is opened and after it is closed
    std::unique_ptr<SQLite::Database> connection_;
    Recovery recovery_;
    std::string notice_;
    bool on_network_ = false;  ///< rollback journal instead of a log
    std::uint64_t device_ = 0;
    std::uint64_t inode_ = 0;
};

}  // namespace sidewinder::storage
