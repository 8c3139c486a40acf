#pragma once

#include <SQLiteCpp/Statement.h>

#include <string>
#include <string_view>
#include <vector>

#include "storage/projects.h"

namespace sidewinder::storage {

inline constexpr const char* kProjectColumns = "id, root, name, created, updated, current_reading";

Project read_project(SQLite::Statement& row);  ///< selected as kProjectColumns
std::vector<ReadFile> read_files(SQLite::Database& connection, RowId reading);
std::vector<LadderStep> read_ladder(SQLite::Database& connection, RowId reading);

std::string bytes_of(const SQLite::Column& blob);
std::vector<TokenId> tokens_of(const SQLite::Column& blob);
/// Copied, as a BLOB; an empty one too.
void bind_bytes(SQLite::Statement& statement, int index, std::string_view bytes);

std::vector<RowId> select_row_ids(SQLite::Database& connection, const char* sql, RowId parameter);
int run_with_id(SQLite::Database& connection, const char* sql, RowId id);  ///< the number of changed rows
/// Throws Error(NotFound) if nothing was found or changed.
void require_project_row(int changed, const char* what, RowId id);

}  // namespace sidewinder::storage
