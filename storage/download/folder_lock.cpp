#include "storage/download/folder_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <sstream>

#include "storage/download/disk_error.h"

namespace sidewinder::download {

namespace {

std::string host_name() {
    std::array<char, 256> name{};
    if (::gethostname(name.data(), name.size() - 1) != 0 || name[0] == '\0') return "unknown";
    return name.data();
}

/// Empty when there is no such process.
std::string start_time(const std::string& process) {
    std::ifstream file("/proc/" + process + "/stat");
    const std::string line{std::istreambuf_iterator<char>(file), {}};
    const std::size_t name_end = line.rfind(')');  // the name may hold anything
    if (name_end == std::string::npos) return {};
    std::istringstream fields(line.substr(name_end + 1));
    std::string field;
    for (int i = 3; i <= 22; ++i) fields >> field;
    return field;
}

Error busy(const ModelDirectory& folder, const std::string& whom) {
    return {Fault::Busy, "Another download into " + folder.path().string() + " is running" + whom +
                             ". Wait for it, or stop it first."};
}

void check_record(const ModelDirectory& folder, const std::string& record) {
    std::istringstream fields(record);
    std::string host, process, start;
    if (!(fields >> host >> process >> start)) return;
    if (process.find_first_not_of("0123456789") != std::string::npos) return;
    if (host == host_name()) {
        if (process != std::to_string(::getpid()) && start == start_time(process))
            throw busy(folder, " (process " + process + ")");
        return;  // it is dead: the lock is stale
    }
    if (folder.is_on_network())
        throw busy(folder, ", or was, on the machine '" + host.substr(0, 80) +
                               "'. If nothing runs there, remove " + folder.partial_path("lock").string());
}

}  // namespace

std::string lock_record() {
    const std::string process = std::to_string(::getpid());
    return host_name() + " " + process + " " + start_time(process) + "\n";
}

FolderLock::FolderLock(const ModelDirectory& folder) : file_(folder.open_partial("lock", O_RDWR | O_CREAT)) {
    while (::flock(file_.get(), LOCK_EX | LOCK_NB) != 0) {
        if (errno == EINTR) continue;
        if (errno == EWOULDBLOCK) throw busy(folder, "");
        break;  // a file system without locks: the record must do
    }
    struct stat info {};
    if (::fstat(file_.get(), &info) != 0 || info.st_nlink == 0) throw busy(folder, "");  // it has just ended
    std::array<char, 512> text{};
    const ssize_t got = ::pread(file_.get(), text.data(), text.size(), 0);
    if (got > 0) check_record(folder, std::string(text.data(), static_cast<std::size_t>(got)));
    const std::string record = lock_record();
    if (::ftruncate(file_.get(), 0) != 0 ||
        ::pwrite(file_.get(), record.data(), record.size(), 0) != static_cast<ssize_t>(record.size()))
        throw disk_error(errno, "write", folder.partial_path("lock"));
}

FolderLock::~FolderLock() {
    // A record that stays is that of a dead process, which is seen.
    if (file_ && ::ftruncate(file_.get(), 0) != 0) return;
}

}  // namespace sidewinder::download
