#pragma once

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include <string>
#include <vector>

#include "storage/project/search_index.h"

namespace sidewinder::project {

/// What the parts of SearchIndex share; all throw SQLite::Exception.
std::vector<ProjectFile> indexed_files(SQLite::Database& connection);
ContentHash hash_of_blob(std::string_view blob);
std::string blob_of(SQLite::Statement& row, int column);
void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes);
bool is_damage(const SQLite::Exception& exception);

}  // namespace sidewinder::project
