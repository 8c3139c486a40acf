#include "storage/project/project_root.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

namespace sidewinder::project {

namespace fs = std::filesystem;

namespace {

constexpr int kTries = 8;  // EAGAIN: a rename somewhere raced with the look-up

int open_beneath(int root, const char* path, unsigned flags, bool cross_mounts) {
    open_how how{};
    how.flags = flags | O_CLOEXEC;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    if (!cross_mounts) how.resolve |= RESOLVE_NO_XDEV;
    for (int attempt = 0;; ++attempt) {
        const long fd = ::syscall(SYS_openat2, root, path, &how, sizeof how);
        if (fd >= 0) return static_cast<int>(fd);
        if (errno == EINTR || (errno == EAGAIN && attempt < kTries)) continue;
        return -1;
    }
}

}  // namespace

bool is_plain_path(std::string_view path) {
    if (path.empty() || path.find('\0') != std::string_view::npos) return false;
    for (std::size_t begin = 0; begin <= path.size();) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        const std::string_view part = path.substr(begin, end - begin);
        if (part.empty() || part == "." || part == "..") return false;
        begin = end + 1;
    }
    return true;
}

ProjectRoot::ProjectRoot(const fs::path& folder, bool cross_mounts) : cross_mounts_(cross_mounts) {
    root_ = FileDescriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOCTTY));
    if (!root_) {
        if (errno == ENOTDIR)
            throw Error(Error::Kind::Io,
                        folder.string() + " is not a folder. Choose a folder to read as a project.");
        throw storage::system_error(errno, "open the folder", folder);
    }
    const int probe = open_beneath(root_.get(), ".", O_PATH | O_DIRECTORY, cross_mounts);
    if (probe < 0)
        throw Error(
            Error::Kind::Io,
            "Projects need Linux 5.6 or later: this system does not offer openat2 (error " +
                std::to_string(errno) +
                "), without which links could lead out of the folder. Nothing was read. In a container "
                "or sandbox, allow the system call openat2.");
    ::close(probe);
    std::error_code unknown;
    path_ = fs::read_symlink("/proc/self/fd/" + std::to_string(root_.get()), unknown);
    if (unknown) path_ = fs::canonical(folder, unknown);
}

Opened ProjectRoot::open(std::string_view path, unsigned flags) const {
    if (!path.empty() && !is_plain_path(path)) return {{}, EINVAL};
    const std::string name = path.empty() ? "." : std::string(path);
    FileDescriptor file(open_beneath(root_.get(), name.c_str(), flags, cross_mounts_));
    const int error = file ? 0 : errno;
    return {std::move(file), error};
}

Opened ProjectRoot::look_at(std::string_view path) const {
    return open(path, O_PATH | O_NOFOLLOW);
}

Opened ProjectRoot::open_folder(std::string_view path) const {
    return open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_NOCTTY);
}

Opened ProjectRoot::open_file(std::string_view path) const {
    if (path.empty()) return {{}, EINVAL};
    // Looked at first: opening a device or a pipe for reading can have effects of its own.
    struct stat info {};
    {
        const Opened seen = look_at(path);
        if (!seen.file) return {{}, seen.error};
        if (::fstat(seen.file.get(), &info) != 0) return {{}, errno};
        if (S_ISLNK(info.st_mode)) return {{}, ELOOP};
        if (S_ISDIR(info.st_mode)) return {{}, EISDIR};
        if (!S_ISREG(info.st_mode)) return {{}, ENOTSUP};
    }
    Opened opened = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
    if (!opened.file) return opened;
    if (::fstat(opened.file.get(), &info) != 0) return {{}, errno};
    if (S_ISDIR(info.st_mode)) return {{}, EISDIR};
    if (!S_ISREG(info.st_mode)) return {{}, ENOTSUP};
    return opened;
}

}  // namespace sidewinder::project
