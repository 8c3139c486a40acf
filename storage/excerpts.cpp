#include "storage/excerpts.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "storage/message_rows.h"
#include "storage/project_rows.h"

namespace sidewinder::storage {

namespace {

void require_message(SQLite::Database& connection, RowId message) {
    SQLite::Statement select(connection, "SELECT 1 FROM messages WHERE id = ?");
    select.bind(1, message);
    require_project_row(select.executeStep() ? 1 : 0, "message", message);
}

void insert_excerpts(SQLite::Database& connection, RowId message, std::span<const KeptExcerpt> excerpts) {
    SQLite::Statement insert(connection,
                             "INSERT INTO message_excerpts (message_id, place, path, first_line, last_line,"
                             " tokens, why, is_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    std::int64_t place = 0;
    for (const KeptExcerpt& excerpt : excerpts) {
        insert.reset();
        insert.bind(1, message);
        insert.bind(2, place++);
        bind_bytes(insert, 3, excerpt.path);
        insert.bind(4, static_cast<std::int64_t>(excerpt.first_line));
        insert.bind(5, static_cast<std::int64_t>(excerpt.last_line));
        insert.bind(6, excerpt.tokens);
        bind_text(insert, 7, excerpt.why);
        insert.bind(8, excerpt.is_on ? 1 : 0);
        insert.exec();
    }
}

}  // namespace

void Excerpts::set(RowId message, std::span<const KeptExcerpt> excerpts, std::string_view prompt_text) {
    if (prompt_text.size() > Conversations::kMaxTextBytes)
        throw Error(Error::Kind::NoSpace,
                    "The excerpts for the question have " + std::to_string(prompt_text.size()) +
                        " bytes; the most that is kept is " + std::to_string(Conversations::kMaxTextBytes) +
                        ". Switch some off.");
    database_.write([&] {
        auto& connection = database_.connection();
        require_message(connection, message);
        run_with_id(connection, "DELETE FROM message_excerpts WHERE message_id = ?", message);
        run_with_id(connection, "DELETE FROM message_prompts WHERE message_id = ?", message);
        insert_excerpts(connection, message, excerpts);
        if (prompt_text.empty()) return;
        SQLite::Statement insert(connection, "INSERT INTO message_prompts (message_id, text) VALUES (?, ?)");
        insert.bind(1, message);
        bind_text(insert, 2, prompt_text);
        insert.exec();
    });
}

std::vector<KeptExcerpt> Excerpts::of(RowId message) const {
    std::vector<KeptExcerpt> found;
    database_.read([&] {
        found.clear();
        SQLite::Statement select(
            database_.connection(),
            "SELECT path, first_line, last_line, tokens, why, is_on FROM message_excerpts"
            " WHERE message_id = ? ORDER BY place");
        select.bind(1, message);
        while (select.executeStep())
            found.push_back(
                {bytes_of(select.getColumn(0)), static_cast<std::uint32_t>(select.getColumn(1).getInt64()),
                 static_cast<std::uint32_t>(select.getColumn(2).getInt64()), select.getColumn(3).getInt64(),
                 select.getColumn(4).getString(), select.getColumn(5).getInt() != 0});
    });
    return found;
}

std::string Excerpts::prompt_text(RowId message) const {
    std::string text;
    database_.read([&] {
        SQLite::Statement select(database_.connection(),
                                 "SELECT text FROM message_prompts WHERE message_id = ?");
        select.bind(1, message);
        text = select.executeStep() ? select.getColumn(0).getString() : std::string();
    });
    return text;
}

std::map<RowId, std::string> Excerpts::prompt_texts(RowId leaf) const {
    std::map<RowId, std::string> found;
    database_.read([&] {
        found.clear();
        require_message(database_.connection(), leaf);
        SQLite::Statement select(database_.connection(),
                                 "WITH RECURSIVE branch (id, parent_id) AS ("
                                 "SELECT id, parent_id FROM messages WHERE id = ?"
                                 " UNION ALL SELECT p.id, p.parent_id FROM branch b"
                                 " JOIN messages p ON p.id = b.parent_id AND p.id < b.id)"
                                 " SELECT t.message_id, t.text FROM branch b"
                                 " JOIN message_prompts t ON t.message_id = b.id");
        select.bind(1, leaf);
        while (select.executeStep()) found[select.getColumn(0).getInt64()] = select.getColumn(1).getString();
    });
    return found;
}

}  // namespace sidewinder::storage
