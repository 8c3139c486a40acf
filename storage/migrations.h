#pragma once

#include <functional>
#include <span>
#include <string_view>

namespace SQLite {
class Database;
}

namespace sidewinder::storage {

/// One step of the schema. Steps are resources/schema/NNN_name.sql, numbered from 001 without gaps; the build
/// embeds them (storage/embed_schema.cmake). A step that was released is never changed: add the next number
/// instead.
struct Migration {
    int version;           ///< user_version after it ran
    std::string_view sql;  ///< runs in one transaction, together with setting user_version
};

/// All steps in order; the last one's version is the version of this program.
std::span<const Migration> embedded_migrations();

int newest_version(std::span<const Migration> migrations);

/// PRAGMA user_version.
int schema_version(SQLite::Database& connection);

/// Runs the steps that the database lacks, each in its own transaction, calling `before(version now)` ahead
/// of each. SQLite::Exception comes out as it is: the database is then as the last complete step left it.
void migrate(SQLite::Database& connection, std::span<const Migration> migrations,
             const std::function<void(int)>& before);

}  // namespace sidewinder::storage
