#include "storage/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <thread>

namespace sidewinder::storage {

namespace {
constexpr char kOpen = 'o';
constexpr char kClosed = 'c';
}  // namespace

StoreLock::StoreLock(const std::filesystem::path& file, int wait_ms) {
    std::filesystem::path path = file;
    path += ".lock";
    file_ = FileDescriptor(::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file_) throw system_error(errno, "open", path);
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(wait_ms);
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno != EWOULDBLOCK) break;  // a file system without locks: SQLite's own must do
        if (std::chrono::steady_clock::now() >= deadline)
            throw Error(Error::Kind::Busy, "Another Sidewinder has " + file.string() +
                                               " open. Use that window, or close it and start again.");
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    char mark = 0;
    was_left_open_ = ::pread(file_.get(), &mark, 1, 0) == 1 && mark == kOpen;
    marked_open_ = was_left_open_;
}

void StoreLock::mark_open() {
    if (marked_open_) return;
    write_mark(kOpen);
    marked_open_ = true;
}

void StoreLock::mark_closed() {
    if (!marked_open_ || !file_) return;
    write_mark(kClosed);
    ::fdatasync(file_.get());
    marked_open_ = false;
}

void StoreLock::write_mark(char mark) {
    // A mark that cannot be written costs a notice after a later crash, no data.
    if (::pwrite(file_.get(), &mark, 1, 0) != 1) return;
}

}  // namespace sidewinder::storage
