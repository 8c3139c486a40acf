#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "storage/conversations.h"
#include "storage/log_hash.h"

namespace sidewinder::storage {

struct Project {
    RowId id = 0;
    std::filesystem::path root;  ///< absolute, as ProjectRoot::path() has it; one project a folder
    std::string name;
    TimeMs created = 0;
    TimeMs updated = 0;                    ///< created, read or asked last
    std::optional<RowId> current_reading;  ///< none: never read
};

/// One document in a reading's log.
struct ReadFile {
    std::string path;                  ///< raw bytes, relative to the root
    std::array<std::byte, 16> hash{};  ///< of the file's bytes (project::ContentHash)
    std::uint64_t size = 0;            ///< bytes
    std::string encoding;              ///< project::name_of(Encoding)
    std::int64_t log_begin = 0;        ///< the document is tokens [log_begin, log_end) of the log
    std::int64_t log_end = 0;
    std::int64_t tokens() const { return log_end - log_begin; }
    bool operator==(const ReadFile&) const = default;
};

/// A checkpoint on the ladder: Checkpoints::id_of({fingerprint, position, log_hash, ...}) names its file.
struct LadderStep {
    std::int64_t position = 0;
    LogHash log_hash{};
    bool operator==(const LadderStep&) const = default;
};

/// One version of a project's log: preamble, tree, documents. `files` are in the order of the log; where a
/// path stands twice, the later one is the newer version.
struct Reading {
    RowId id = 0;
    RowId project = 0;
    std::string fingerprint;
    std::string tokenizer;
    std::vector<TokenId> tokens;
    std::vector<ReadFile> files;
};

/// Where a conversation's log leaves a project's.
struct ProjectLink {
    RowId project = 0;
    RowId reading = 0;
    std::int64_t position = 0;  ///< the conversation's log begins with so many tokens of the reading's
};

/// Checkpoints that nothing in the store names any more: the caller removes their files.
struct DroppedReading {
    std::string fingerprint;
    std::vector<LadderStep> steps;
};

/// Projects in the store: what was read, in which order, up to where, and what the person chose. Each
/// function that changes something is one committed transaction. Unknown ids throw Error(NotFound); see
/// Database for the others. Store thread only. Files' contents are never stored, except as the log's token
/// ids.
class Projects {
  public:
    static constexpr std::size_t kMaxTokens = 16u << 20;  ///< of one reading: 64 MiB

    explicit Projects(Database& database) : database_(database) {}

    /// The project of this folder, made if there is none yet.
    RowId open(const std::filesystem::path& root, std::string_view name);
    std::optional<RowId> find(const std::filesystem::path& root) const;
    Project get(RowId project) const;
    std::vector<Project> list() const;  ///< used last first
    void rename(RowId project, std::string_view name);
    void move(RowId project,
              const std::filesystem::path& root);  ///< the folder was renamed; content stays known

    void set_choice(RowId project, std::string_view path,
                    std::optional<bool> ticked_in);  ///< none: as the rules say
    std::map<std::string, bool> choices(RowId project) const;

    /// A new log for the project, which becomes the current one before anything of it is read. Returns its
    /// id.
    RowId begin_reading(RowId project, std::string_view fingerprint, std::string_view tokenizer,
                        std::span<const TokenId> tokens, std::span<const ReadFile> files);
    /// Appends tokens and documents to a reading; conversations that branched off it before are not touched.
    void extend_reading(RowId reading, std::span<const TokenId> tokens, std::span<const ReadFile> files);
    Reading reading(RowId reading) const;
    /// The project's readings whose ids this tokenizer made, the current one first, then the newest first.
    std::vector<RowId> readings(RowId project, std::string_view tokenizer) const;
    void set_current(RowId project, RowId reading);  ///< throws NotFound for another project's reading
    /// Notes that a checkpoint of the reading's first `position` tokens is on disk; a step that is there
    /// stays.
    void add_step(RowId reading, const LadderStep& step);
    void remove_step(RowId reading, std::int64_t position);  ///< its file was evicted
    std::vector<LadderStep> ladder(RowId reading) const;     ///< by position

    /// Throws NotFound for a position outside of the reading's log.
    void link(RowId conversation, RowId reading, std::int64_t position);
    std::optional<ProjectLink> link_of(RowId conversation) const;
    std::vector<RowId> conversations(RowId project) const;  ///< those not removed, used last first

    /// Forgets readings that are neither the project's current one, nor any conversation's, nor among the
    /// newest `keep`.
    std::vector<DroppedReading> prune(RowId project, int keep = 0);
    struct Removed {
        std::vector<DroppedReading> readings;
        std::vector<RowId> conversations;  ///< their links are gone, their messages stay
    };
    Removed remove(RowId project);

  private:
    Database& database_;
};

}  // namespace sidewinder::storage
