#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace SQLite {
class Database;
}

namespace sidewinder::storage {

/// UTC as "20261122T141503.250Z": sorts by time, fits a file name.
std::string utc_stamp();
/// The same for a person: "2026-11-22 14:15 UTC", from a name that begins with a stamp.
std::string readable_stamp(const std::string& name);

/// A folder of database copies "<stamp>-<reason>.db". Each was checked before it got its name; nothing is
/// changed later.
class Backups {
  public:
    static constexpr int kKept = 3;  ///< of each sort: daily, and before a migration

    explicit Backups(std::filesystem::path directory) : directory_(std::move(directory)) {}

    /// VACUUM INTO a temporary file, integrity_check, sync, rename; then prunes. Throws Error, leaving the
    /// others.
    std::filesystem::path make(SQLite::Database& connection, const std::string& reason) const;
    /// True if no daily backup was made in the last 24 h.
    bool daily_is_due() const;
    /// The newest one that is sound, ours and not newer than `version`.
    std::optional<std::filesystem::path> newest_good(int version) const;
    std::vector<std::filesystem::path> newest_first() const;

    static constexpr const char* kDaily = "daily";

  private:
    void prune(bool daily) const;

    std::filesystem::path directory_;
};

}  // namespace sidewinder::storage
