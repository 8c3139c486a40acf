#pragma once

#include <filesystem>
#include <string>

#include "storage/backups.h"
#include "storage/database.h"

namespace sidewinder::storage {

/// Puts damaged files aside and a good one in their place. One object for one opening, under the store's
/// lock.
class Salvage {
  public:
    Salvage(std::filesystem::path file, Backups backups, int version)
        : file_(std::move(file)), backups_(std::move(backups)), version_(version) {}

    /// Renames the -wal and -journal to `<file>.damaged-<UTC time>-wal`... True if there was one worth
    /// keeping.
    bool set_journals_aside();
    /// The log of a store that was not closed is gone.
    void note_missing_log() { log_missing_ = true; }
    /// An empty database was made.
    void note_fresh() { fresh_ = true; }
    /// Renames the database with what stands beside it to `<file>.damaged-<UTC time>`.
    void set_database_aside(const std::string& reason);
    /// Copies the newest good backup into place. False if there is none.
    bool restore_backup();

    /// What happened, in words; Kind::None if nothing did.
    Recovery report() const;

  private:
    std::filesystem::path aside(const std::string& suffix);

    std::filesystem::path file_;
    Backups backups_;
    int version_;
    std::string stamp_;  ///< of all files set aside in this opening: they belong together
    std::string reason_;
    std::filesystem::path database_aside_;
    std::filesystem::path journal_aside_;
    std::filesystem::path restored_;
    bool log_missing_ = false;
    bool fresh_ = false;
};

}  // namespace sidewinder::storage
