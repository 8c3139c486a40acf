#include "inference/file_reader.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>
#include <vector>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

constexpr int kOpenFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;

std::string reason(int error) {
    return std::generic_category().message(error);
}

[[noreturn]] void fail_open(const std::string& name, int error) {
    if (error == ENOENT || error == ENOTDIR)
        throw Error(Fault::MissingFile, name + " is not there. Download the model again.");
    throw Error(Fault::Io, name + " cannot be opened: " + reason(error) + " (error " + std::to_string(error) +
                               "). Check its permissions and the disk.");
}

void require_regular(mode_t mode, const std::string& name) {
    if (S_ISREG(mode)) return;
    const char* kind = S_ISDIR(mode) ? "a folder" : S_ISFIFO(mode) ? "a pipe" : "a device or socket";
    throw Error(Fault::Io,
                name + " is " + kind + ", not a regular file. Put the model's own file in its place.");
}

int open_beneath(int folder, const char* name, std::uint64_t resolve) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(kOpenFlags);
    how.resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(syscall(SYS_openat2, folder, name, &how, sizeof how));
}

bool is_plain_name(std::string_view name) {
    const bool plain = std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
    return plain && !name.empty() && name.size() <= 255 && name != "." && name != "..";
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        if (fd_ >= 0) ::close(fd_);
        fd_ = other.release();
    }
    return *this;
}

FileDescriptor::~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
}

int FileDescriptor::release() {
    return std::exchange(fd_, -1);
}

ReadFile::ReadFile(FileDescriptor fd, std::string name) : fd_(std::move(fd)), name_(std::move(name)) {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) fail_open(name_, errno);
    require_regular(status.st_mode, name_);
    size_ = static_cast<std::uint64_t>(status.st_size);
    changed_ns_ = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
}

ReadFile ReadFile::open(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) fail_open(path.string(), errno);
    require_regular(status.st_mode, path.string());  // before opening: opening a device may act on it
    FileDescriptor fd(::open(path.c_str(), kOpenFlags));
    if (!fd) fail_open(path.string(), errno);
    return ReadFile(std::move(fd), path.string());
}

void ReadFile::read(std::uint64_t offset, std::span<std::byte> into) const {
    if (into.size() > size_ || offset > size_ - into.size())
        throw Error(Fault::Truncated, name_ + " has " + std::to_string(size_) + " bytes; bytes up to " +
                                          std::to_string(offset) + " + " + std::to_string(into.size()) +
                                          " were needed. Download the file again.");
    std::size_t done = 0;
    while (done < into.size()) {
        const ssize_t got =
            ::pread(fd_.get(), into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0)
            throw Error(Fault::Io, name_ + " cannot be read at byte " + std::to_string(offset + done) + ": " +
                                       reason(errno) + ". Check the disk.");
        if (got == 0)
            throw Error(Fault::Changed,
                        name_ + " became shorter than " + std::to_string(size_) +
                            " bytes while it was read. Wait until nothing writes to it and load again.");
        done += static_cast<std::size_t>(got);
    }
}

std::string ReadFile::read_all(std::uint64_t limit) const {
    if (size_ > limit)
        throw Error(Fault::HeaderTooLarge, name_ + " has " + std::to_string(size_) + " bytes; at most " +
                                               std::to_string(limit) +
                                               " are allowed. Download the file again.");
    std::string text(static_cast<std::size_t>(size_), '\0');
    read(0, std::as_writable_bytes(std::span(text)));
    check_unchanged();
    return text;
}

void ReadFile::check_unchanged() const {
    struct stat status {};
    if (::fstat(fd_.get(), &status) != 0) fail_open(name_, errno);
    const std::int64_t changed = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec;
    if (static_cast<std::uint64_t>(status.st_size) != size_ || changed != changed_ns_ || status.st_nlink == 0)
        throw Error(Fault::Changed, name_ + " changed while it was read (it had " + std::to_string(size_) +
                                        " bytes). Wait until nothing writes to it and load again.");
}

Folder Folder::open(const std::filesystem::path& path) {
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            throw Error(Fault::MissingFile,
                        "There is no folder " + path.string() + ". Choose the model's folder.");
        fail_open(path.string(), errno);
    }
    if (!S_ISDIR(status.st_mode))
        throw Error(Fault::Io, path.string() + " is a file. Choose the folder that holds the model, here " +
                                   (path.has_parent_path() ? path.parent_path().string() : std::string(".")) +
                                   ".");
    FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!fd) fail_open(path.string(), errno);
    return Folder(std::move(fd), path);
}

bool Folder::has(const std::string& name) const {
    struct stat status {};
    return is_plain_name(name) && ::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0;
}

ReadFile Folder::open_file(const std::string& name) const {
    if (!is_plain_name(name))
        throw Error(Fault::BadName,
                    "A file name of the model is not a plain name (letters, digits, . _ -) inside the "
                    "folder. The model folder is not safe to use; download it again.");
    struct stat status {};
    if (::fstatat(fd_.get(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) fail_open(name, errno);
    if (S_ISLNK(status.st_mode)) return ReadFile(open_link(name), name);
    require_regular(status.st_mode, name);
    // One plain name that is no link cannot leave the folder.
    FileDescriptor fd(::openat(fd_.get(), name.c_str(), kOpenFlags | O_NOFOLLOW));
    if (!fd) fail_open(name, errno);
    return ReadFile(std::move(fd), name);
}

FileDescriptor Folder::open_link(const std::string& name) const {
    const auto require_regular_target = [&](const char* target, int flags) {
        struct stat status {};
        const bool known = ::fstatat(fd_.get(), target, &status, flags) == 0;
        if (known && !S_ISLNK(status.st_mode)) require_regular(status.st_mode, name);
    };
    std::string target(4096, '\0');
    const ssize_t length = ::readlinkat(fd_.get(), name.c_str(), target.data(), target.size());
    target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
    if (is_plain_name(target)) {
        require_regular_target(target.c_str(), AT_SYMLINK_NOFOLLOW);
        if (FileDescriptor fd(open_beneath(fd_.get(), name.c_str(), 0)); fd) return fd;
        if (errno == ENOENT) fail_open(name, errno);
    }
    // huggingface_hub's cache: models--org--name/snapshots/<commit>/file -> ../../blobs/<etag>.
    constexpr std::string_view kBlobs = "../../blobs/";
    std::error_code ignored;
    const std::filesystem::path real =
        std::filesystem::read_symlink("/proc/self/fd/" + std::to_string(fd_.get()), ignored);
    if (real.parent_path().filename() == "snapshots" && target.starts_with(kBlobs) &&
        is_plain_name(std::string_view(target).substr(kBlobs.size()))) {
        require_regular_target(target.c_str(), AT_SYMLINK_NOFOLLOW);
        const FileDescriptor blobs(
            ::openat(fd_.get(), "../../blobs", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
        FileDescriptor fd(
            blobs ? open_beneath(blobs.get(), target.c_str() + kBlobs.size(), RESOLVE_NO_SYMLINKS) : -1);
        if (fd) return fd;
        fail_open(name, errno);
    }
    throw Error(Fault::BadName,
                name +
                    " is a link that leaves the model folder, so it was not opened. Put the file "
                    "itself in the folder.");
}

}  // namespace sidewinder::inference
