#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "storage/error.h"
#include "storage/log_hash.h"

namespace sidewinder::storage {

enum class CheckpointKind : std::uint32_t { Conversation = 0, Project = 1 };

/// What a state is the state of. Two checkpoints of one fingerprint, position and log hash hold the same
/// state.
struct CheckpointMeta {
    std::string fingerprint;     ///< weights, quantisation, state dtype, kernel format; 1..1024 bytes
    std::uint64_t position = 0;  ///< tokens read
    LogHash log_hash{};          ///< of those tokens
    CheckpointKind kind = CheckpointKind::Conversation;
};

struct CheckpointEntry {
    std::string id;  ///< file name without suffix: 32 hex digits, made from the meta
    CheckpointMeta meta;
    std::uint64_t payload_bytes = 0;
    std::uint64_t file_bytes = 0;
    std::int64_t last_used_ms = 0;  ///< milliseconds since 1970 UTC; never goes back
};

/// A directory of checkpoint files (mode 0600: they are made from the user's code) under a budget that always
/// holds. One thread may write while another reads; the index is guarded by a mutex, files are read and
/// written outside it.
class Checkpoints {
  public:
    /// Makes the directory, reads every header, drops what killed writers left and files that are no
    /// checkpoints of ours or have the wrong length, then evicts down to the budget. Throws Error.
    Checkpoints(std::filesystem::path directory, std::uint64_t budget_bytes);

    /// Stores a state and returns its id; durable on return. One that is there already is only marked as
    /// used. Evicts first: least recently used, projects last, protected ones never. Throws Error(NoSpace)
    /// when the budget cannot be met (then nothing was evicted) or the disk is full.
    std::string write(const CheckpointMeta& meta, std::span<const std::byte> payload);

    /// Reads a payload of exactly into.size() == payload_bytes bytes, verifies its checksum, marks it as
    /// used. Throws NotFound, or Damaged (the file is then dropped; `into` holds rubbish).
    void read(const std::string& id, std::span<std::byte> into);

    std::vector<CheckpointEntry> list() const;                                ///< longest first
    std::vector<CheckpointEntry> list(const std::string& fingerprint) const;  ///< longest first
    std::optional<CheckpointEntry> find(const std::string& id) const;
    static std::string id_of(const CheckpointMeta& meta);

    bool remove(const std::string& id);  ///< false if it is not there
    std::size_t wipe();                  ///< removes all of them, protected ones too; returns how many

    /// Replaces the set of ids that eviction never takes: the newest state of each open conversation.
    void protect(std::set<std::string> ids);
    void set_budget(std::uint64_t bytes);  ///< evicts at once
    std::uint64_t budget() const;
    std::uint64_t used() const;  ///< bytes of files, those being written included
    int dropped_at_start() const { return dropped_; }

  private:
    std::filesystem::path path_of(const std::string& id) const;
    void scan();  ///< makes the index what the directory is: another program may have written or evicted
    void adopt(const std::filesystem::path& file);
    std::vector<std::string> choose_victims(std::uint64_t needed) const;
    void evict(std::uint64_t needed);
    void drop(const std::string& id);
    void touch(CheckpointEntry& entry);

    const std::filesystem::path directory_;
    int dropped_ = 0;
    std::mutex writer_;         ///< held for the length of a write: one at a time
    mutable std::mutex mutex_;  ///< guards everything below
    std::map<std::string, CheckpointEntry> entries_;
    std::set<std::string> protected_;
    std::uint64_t budget_;
    std::uint64_t used_ = 0;  ///< entries plus the one being written
    std::int64_t newest_use_ = 0;
};

}  // namespace sidewinder::storage
