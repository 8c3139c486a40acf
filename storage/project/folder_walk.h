#pragma once

#include <functional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "storage/project/left_out.h"
#include "storage/project/project_root.h"

namespace sidewinder::project {

using PathSet = std::set<std::string, std::less<>>;

struct WalkOptions {
    std::size_t max_files = 200'000;  ///< entries of the result, and names in one folder
    int max_depth = 64;               ///< folders above a file
    bool ignore_files = true;         ///< obey .gitignore and the others (ignore_rules.h)
    PathSet ticked_in;                ///< files and folders to take although a rule ignores them
};

/// One thing in the tree. Folders that were entered are not listed, those that were not are.
struct WalkEntry {
    std::string path;  ///< raw bytes, relative to the root, parts joined by "/"
    bool is_folder = false;
    LeftOut reason = LeftOut::None;  ///< None, or Ignored with `ticked`: to be read
    bool ticked = false;             ///< is in WalkOptions::ticked_in, or lies in a folder that is
    std::string detail;              ///< see sentence_of()
};

struct WalkResult {
    std::vector<WalkEntry> entries;  ///< by path, byte by byte, a folder as if its path ended in "/"
    bool complete = true;            ///< false: max_files was reached; the entry where it ended says TooMany
};

/// Lists what is beneath the root. Opens folders and ignore files, no other file; follows no link; does not
/// enter .git, ignored folders, other file systems (unless the root was opened with cross_mounts) or a folder
/// that is one of its own parents. What cannot be listed is an entry with its reason, never an error. Holds
/// one descriptor at a time. Throws storage::Stopped within some milliseconds of the stop, and Error if
/// libgit2 fails.
WalkResult walk_folder(const ProjectRoot& root, const WalkOptions& options, std::stop_token stop = {});

/// The reason for an errno of ProjectRoot's openings; `detail` gets the system's words where they help.
LeftOut reason_of(int error, std::string& detail);

}  // namespace sidewinder::project
