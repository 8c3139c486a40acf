#include "storage/download/model_directory.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "storage/download/disk_error.h"
#include "storage/paths.h"

namespace sidewinder::download {

namespace fs = std::filesystem;

namespace {

int open_beneath(int folder, const std::string& name, int flags) {
    open_how how{};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC | O_NOFOLLOW);
    how.mode = (flags & O_CREAT) != 0 ? 0600 : 0;
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
    return static_cast<int>(::syscall(SYS_openat2, folder, name.c_str(), &how, sizeof how));
}

storage::FileDescriptor open_or_throw(int folder, const std::string& name, int flags, const fs::path& shown) {
    storage::FileDescriptor file(open_beneath(folder, name, flags));
    if (file) return file;
    if (errno == ELOOP || errno == EXDEV || errno == ENOTDIR)
        throw Error(Fault::UnsafeName,
                    "There is a link at " + shown.string() +
                        ", and a download does not write through links. Remove it and try again.");
    throw disk_error(errno, "open", shown);
}

ModelDirectory::Entry entry_at(int folder, const std::string& name, const fs::path& shown) {
    struct stat info {};
    if (::fstatat(folder, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
        if (errno == ENOENT) return {};
        throw disk_error(errno, "look at", shown);
    }
    if (!S_ISREG(info.st_mode)) return {ModelDirectory::There::Other, 0, 0};
    return {ModelDirectory::There::File, info.st_size, std::int64_t{info.st_blocks} * 512};
}

void sync_folder(int folder, const fs::path& shown) {
    // Some network file systems refuse to sync a folder with EINVAL: there is nothing more to do there.
    if (::fsync(folder) != 0 && errno != EINVAL) throw disk_error(errno, "save the folder", shown);
}

}  // namespace

ModelDirectory::ModelDirectory(const fs::path& folder) {
    std::error_code code;
    path_ = fs::absolute(folder, code);
    if (code) throw disk_error(code.value(), "find the folder", folder);
    try {
        storage::make_private_directory(path_);
    } catch (const storage::Error& error) {
        throw from_storage(error);
    }
    folder_ = storage::FileDescriptor(::open(path_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder_) throw disk_error(errno, "open the folder", path_);
    const std::string partial(kPartial);
    if (::mkdirat(folder_.get(), partial.c_str(), 0700) != 0 && errno != EEXIST)
        throw disk_error(errno, "make the folder", path_ / partial);
    partial_ = open_or_throw(folder_.get(), partial, O_RDONLY | O_DIRECTORY, path_ / partial);
}

ModelDirectory::Entry ModelDirectory::entry(const std::string& name) const {
    return entry_at(folder_.get(), name, path_ / name);
}

ModelDirectory::Entry ModelDirectory::partial_entry(const std::string& name) const {
    return entry_at(partial_.get(), name, partial_path(name));
}

storage::FileDescriptor ModelDirectory::open(const std::string& name, int flags) const {
    return open_or_throw(folder_.get(), name, flags, path_ / name);
}

storage::FileDescriptor ModelDirectory::open_partial(const std::string& name, int flags) const {
    return open_or_throw(partial_.get(), name, flags, partial_path(name));
}

void ModelDirectory::rename_partial(const std::string& from, const std::string& to) const {
    if (::renameat(partial_.get(), from.c_str(), partial_.get(), to.c_str()) != 0)
        throw disk_error(errno, "rename", partial_path(from));
}

void ModelDirectory::remove_partial(const std::string& name) const {
    if (::unlinkat(partial_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        throw disk_error(errno, "remove", partial_path(name));
}

void ModelDirectory::remove(const std::string& name) const {
    if (::unlinkat(folder_.get(), name.c_str(), 0) != 0 && errno != ENOENT)
        throw disk_error(errno, "remove", path_ / name);
}

void ModelDirectory::publish(const std::string& partial, const std::string& name) const {
    if (::renameat(partial_.get(), partial.c_str(), folder_.get(), name.c_str()) != 0)
        throw disk_error(errno, "put in place", path_ / name);
}

void ModelDirectory::sync() const {
    sync_folder(partial_.get(), partial_path(""));
    sync_folder(folder_.get(), path_);
}

void ModelDirectory::remove_empty_partial() const {
    std::error_code ignored;
    for (const auto& file : fs::directory_iterator(path_ / kPartial, ignored))
        if (file.path().filename() != "lock") return;
    ::unlinkat(partial_.get(), "lock", 0);
    ::unlinkat(folder_.get(), std::string(kPartial).c_str(), AT_REMOVEDIR);
}

std::int64_t ModelDirectory::free_bytes() const {
    struct statvfs info {};
    if (::fstatvfs(folder_.get(), &info) != 0) throw disk_error(errno, "ask for the free space of", path_);
    return static_cast<std::int64_t>(info.f_bavail) * static_cast<std::int64_t>(info.f_frsize);
}

bool ModelDirectory::is_on_network() const {
    struct statfs info {};
    if (::fstatfs(folder_.get(), &info) != 0) return false;
    static constexpr std::array<std::uint32_t, 8> kNetwork{0x6969,     0xff534d42, 0xfe534d42, 0x517b,
                                                           0x0bd00bd0, 0x47504653, 0x00c36400, 0x01021997};
    for (const std::uint32_t magic : kNetwork)  // NFS, CIFS, SMB2, SMB, Lustre, GPFS, Ceph, 9p
        if (static_cast<std::uint32_t>(info.f_type) == magic) return true;
    return false;
}

}  // namespace sidewinder::download
