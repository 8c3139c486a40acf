#pragma once

#include <filesystem>
#include <string>

#include "storage/error.h"

struct sqlite3;
namespace SQLite {
class Exception;
}

namespace sidewinder::storage {

/// SQLite's failure as a sentence for the person. `connection` may be null (then the system's errno is
/// unknown). SQLITE_CORRUPT and SQLITE_NOTADB are Damaged, SQLITE_BUSY Busy, SQLITE_FULL NoSpace,
/// SQLITE_READONLY Denied; I/O errors go by errno; everything else is Io.
Error to_error(const SQLite::Exception& exception, sqlite3* connection, const std::filesystem::path& file);

/// The full-text index alone is at fault (SQLITE_CORRUPT_VTAB, 267): it can be rebuilt from the messages.
bool is_search_index_damage(const SQLite::Exception& exception);

}  // namespace sidewinder::storage
