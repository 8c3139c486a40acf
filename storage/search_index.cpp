#include "storage/search_index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <string>

#include "storage/sql_error.h"

namespace sidewinder::storage {

namespace {

void run_for(SQLite::Database& connection, const char* sql, RowId id) {
    SQLite::Statement statement(connection, sql);
    statement.bind(1, id);
    statement.exec();
}

/// Lets SQL write to an index's own tables as long as it lives.
class IndexTablesWritable {
  public:
    explicit IndexTablesWritable(sqlite3* connection) : connection_(connection) {
        sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 0, nullptr);
    }
    IndexTablesWritable(const IndexTablesWritable&) = delete;
    IndexTablesWritable& operator=(const IndexTablesWritable&) = delete;
    ~IndexTablesWritable() { sqlite3_db_config(connection_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr); }

  private:
    sqlite3* connection_;
};

/// What a new FTS5 table holds. An index so damaged that SQLite cannot even open it can be neither rebuilt
/// nor dropped.
void empty_index(SQLite::Database& connection, const std::string& index) {
    const IndexTablesWritable writable(connection.getHandle());
    for (const char* part : {"_data", "_idx", "_docsize"}) connection.exec("DELETE FROM " + index + part);
    connection.exec("INSERT INTO " + index + "_data VALUES (1, x''), (10, x'00000000000000')");
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
    for (const std::string index : {"messages_search", "titles_search"}) {
        const std::string rebuild = "INSERT INTO " + index + " (" + index + ") VALUES ('rebuild')";
        try {
            connection.exec(rebuild);
        } catch (const SQLite::Exception& exception) {
            if (!is_search_index_damage(exception)) throw;
            empty_index(connection, index);
            connection.exec(rebuild);
        }
    }
}

}  // namespace sidewinder::storage
