#pragma once

#include <sqlite3.h>

#include <csignal>
#include <string>

namespace sidewinder::tests {

/// SQLite's usual file layer, in which the Nth write, sync, truncation or deletion fails, or the process dies
/// there. One at a time; unregisters itself.
class FaultyVfs {
  public:
    enum class Fault { IoError, DiskFull, Kill };

    FaultyVfs();
    FaultyVfs(const FaultyVfs&) = delete;
    FaultyVfs& operator=(const FaultyVfs&) = delete;
    ~FaultyVfs() { sqlite3_vfs_unregister(&vfs_); }

    static constexpr const char* kName = "faulty";

    /// From now on call number `nth` (1 is the next) fails, and with `sticky` every later one too.
    void arm(int nth, bool sticky, Fault fault) {
        countdown_ = nth;
        sticky_ = sticky;
        fault_ = fault;
        happened_ = false;
    }
    void disarm() { countdown_ = 0; }
    bool happened() const { return happened_; }

  private:
    struct File {
        sqlite3_file base;
        FaultyVfs* owner;
        sqlite3_file* real() { return reinterpret_cast<sqlite3_file*>(this + 1); }
    };
    static File* self(sqlite3_file* file) { return reinterpret_cast<File*>(file); }
    static sqlite3_file* real(sqlite3_file* file) { return self(file)->real(); }
    static FaultyVfs* owner(sqlite3_vfs* vfs) { return static_cast<FaultyVfs*>(vfs->pAppData); }

    /// SQLITE_OK, or the error to report instead of doing the call.
    int next(int io_code) {
        if (countdown_ <= 0 || --countdown_ > 0) return SQLITE_OK;
        if (fault_ == Fault::Kill) ::raise(SIGKILL);
        happened_ = true;
        if (sticky_) countdown_ = 1;
        return fault_ == Fault::DiskFull ? SQLITE_FULL : io_code;
    }

    static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out);
    static int remove(sqlite3_vfs* vfs, const char* name, int sync);
    static const sqlite3_io_methods* methods();

    sqlite3_vfs vfs_{};
    sqlite3_vfs* usual_;
    int countdown_ = 0;
    bool sticky_ = false;
    bool happened_ = false;
    Fault fault_ = Fault::IoError;
};

inline FaultyVfs::FaultyVfs() : usual_(sqlite3_vfs_find(nullptr)) {
    vfs_ = *usual_;
    vfs_.zName = kName;
    vfs_.pNext = nullptr;
    vfs_.pAppData = this;
    vfs_.szOsFile = static_cast<int>(sizeof(File)) + usual_->szOsFile;
    vfs_.xOpen = open;
    vfs_.xDelete = remove;
    sqlite3_vfs_register(&vfs_, 0);
}

inline int FaultyVfs::remove(sqlite3_vfs* vfs, const char* name, int sync) {
    if (const int code = owner(vfs)->next(SQLITE_IOERR_DELETE)) return code;
    return owner(vfs)->usual_->xDelete(owner(vfs)->usual_, name, sync);
}

inline int FaultyVfs::open(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags, int* out) {
    File* made = self(file);
    made->owner = owner(vfs);
    made->base.pMethods = nullptr;
    const int code = made->owner->usual_->xOpen(made->owner->usual_, name, made->real(), flags, out);
    if (made->real()->pMethods != nullptr) made->base.pMethods = methods();
    return code;
}

/// Version 1, without shared memory: a log then works in exclusive locking mode only, which is ours.
inline const sqlite3_io_methods* FaultyVfs::methods() {
    static const sqlite3_io_methods kMethods = [] {
        sqlite3_io_methods m{};
        m.iVersion = 1;
        m.xClose = [](sqlite3_file* f) { return real(f)->pMethods->xClose(real(f)); };
        m.xRead = [](sqlite3_file* f, void* to, int n, sqlite3_int64 at) {
            return real(f)->pMethods->xRead(real(f), to, n, at);
        };
        m.xWrite = [](sqlite3_file* f, const void* from, int n, sqlite3_int64 at) {
            if (const int code = self(f)->owner->next(SQLITE_IOERR_WRITE)) return code;
            return real(f)->pMethods->xWrite(real(f), from, n, at);
        };
        m.xTruncate = [](sqlite3_file* f, sqlite3_int64 size) {
            if (const int code = self(f)->owner->next(SQLITE_IOERR_TRUNCATE)) return code;
            return real(f)->pMethods->xTruncate(real(f), size);
        };
        m.xSync = [](sqlite3_file* f, int flags) {
            if (const int code = self(f)->owner->next(SQLITE_IOERR_FSYNC)) return code;
            return real(f)->pMethods->xSync(real(f), flags);
        };
        m.xFileSize = [](sqlite3_file* f, sqlite3_int64* size) {
            return real(f)->pMethods->xFileSize(real(f), size);
        };
        m.xLock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xLock(real(f), lock); };
        m.xUnlock = [](sqlite3_file* f, int lock) { return real(f)->pMethods->xUnlock(real(f), lock); };
        m.xCheckReservedLock = [](sqlite3_file* f, int* out) {
            return real(f)->pMethods->xCheckReservedLock(real(f), out);
        };
        m.xFileControl = [](sqlite3_file* f, int op, void* arg) {
            return real(f)->pMethods->xFileControl(real(f), op, arg);
        };
        m.xSectorSize = [](sqlite3_file* f) { return real(f)->pMethods->xSectorSize(real(f)); };
        m.xDeviceCharacteristics = [](sqlite3_file* f) {
            return real(f)->pMethods->xDeviceCharacteristics(real(f));
        };
        return m;
    }();
    return &kMethods;
}

}  // namespace sidewinder::tests
