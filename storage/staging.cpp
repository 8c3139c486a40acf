#include "storage/staging.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/model_files.h"
#include "storage/paths.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr int kOpenFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

std::vector<std::string> names_in(int folder, const fs::path& shown) {
    const int copy = ::openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(copy >= 0 ? ::fdopendir(copy) : nullptr, ::closedir);
    if (!listing) throw system_error(errno, "read the folder", shown);
    std::vector<std::string> names;
    while (const dirent* entry = ::readdir(listing.get())) {
        const std::string_view name = entry->d_name;
        if (name != "." && name != "..") names.emplace_back(name);
    }
    return names;
}

}  // namespace

void remove_tree(int folder, const std::string& name, const fs::path& shown) {
    if (::unlinkat(folder, name.c_str(), 0) == 0 || errno == ENOENT) return;
    if (errno != EISDIR && errno != EPERM) throw system_error(errno, "remove", shown);
    {
        const FileDescriptor inner(::openat(folder, name.c_str(), kOpenFolder));
        if (!inner) throw system_error(errno, "remove", shown);
        for (const std::string& entry : names_in(inner.get(), shown))
            remove_tree(inner.get(), entry, shown / entry);
    }
    if (::unlinkat(folder, name.c_str(), AT_REMOVEDIR) != 0 && errno != ENOENT)
        throw system_error(errno, "remove", shown);
}

Staging::Staging(const fs::path& parent) : parent_(parent) {
    make_private_directory(parent);
    std::string name = (parent / (std::string(kStagingPrefix) + "XXXXXX")).string();
    if (::mkdtemp(name.data()) == nullptr) throw system_error(errno, "make a folder in", parent);
    path_ = name;
    folder_ = FileDescriptor(::open(path_.c_str(), kOpenFolder));
    if (!folder_) throw system_error(errno, "open the folder", path_);
    ::flock(folder_.get(), LOCK_EX | LOCK_NB);
}

Staging::~Staging() {
    try {
        if (there_) discard();
    } catch (const Error&) {  // a later remove_leftovers tries again
    }
}

void Staging::publish(const fs::path& target, bool replace) {
    if (::fsync(folder_.get()) != 0 && errno != EINVAL) throw system_error(errno, "save the folder", path_);
    int done = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
    if (done != 0 && errno == EINVAL && !fs::exists(fs::symlink_status(target)))
        done = ::rename(path_.c_str(), target.c_str());  // a file system that knows no RENAME_NOREPLACE
    const bool taken = done != 0 && errno == EEXIST;
    if (taken && replace) {
        if (::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_EXCHANGE) != 0)
            throw system_error(errno, "replace the folder", target);
        sync_directory(parent_);
        discard();
        return;
    }
    if (taken)
        throw Error(Error::Kind::Io,
                    "There is something at " + target.string() +
                        " already, and it was left as it is. Remove it or choose another name.");
    if (done != 0) throw system_error(errno, "make the folder", target);
    there_ = false;
    sync_directory(parent_);
}

void Staging::take(const fs::path& folder) {
    if (::renameat(AT_FDCWD, folder.c_str(), folder_.get(), folder.filename().c_str()) != 0)
        throw system_error(errno, "remove", folder);
    sync_directory(parent_);
}

void Staging::discard() {
    there_ = false;
    const FileDescriptor parent(::open(parent_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!parent) throw system_error(errno, "open the folder", parent_);
    remove_tree(parent.get(), path_.filename().string(), path_);
}

void Staging::remove_leftovers(const fs::path& parent) {
    const FileDescriptor folder(::open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return;  // there is none yet
    for (const std::string& name : names_in(folder.get(), parent)) {
        if (!name.starts_with(kStagingPrefix)) continue;
        const FileDescriptor left(::openat(folder.get(), name.c_str(), kOpenFolder));
        if (left && ::flock(left.get(), LOCK_EX | LOCK_NB) == 0)
            remove_tree(folder.get(), name, parent / name);
    }
}

}  // namespace sidewinder::storage
