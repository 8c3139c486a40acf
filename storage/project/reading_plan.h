#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "storage/project/project_scan.h"
#include "storage/projects.h"

namespace sidewinder::project {

/// A file as it is now and what its document costs: ScannedEntry's path, hash and tokens.
struct PresentFile {
    std::string path;
    ContentHash hash{};
    std::int64_t tokens = 0;
};

/// A way to bring a reading up to date: the new log is the first `keep_tokens` of the old one, then the
/// documents of `read` in this order.
struct ReadingStep {
    std::int64_t keep_tokens = 0;
    std::size_t keep_files = 0;     ///< Reading::files that stay
    std::vector<std::size_t> read;  ///< indices into `present`
    std::int64_t read_tokens = 0;   ///< their sum
    std::int64_t log_tokens = 0;    ///< of the log afterwards
    std::int64_t stale_tokens = 0;  ///< of it, documents that are superseded or whose files are gone
};

struct Renamed {
    std::string from, to;
};

struct ReadingPlan {
    std::vector<std::size_t> changed, added;  ///< indices into `present`
    std::vector<std::string> removed;         ///< paths that were read and are gone, or left out now
    std::vector<Renamed> renamed;             ///< the same content under a new name: read again nowhere
    ReadingStep
        rebuild;  ///< nothing stale: reads again all that lies behind the first changed or removed document
    ReadingStep append;  ///< keeps the whole log and puts new versions and new files behind it
    bool up_to_date() const { return changed.empty() && added.empty() && removed.empty(); }
    /// append if it reads less than half of what rebuild does and leaves at most a quarter of the log stale.
    bool append_is_better() const;
};

/// Compares what was read with what is there. Pure. `present` is in the wished reading order and holds the
/// included files only; a path stands in it once. What was read is identified by path and content hash, so a
/// touch costs nothing, nor does a rename (paired by content, in order). The tree that stands at the log's
/// beginning is not compared: it tells what was there then, and change_note() what came since. Rebuild keeps
/// the stored order of what it must read again, and puts changed and added files last, since what changed
/// once changes again.
ReadingPlan plan_reading(const storage::Reading& stored, const std::vector<PresentFile>& present);

/// What stands before the documents that are read again or anew: which are new versions, which files came,
/// went or have another name. Empty if there is nothing to say. Names are display_name()s.
std::string change_note(const ReadingPlan& plan, const std::vector<PresentFile>& present);

}  // namespace sidewinder::project
