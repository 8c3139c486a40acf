#pragma once

#include <span>
#include <string_view>

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

}  // namespace sidewinder::storage
