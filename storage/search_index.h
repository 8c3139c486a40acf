#pragma once

#include "storage/conversations.h"

namespace SQLite {
class Database;
}

namespace sidewinder::storage {

/// The full-text indexes hold no text of their own, so a row leaves the index *before* its text, title or
/// status changes (the old words are needed for that) and enters it after. Inside a transaction;
/// SQLite::Exception.
void index_message(SQLite::Database& connection, RowId message);
void unindex_message(SQLite::Database& connection, RowId message);
void unindex_messages_of(SQLite::Database& connection, RowId conversation);
void index_title(SQLite::Database& connection, RowId conversation);
void unindex_title(SQLite::Database& connection, RowId conversation);

/// True if both indexes hold exactly what the rows say (reads every message: for idle time).
bool search_indexes_agree(SQLite::Database& connection);

/// Makes both indexes anew from the rows.
void rebuild_search_indexes(SQLite::Database& connection);

}  // namespace sidewinder::storage
