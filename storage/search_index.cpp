#include "storage/search_index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>

#include "storage/sql_error.h"

namespace sidewinder::storage {

namespace {

void run_for(SQLite::Database& connection, const char* sql, RowId id) {
    SQLite::Statement statement(connection, sql);
    statement.bind(1, id);
    statement.exec();
}

}  // namespace

void index_message(SQLite::Database& connection, RowId message) {
    run_for(connection,
            "INSERT INTO messages_search (rowid, text) SELECT id, text FROM complete_messages WHERE id = ?",
            message);
}

void unindex_message(SQLite::Database& connection, RowId message) {
    run_for(connection,
            "INSERT INTO messages_search (messages_search, rowid, text)"
            " SELECT 'delete', id, text FROM complete_messages WHERE id = ?",
            message);
}

void unindex_messages_of(SQLite::Database& connection, RowId conversation) {
    run_for(connection,
            "INSERT INTO messages_search (messages_search, rowid, text)"
            " SELECT 'delete', id, text FROM complete_messages WHERE conversation_id = ?",
            conversation);
}

void index_title(SQLite::Database& connection, RowId conversation) {
    run_for(connection,
            "INSERT INTO titles_search (rowid, title) SELECT id, title FROM conversations WHERE id = ?",
            conversation);
}

void unindex_title(SQLite::Database& connection, RowId conversation) {
    run_for(connection,
            "INSERT INTO titles_search (titles_search, rowid, title)"
            " SELECT 'delete', id, title FROM conversations WHERE id = ?",
            conversation);
}

bool search_indexes_agree(SQLite::Database& connection) {
    try {
        // Rank 1: compare with the rows, not only with itself (https://www.sqlite.org/fts5.html 6.6).
        connection.exec("INSERT INTO messages_search (messages_search, rank) VALUES ('integrity-check', 1)");
        connection.exec("INSERT INTO titles_search (titles_search, rank) VALUES ('integrity-check', 1)");
    } catch (const SQLite::Exception& exception) {
        if (is_search_index_damage(exception)) return false;
        throw;
    }
    return true;
}

void rebuild_search_indexes(SQLite::Database& connection) {
    connection.exec("INSERT INTO messages_search (messages_search) VALUES ('rebuild')");
    connection.exec("INSERT INTO titles_search (titles_search) VALUES ('rebuild')");
}

}  // namespace sidewinder::storage
