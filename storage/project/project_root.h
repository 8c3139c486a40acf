#pragma once

#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <string_view>

#include "storage/atomic_file.h"

namespace sidewinder::project {

using storage::Error;
using storage::FileDescriptor;

/// What an attempt to open gave: a descriptor, or the system's errno (0 with a descriptor).
struct Opened {
    FileDescriptor file;
    int error = 0;
};

/// An open handle to a project's folder. Everything beneath it is opened by openat2 from this handle with
/// RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS, the whole relative path at each opening:
/// the kernel refuses whatever lies outside at that moment, also if folders are moved or swapped meanwhile.
/// The folder may be renamed while the handle is open. May be used by several threads at once.
class ProjectRoot {
  public:
    /// `folder` itself may be reached through links: the person named it. Throws Error(NotFound, Denied, Io):
    /// no such folder, not a folder, or a kernel without openat2 (before Linux 5.6, or a sandbox that forbids
    /// it), where nothing is read rather than read unsafely. `cross_mounts`: also what is mounted beneath the
    /// folder.
    explicit ProjectRoot(const std::filesystem::path& folder, bool cross_mounts = false);

    /// A regular file for reading. EINVAL for a path that is not plain; ENOTSUP if it is no regular file;
    /// ELOOP for a link, EXDEV for a mount; ENOENT, EACCES, ENAMETOOLONG and so on as the system says. Never
    /// waits for a pipe's other end and never follows a link.
    Opened open_file(std::string_view path) const;
    /// A folder for listing; "" is the root itself.
    Opened open_folder(std::string_view path) const;
    /// A handle that says what is there without opening it (O_PATH): for fstat.
    Opened look_at(std::string_view path) const;

    int handle() const { return root_.get(); }
    const std::filesystem::path& path() const { return path_; }  ///< canonical, when it was opened

  private:
    Opened open(std::string_view path, unsigned flags) const;

    std::filesystem::path path_;
    FileDescriptor root_;
    bool cross_mounts_ = false;
};

/// True for "a", "a/b": relative, no empty part, no "." or "..", no NUL.
bool is_plain_path(std::string_view path);

/// The name or path as text that shows what is there and can't be mistaken: valid UTF-8 on one line. A
/// backslash becomes \\, control characters \n, \r, \t or \xHH, bytes that are no UTF-8 \xHH, and invisible
/// or direction-changing characters (U+200B.., U+202A.., U+2066.., U+FEFF, tags, line separators) \u{HEX}.
/// Different bytes give different text.
std::string display_name(std::string_view bytes);

}  // namespace sidewinder::project
