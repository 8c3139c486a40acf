#include "storage/sql_error.h"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include "storage/atomic_file.h"

namespace sidewinder::storage {

bool is_search_index_damage(const SQLite::Exception& exception) {
    return exception.getExtendedErrorCode() == SQLITE_CORRUPT_VTAB;
}

Error to_error(const SQLite::Exception& exception, sqlite3* connection, const std::filesystem::path& file) {
    const std::string where = file.empty() ? "the database in memory" : file.string();
    const int code = exception.getErrorCode() & 0xff;
    const std::string detail = std::string(exception.what()) + " (SQLite error " +
                               std::to_string(exception.getExtendedErrorCode()) + ")";
    switch (code) {
        case SQLITE_CORRUPT:
        case SQLITE_NOTADB:
            return {Error::Kind::Damaged,
                    where + " is damaged: " + detail +
                        ". Restart Sidewinder: it sets the file aside and uses the newest backup."};
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return {Error::Kind::Busy,
                    where + " is in use by another program. Close the other Sidewinder and try again."};
        case SQLITE_FULL:
            return {Error::Kind::NoSpace,
                    "Could not save to " + where +
                        ": the disk is full. Free some space; nothing saved before is lost."};
        case SQLITE_READONLY:
        case SQLITE_PERM:
        case SQLITE_AUTH:
            return {Error::Kind::Denied,
                    "Could not save to " + where +
                        ": it is read-only. Check that you may write to the file and its folder."};
        default:
            break;
    }
    const int system_code = connection != nullptr ? sqlite3_system_errno(connection) : 0;
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && system_code != 0)
        return system_error(system_code, "use the database", file);
    return {Error::Kind::Io, "Could not use " + where + ": " + detail + ". Check the disk and try again."};
}

}  // namespace sidewinder::storage
