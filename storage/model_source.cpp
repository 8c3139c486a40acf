#include "storage/model_source.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <vector>

#include "storage/model_manifest.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr int kFlags = O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY;
constexpr std::size_t kBlock = std::size_t{4} << 20;

int open_beneath(int folder, const std::string& name, std::uint64_t resolve) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(kFlags);
    how.resolve = resolve | RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
}

std::int64_t mtime_of(const struct stat& info) {
    return std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
}

void require_regular(const struct stat& info, const fs::path& shown) {
    if (S_ISREG(info.st_mode)) return;
    const char* kind = S_ISDIR(info.st_mode)    ? "a folder"
                       : S_ISFIFO(info.st_mode) ? "a pipe"
                                                : "a device or socket";
    throw Error(Error::Kind::Damaged, shown.string() + " is " + kind +
                                          ", not a regular file. Put the model's own file in its place.");
}

/// The name behind "../../blobs/", if this is what a snapshot of a cache has.
std::string blob_of(const std::string& target, const fs::path& folder) {
    constexpr std::string_view kBlobs = "../../blobs/";
    if (!target.starts_with(kBlobs) || folder.parent_path().filename() != "snapshots") return {};
    const std::string name = target.substr(kBlobs.size());
    return is_model_file_name(name) ? name : std::string();
}

FileDescriptor open_blob(int folder, const std::string& blob) {
    const FileDescriptor blobs(
        ::openat(folder, "../../blobs", O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
    struct stat info {};
    if (!blobs || ::fstatat(blobs.get(), blob.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return {};
    if (!S_ISREG(info.st_mode)) return {};  // opening a device may act on it
    return FileDescriptor(open_beneath(blobs.get(), blob, RESOLVE_NO_SYMLINKS));
}

}  // namespace

void ModelSource::File::check_unchanged(const fs::path& shown) const {
    struct stat info {};
    if (::fstat(fd.get(), &info) != 0) throw system_error(errno, "look at", shown);
    if (static_cast<std::uint64_t>(info.st_size) != size || mtime_of(info) != mtime_ns)
        throw Error(Error::Kind::Io, shown.string() + " changed while it was read (it had " +
                                         std::to_string(size) +
                                         " bytes). Wait until nothing writes to it and try again.");
}

ModelSource::ModelSource(const fs::path& folder) {
    std::error_code code;
    path_ = fs::canonical(folder, code);  // the person named it: links on the way are theirs
    if (code) throw system_error(code.value(), "open the folder", folder);
    folder_ = FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) throw system_error(errno, "open the folder", path_);
}

bool ModelSource::has(const std::string& name) const {
    struct stat info {};
    return ::fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0;
}

ModelSource::File ModelSource::open(const std::string& name) const {
    const fs::path shown = path_ / name;
    if (!is_model_file_name(name) && name != Manifest::kFileName)
        throw Error(Error::Kind::Damaged,
                    "A file's name is not a plain one (letters, digits, . _ -), so it was not "
                    "opened. Get the model from its source again.");
    struct stat info {};
    if (::fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0)
        throw system_error(errno, "open", shown);
    File file;
    if (S_ISLNK(info.st_mode)) {
        std::string target(PATH_MAX, '\0');
        const ssize_t length = ::readlinkat(folder_.get(), name.c_str(), target.data(), target.size());
        target.resize(length > 0 ? static_cast<std::size_t>(length) : 0);
        file.blob = blob_of(target, path_);
        if (!file.blob.empty()) {
            file.fd = open_blob(folder_.get(), file.blob);
        } else if (is_model_file_name(target) &&
                   ::fstatat(folder_.get(), target.c_str(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
            require_regular(info, shown);
            file.fd = FileDescriptor(open_beneath(folder_.get(), target, RESOLVE_NO_SYMLINKS));
        }
        if (!file.fd)
            throw Error(Error::Kind::Damaged, shown.string() + " is a link to '" + target.substr(0, 200) +
                                                  "', which is not there or leaves the folder, so it was not "
                                                  "opened. Put the file itself in the folder.");
    } else {
        require_regular(info, shown);
        file.fd = FileDescriptor(::openat(folder_.get(), name.c_str(), kFlags | O_NOFOLLOW));
        if (!file.fd) throw system_error(errno, "open", shown);
    }
    if (::fstat(file.fd.get(), &info) != 0) throw system_error(errno, "look at", shown);
    require_regular(info, shown);
    file.size = static_cast<std::uint64_t>(info.st_size);
    file.mtime_ns = mtime_of(info);
    return file;
}

std::string ModelSource::read_text(const std::string& name, std::size_t most) const {
    const File file = open(name);
    if (file.size > most)
        throw Error(Error::Kind::Damaged, (path_ / name).string() + " has " + std::to_string(file.size) +
                                              " bytes, and " + std::to_string(most) +
                                              " are the limit. It is not what its name says; remove it.");
    std::string text;
    const auto add = [&](std::span<const std::byte> block) {
        text.append(reinterpret_cast<const char*>(block.data()), block.size());
    };
    read_blocks(file, path_ / name, add, {});
    return text;
}

void read_blocks(const ModelSource::File& file, const fs::path& shown,
                 const std::function<void(std::span<const std::byte>)>& sink, const std::stop_token& stop) {
    std::vector<std::byte> block(std::min<std::uint64_t>(kBlock, file.size + 1));
    std::uint64_t done = 0;
    while (done < file.size) {
        if (stop.stop_requested()) throw Stopped();
        const ssize_t got = ::pread(file.fd.get(), block.data(), block.size(), static_cast<off_t>(done));
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) throw system_error(errno, "read", shown);
        if (got == 0) break;
        const auto bytes = std::min<std::uint64_t>(static_cast<std::uint64_t>(got), file.size - done);
        sink(std::span(block).first(bytes));
        done += bytes;
    }
    file.check_unchanged(shown);
}

std::uint64_t free_bytes(const fs::path& folder) {
    fs::path there = folder;
    std::error_code code;
    while (!fs::exists(there, code) && there.has_parent_path() && there != there.parent_path())
        there = there.parent_path();
    const fs::space_info space = fs::space(there, code);
    if (code) throw system_error(code.value(), "ask for the free space of", there);
    return space.available;
}

void require_space(const fs::path& folder, std::uint64_t needed, const std::string& what) {
    const std::uint64_t free = free_bytes(folder);
    if (free >= kSpareBytes && free - kSpareBytes >= needed) return;
    throw Error(Error::Kind::NoSpace, what + " needs " + gigabytes(needed) + " and 0.27 GB to spare in " +
                                          folder.string() + ", and " + gigabytes(free) +
                                          " are free. Free some space on this disk and try again.");
}

std::string gigabytes(std::uint64_t bytes) {
    char text[48];
    const double value = static_cast<double>(bytes);
    if (bytes < 950) {  // the bounds are those of the window's page of models
        std::snprintf(text, sizeof text, "%llu bytes", static_cast<unsigned long long>(bytes));
    } else if (bytes < 950'000) {
        std::snprintf(text, sizeof text, "%.0f kB", value * 1e-3);
    } else if (bytes < 950'000'000) {
        std::snprintf(text, sizeof text, "%.1f MB", value * 1e-6);
    } else {
        std::snprintf(text, sizeof text, "%.2f GB", value * 1e-9);
    }
    return text;
}

}  // namespace sidewinder::storage
