#include "storage/recovery.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "storage/atomic_file.h"
#include "storage/connection.h"

namespace sidewinder::storage {

namespace fs = std::filesystem;

namespace {

bool is_there(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0;
}

std::uint64_t size_of(const fs::path& path) {
    struct stat info {};
    return ::lstat(path.c_str(), &info) == 0 ? static_cast<std::uint64_t>(info.st_size) : 0;
}

void rename_without_replacing(const fs::path& from, const fs::path& to) {
    if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return;
    // Some file systems know no RENAME_NOREPLACE; the name holds a time stamp and the store is locked.
    if (errno == EINVAL && !is_there(to) && ::rename(from.c_str(), to.c_str()) == 0) return;
    throw system_error(errno, "set aside the damaged", from);
}

}  // namespace

fs::path Salvage::aside(const std::string& suffix) {
    if (stamp_.empty()) {
        do stamp_ = utc_stamp();
        while (is_there(with_suffix(file_, ".damaged-" + stamp_)));
    }
    const fs::path from = with_suffix(file_, suffix);
    if (!is_there(from)) return {};
    const fs::path to = with_suffix(file_, ".damaged-" + stamp_ + suffix);
    rename_without_replacing(from, to);
    return to;
}

bool Salvage::set_journals_aside() {
    if (size_of(with_suffix(file_, "-wal")) + size_of(with_suffix(file_, "-journal")) == 0) return false;
    for (const char* suffix : {"-journal", "-wal", "-shm"}) {
        const fs::path moved = aside(suffix);
        if (!moved.empty() && (journal_aside_.empty() || suffix == std::string("-wal")))
            journal_aside_ = moved;
    }
    sync_directory(file_.parent_path());
    return true;
}

void Salvage::set_database_aside(const std::string& reason) {
    reason_ = reason;
    database_aside_ = aside("");
    set_journals_aside();
    sync_directory(file_.parent_path());
}

bool Salvage::restore_backup() {
    const auto backup = backups_.newest_good(version_);
    if (!backup) return false;
    const FileDescriptor source(::open(backup->c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
    if (!source) throw system_error(errno, "read the backup", *backup);
    AtomicFile copy(file_, fs::file_size(*backup));
    std::array<std::byte, 1 << 16> block;
    for (;;) {
        const ssize_t got = ::read(source.get(), block.data(), block.size());
        if (got < 0) throw system_error(errno, "read the backup", *backup);
        if (got == 0) break;
        copy.write({block.data(), static_cast<std::size_t>(got)});
    }
    set_log_format(copy.temporary());
    copy.commit();
    restored_ = *backup;
    return true;
}

Recovery Salvage::report() const {
    Recovery result;
    result.damaged_file = database_aside_.empty() ? journal_aside_ : database_aside_;
    result.backup = restored_;
    const std::string what = reason_.empty()
                                 ? "The database of your conversations was missing."
                                 : "The database of your conversations was damaged (" + reason_ + ").";
    const std::string kept =
        result.damaged_file.empty() ? "" : " What was there is kept as " + result.damaged_file.string() + ".";
    if (!restored_.empty()) {
        result.kind = Recovery::Kind::RestoredBackup;
        result.sentence = what + " The backup of " + readable_stamp(restored_.filename().string()) +
                          " is in use now; what came after it is not in it." + kept;
    } else if (fresh_ && !result.damaged_file.empty()) {
        result.kind = Recovery::Kind::StartedFresh;
        result.sentence = what + " There was no good backup, so Sidewinder started with an empty one." + kept;
    } else if (!journal_aside_.empty()) {
        result.kind = Recovery::Kind::JournalSetAside;
        result.sentence =
            "A journal that does not fit the database of your conversations lay beside it. The database "
            "is sound; the last changes before the previous end may be missing." +
            kept;
    } else if (log_missing_) {
        result.kind = Recovery::Kind::JournalMissing;
        result.sentence = "Sidewinder was not closed properly, and the file with the last changes (" +
                          file_.string() +
                          "-wal) is gone. The database is sound, but those changes are missing from it.";
    }
    return result;
}

}  // namespace sidewinder::storage
