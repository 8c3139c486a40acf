#include "storage/atomic_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <vector>

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kWriteBytes = std::size_t{8} << 20;  // a killed or full write is noticed between these

std::string random_name() {
    std::uint64_t bits = 0;
    if (::getrandom(&bits, sizeof bits, 0) != sizeof bits) bits = static_cast<std::uint64_t>(::getpid());
    char text[17];
    std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(bits));
    return text;
}

const char* advice(Error::Kind kind) {
    switch (kind) {
        case Error::Kind::NoSpace:
            return "Free some space on this disk and try again.";
        case Error::Kind::Denied:
            return "Check that you may write there and that the disk is not read-only.";
        case Error::Kind::NotFound:
            return "Check that the path exists.";
        default:
            return "Check the disk and try again.";
    }
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
    if (this != &other) {
        close();
        fd_ = std::exchange(other.fd_, -1);
    }
    return *this;
}

void FileDescriptor::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

Error system_error(int code, std::string_view action, const fs::path& path) {
    auto kind = Error::Kind::Io;
    if (code == ENOSPC || code == EDQUOT || code == EFBIG) kind = Error::Kind::NoSpace;
    if (code == EACCES || code == EPERM || code == EROFS) kind = Error::Kind::Denied;
    if (code == ENOENT) kind = Error::Kind::NotFound;
    return {kind, "Could not " + std::string(action) + " " + path.string() + ": " + std::strerror(code) +
                      " (error " + std::to_string(code) + "). " + advice(kind)};
}

AtomicFile::AtomicFile(fs::path target, std::size_t reserve) : target_(std::move(target)) {
    temporary_ = target_;
    temporary_ += "." + random_name() + std::string(kTemporarySuffix);
    file_ = FileDescriptor(
        ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) throw system_error(errno, "write", temporary_);
    ::flock(file_.get(),
            LOCK_EX | LOCK_NB);  // tells remove_stale_temporaries() of other processes that we live
    if (reserve == 0) return;
    // Not posix_fallocate: glibc would write every block where the file system has no fallocate.
    if (::fallocate(file_.get(), 0, 0, static_cast<off_t>(reserve)) == 0 || errno == EOPNOTSUPP ||
        errno == ENOSYS)
        return;
    const int code = errno;
    ::unlink(temporary_.c_str());
    throw system_error(code, "set aside " + std::to_string(reserve) + " bytes for", target_);
}

AtomicFile::~AtomicFile() {
    if (file_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes) {
    while (!bytes.empty()) {
        const ssize_t written = ::write(file_.get(), bytes.data(), std::min(bytes.size(), kWriteBytes));
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) throw system_error(errno, "write", target_);
        bytes = bytes.subspan(static_cast<std::size_t>(written));
    }
}

void AtomicFile::commit() {
    if (::fsync(file_.get()) != 0) throw system_error(errno, "save", target_);
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) throw system_error(errno, "save", target_);
    file_.close();
    sync_directory(target_.parent_path());
}

void write_atomically(const fs::path& target, std::string_view bytes) {
    AtomicFile file(target);
    file.write(std::as_bytes(std::span(bytes.data(), bytes.size())));
    file.commit();
}

void sync_directory(const fs::path& directory) {
    const fs::path path = directory.empty() ? fs::path(".") : directory;
    const FileDescriptor handle(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!handle) throw system_error(errno, "open the folder", path);
    // Some network file systems refuse to sync a directory with EINVAL: there is nothing more to do there.
    if (::fsync(handle.get()) != 0 && errno != EINVAL) throw system_error(errno, "save the folder", path);
}

void remove_stale_temporaries(const fs::path& directory) {
    std::error_code ignored;
    std::vector<fs::path> stale, journals;
    for (const auto& entry : fs::directory_iterator(directory, ignored)) {
        const std::string extension = entry.path().extension();
        if (extension == AtomicFile::kTemporarySuffix) stale.push_back(entry.path());
        if (extension.starts_with(std::string(AtomicFile::kTemporarySuffix) + "-"))
            journals.push_back(entry.path());
    }
    for (const auto& path : stale) {
        const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
        if (!file || ::flock(file.get(), LOCK_EX | LOCK_NB) != 0) continue;
        ::unlink(path.c_str());
    }
    for (const auto& path : journals) {  // SQLite's, "<name>.tmp-journal", once its file is gone
        fs::path owner = path;
        if (!fs::exists(owner.replace_extension(AtomicFile::kTemporarySuffix), ignored))
            ::unlink(path.c_str());
    }
}

}  // namespace sidewinder::storage
