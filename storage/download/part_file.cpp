#include "storage/download/part_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "storage/download/disk_error.h"

namespace sidewinder::download {

PartFile::PartFile(const ModelDirectory& folder, std::string name, std::int64_t size)
    : path_(folder.partial_path(name)),
      file_(folder.open_partial(name, O_RDWR | O_CREAT | O_NONBLOCK)),
      size_(size) {
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0) throw disk_error(errno, "look at", path_);
    if (!S_ISREG(info.st_mode))
        throw Error(Fault::UnsafeName,
                    "What lies at " + path_.string() + " is not a file. Remove it and try again.");
    length_when_opened_ = std::min<std::int64_t>(info.st_size, size_);
    if (info.st_size > size_ && ::ftruncate(file_.get(), size_) != 0)
        throw disk_error(errno, "shorten", path_);
}

ExtentSet PartFile::possible(const ExtentSet& have) const {
    ExtentSet there = have;
    there.remove({length_when_opened_, std::max(size_, length_when_opened_)});
    return there;
}

void PartFile::reserve() {
    if (size_ == 0) return;
    // Not posix_fallocate: glibc would write every block where the file system has no fallocate.
    if (::fallocate(file_.get(), 0, 0, size_) == 0) return;
    if (errno != EOPNOTSUPP && errno != ENOSYS)
        throw disk_error(errno, "set aside " + std::to_string(size_) + " bytes for", path_);
    if (::ftruncate(file_.get(), size_) != 0) throw disk_error(errno, "lengthen", path_);
}

void PartFile::write(std::int64_t offset, std::span<const std::byte> bytes) {
    if (offset < 0 || static_cast<std::int64_t>(bytes.size()) > size_ - offset)
        throw Error(Fault::BadAnswer, "The server sent more than the file holds. Try again later.");
    while (!bytes.empty()) {
        const ssize_t written = ::pwrite(file_.get(), bytes.data(), bytes.size(), offset);
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw disk_error(errno, "write", path_);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
        offset += written;
    }
}

void PartFile::sync() {
    if (::fdatasync(file_.get()) != 0) throw disk_error(errno, "save", path_);
}

}  // namespace sidewinder::download
