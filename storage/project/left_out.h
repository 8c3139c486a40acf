#pragma once

#include <string>

namespace sidewinder::project {

/// Why a file or folder is not read. None: there is no reason to leave it out.
enum class LeftOut {
    None,
    Ignored,     ///< a rule of .gitignore, .sidewinderignore, .git/info/exclude or core.excludesFile names it
    GitData,     ///< a .git folder, or the .git file of a worktree or submodule
    Link,        ///< a symbolic link: never followed
    Special,     ///< FIFO, socket or device: never opened for reading
    OtherDisk,   ///< another file system is mounted here
    Loop,        ///< the folder is one of its own parents
    TooDeep,     ///< beneath WalkOptions::max_depth folders, or a path longer than the system takes
    TooMany,     ///< behind WalkOptions::max_files files
    TooLarge,    ///< over ReadOptions::max_bytes
    Unreadable,  ///< no permission, or an I/O error
    Vanished,    ///< was listed, and gone when it was to be read
    Changing,    ///< changed twice while it was read
    Binary,      ///< not text in UTF-8, UTF-16 with a byte order mark, or Windows-1252
    Generated,   ///< made by a machine: lock files, minified code, source maps, "@generated"
    Secret,      ///< looks like a password, key or token
};

/// True where the person may tick the entry in: Ignored, TooLarge (with a larger cap), Generated, Secret.
bool may_be_ticked_in(LeftOut reason);

/// A sentence for the person, e.g. "It is a symbolic link, which is never followed.". `detail` makes it exact
/// where there is one: the rule's file, the system's words, the kind of secret. Empty for None.
std::string sentence_of(LeftOut reason, const std::string& detail = {});

}  // namespace sidewinder::project
