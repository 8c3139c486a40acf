#include "storage/conversations.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "storage/message_rows.h"
#include "storage/search_index.h"
#include "storage/text.h"

namespace sidewinder::storage {

namespace {

constexpr std::size_t kPreviewBytes = 200;
constexpr std::size_t kTitleBytes = 1000;

Error not_found(const char* what, RowId id) {
    return {Error::Kind::NotFound, std::string("There is no ") + what + " with number " + std::to_string(id) +
                                       " any more. It may have been deleted; pick another one."};
}

void check_size(std::string_view text, std::span<const TokenId> tokens) {
    const std::size_t bytes = std::max(text.size(), tokens.size_bytes());
    if (bytes <= Conversations::kMaxTextBytes) return;
    throw Error(Error::Kind::NoSpace, "This message is " + std::to_string(bytes >> 20) +
                                          " MiB long; the most that is kept is " +
                                          std::to_string(Conversations::kMaxTextBytes >> 20) +
                                          " MiB. Send it in parts, or attach it as a file.");
}

/// One statement with its parameters, run to its end; the number of rows it changed.
template <typename... Parameters>
int run(SQLite::Database& connection, const char* sql, const Parameters&... parameters) {
    SQLite::Statement statement(connection, sql);
    int index = 0;
    [[maybe_unused]] const auto bind_one = [&](const auto& value) {
        using Value = std::decay_t<decltype(value)>;
        ++index;
        if constexpr (std::is_same_v<Value, std::string_view>)
            bind_text(statement, index, value);
        else if constexpr (std::is_same_v<Value, std::span<const TokenId>>)
            bind_tokens(statement, index, value);
        else if constexpr (std::is_same_v<Value, std::optional<RowId>>)
            value ? statement.bind(index, *value) : statement.bind(index);
        else
            statement.bind(index, value);
    };
    (bind_one(parameters), ...);
    return statement.exec();
}

void require(int changed, const char* what, RowId id) {
    if (changed == 0) throw not_found(what, id);
}

RowId conversation_of(SQLite::Database& connection, RowId message) {
    SQLite::Statement select(connection, "SELECT conversation_id FROM messages WHERE id = ?");
    select.bind(1, message);
    if (!select.executeStep()) throw not_found("message", message);
    return select.getColumn(0).getInt64();
}

std::string preview_of(std::string_view text) {
    return one_line(text.substr(0, 8 * kPreviewBytes), kPreviewBytes);
}

/// False if there is no such conversation.
bool set_title(SQLite::Database& connection, RowId conversation, std::string_view title, bool automatic) {
    unindex_title(connection, conversation);
    const int changed =
        run(connection, "UPDATE conversations SET title = ?, title_is_automatic = ? WHERE id = ?", title,
            automatic ? 1 : 0, conversation);
    index_title(connection, conversation);
    return changed != 0;
}

/// The conversation moves to the top of the list and shows the start of `newest_text` there.
void mark_used(SQLite::Database& connection, RowId conversation, std::string_view newest_text) {
    const int changed = run(connection,
                            "UPDATE conversations SET updated = ?, preview = ?,"
                            " recency = (SELECT max(recency) + 1 FROM conversations) WHERE id = ?",
                            now_ms(), std::string_view(preview_of(newest_text)), conversation);
    require(changed, "conversation", conversation);
}

RowId insert_message(SQLite::Database& connection, RowId conversation, std::optional<RowId> parent, Role role,
                     Status status, std::string_view text, std::span<const TokenId> tokens,
                     std::string_view model) {
    check_size(text, tokens);
    if (parent && conversation_of(connection, *parent) != conversation)
        throw not_found("message of this conversation", *parent);
    mark_used(connection, conversation, text);
    run(connection,
        "INSERT INTO messages (conversation_id, parent_id, role, status, text, tokens, created, model)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        conversation, parent, name_of(role), name_of(status), text, tokens, now_ms(), model);
    const RowId id = connection.getLastInsertRowid();
    index_message(connection, id);
    run(connection, "UPDATE conversations SET current_leaf = ? WHERE id = ?", id, conversation);
    return id;
}

std::vector<RowId> select_ids(Database& database, const char* sql, RowId parameter) {
    std::vector<RowId> ids;
    database.read([&] {
        ids.clear();
        SQLite::Statement select(database.connection(), sql);
        select.bind(1, parameter);
        while (select.executeStep()) ids.push_back(select.getColumn(0).getInt64());
    });
    return ids;
}

void purge_rows(SQLite::Database& connection, RowId conversation) {
    unindex_messages_of(connection, conversation);
    unindex_title(connection, conversation);
    for (const char* sql : {"DELETE FROM message_excerpts WHERE message_id IN (SELECT id FROM messages WHERE "
                            "conversation_id = ?)",
                            "DELETE FROM message_prompts WHERE message_id IN (SELECT id FROM messages WHERE "
                            "conversation_id = ?)",
                            "DELETE FROM messages WHERE conversation_id = ?"})
        run(connection, sql, conversation);
    require(run(connection, "DELETE FROM conversations WHERE id = ?", conversation), "conversation",
            conversation);
}

}  // namespace

int Conversations::recover_interrupted() {
    std::vector<RowId> cut_off;
    database_.write([&] {
        auto& connection = database_.connection();
        cut_off.clear();
        SQLite::Statement select(connection, "SELECT id FROM messages WHERE status = 'streaming'");
        while (select.executeStep()) cut_off.push_back(select.getColumn(0).getInt64());
        for (const RowId id : cut_off) {
            run(connection, "UPDATE messages SET status = 'stopped' WHERE id = ?", id);
            index_message(connection, id);
            SQLite::Statement text(connection, "SELECT text FROM messages WHERE id = ? AND text <> ''");
            text.bind(1, id);
            if (text.executeStep())
                run(connection, "UPDATE conversations SET preview = ? WHERE current_leaf = ?",
                    std::string_view(preview_of(text.getColumn(0).getString())), id);
        }
    });
    return static_cast<int>(cut_off.size());
}

RowId Conversations::create(std::string_view title) {
    RowId id = 0;
    database_.write([&] {
        run(database_.connection(),
            "INSERT INTO conversations (title, title_is_automatic, created, updated, recency)"
            " VALUES (?, ?, ?, ?, (SELECT coalesce(max(recency), 0) + 1 FROM conversations))",
            std::string_view(one_line(title, kTitleBytes)), title.empty() ? 1 : 0, now_ms(), now_ms());
        id = database_.connection().getLastInsertRowid();
        index_title(database_.connection(), id);
    });
    return id;
}

void Conversations::rename(RowId conversation, std::string_view title) {
    std::string line = one_line(title, kTitleBytes);
    database_.write([&] {
        const bool automatic = line.empty();
        if (automatic) {
            SQLite::Statement first(database_.connection(),
                                    "SELECT text FROM messages WHERE conversation_id = ? AND role = 'user'"
                                    " ORDER BY id LIMIT 1");
            first.bind(1, conversation);
            if (first.executeStep()) line = automatic_title(first.getColumn(0).getString());
        }
        if (!set_title(database_.connection(), conversation, line, automatic))
            throw not_found("conversation", conversation);
    });
}

void Conversations::set_pinned(RowId conversation, bool pinned) {
    database_.write([&] {
        require(run(database_.connection(), "UPDATE conversations SET pinned = ? WHERE id = ?",
                    pinned ? 1 : 0, conversation),
                "conversation", conversation);
    });
}

void Conversations::remove(RowId conversation) {
    database_.write([&] {
        require(run(database_.connection(), "UPDATE conversations SET deleted_at = ? WHERE id = ?", now_ms(),
                    conversation),
                "conversation", conversation);
    });
}

void Conversations::undo_remove(RowId conversation) {
    database_.write([&] {
        require(run(database_.connection(), "UPDATE conversations SET deleted_at = NULL WHERE id = ?",
                    conversation),
                "conversation", conversation);
    });
}

void Conversations::purge(RowId conversation) {
    database_.write([&] { purge_rows(database_.connection(), conversation); });
}

int Conversations::purge_removed(TimeMs before) {
    const auto ids = select_ids(database_, "SELECT id FROM conversations WHERE deleted_at < ?", before);
    for (const RowId id : ids) purge(id);
    return static_cast<int>(ids.size());
}

std::vector<Conversation> Conversations::list(int limit, int offset) const {
    std::vector<Conversation> found;
    database_.read([&] {
        found.clear();
        SQLite::Statement select(database_.connection(),
                                 std::string("SELECT ") + kConversationColumns +
                                     " FROM conversations WHERE deleted_at IS NULL"
                                     " ORDER BY pinned DESC, recency DESC LIMIT ? OFFSET ?");
        select.bind(1, limit);
        select.bind(2, offset);
        while (select.executeStep()) found.push_back(read_conversation(select));
    });
    return found;
}

Conversation Conversations::get(RowId conversation) const {
    Conversation found;
    database_.read([&] {
        SQLite::Statement select(database_.connection(), std::string("SELECT ") + kConversationColumns +
                                                             " FROM conversations WHERE id = ?");
        select.bind(1, conversation);
        if (!select.executeStep()) throw not_found("conversation", conversation);
        found = read_conversation(select);
    });
    return found;
}

RowId Conversations::add_user_message(RowId conversation, std::optional<RowId> parent, std::string_view text,
                                      std::span<const TokenId> tokens) {
    RowId id = 0;
    database_.write([&] {
        auto& connection = database_.connection();
        id = insert_message(connection, conversation, parent, Role::User, Status::Done, text, tokens, {});
        SQLite::Statement untitled(
            connection, "SELECT 1 FROM conversations WHERE id = ? AND title = '' AND title_is_automatic = 1");
        untitled.bind(1, conversation);
        if (untitled.executeStep()) set_title(connection, conversation, automatic_title(text), true);
    });
    return id;
}

RowId Conversations::add_message(RowId conversation, std::optional<RowId> parent, Role role,
                                 std::string_view text, std::span<const TokenId> tokens) {
    if (role == Role::User) return add_user_message(conversation, parent, text, tokens);
    RowId id = 0;
    database_.write([&] {
        id = insert_message(database_.connection(), conversation, parent, role, Status::Done, text, tokens,
                            {});
    });
    return id;
}

RowId Conversations::begin_answer(RowId conversation, RowId parent, std::string_view model,
                                  std::string_view tokenizer) {
    RowId id = 0;
    database_.write([&] {
        auto& connection = database_.connection();
        SQLite::Statement preview(connection, "SELECT preview FROM conversations WHERE id = ?");
        preview.bind(1, conversation);
        const std::string kept = preview.executeStep() ? preview.getColumn(0).getString() : std::string();
        preview.reset();
        id = insert_message(connection, conversation, parent, Role::Assistant, Status::Streaming, {}, {},
                            model);
        run(connection, "UPDATE messages SET tokenizer = ? WHERE id = ?", tokenizer, id);
        run(connection, "UPDATE conversations SET preview = ? WHERE id = ?", std::string_view(kept),
            conversation);
    });
    return id;
}

void Conversations::update_streaming(RowId message, std::string_view text, std::span<const TokenId> tokens) {
    check_size(text, tokens);
    database_.write([&] {
        const int changed =
            run(database_.connection(),
                "UPDATE messages SET text = ?, tokens = ? WHERE id = ? AND status = 'streaming'", text,
                tokens, message);
        require(changed, "answer being written", message);
    });
}

void Conversations::finish(RowId message, Status status, std::string_view text,
                           std::span<const TokenId> tokens, const Stats& stats) {
    check_size(text, tokens);
    database_.write([&] {
        auto& connection = database_.connection();
        unindex_message(connection, message);
        const int changed = run(
            connection,
            "UPDATE messages SET status = ?, text = ?, tokens = ?, tokens_generated = ?, tokens_read = ?,"
            " tokens_reused = ?, seconds = ?, first_token_seconds = ? WHERE id = ? AND role = 'assistant'",
            name_of(status), text, tokens, stats.generated, stats.read, stats.reused, stats.seconds,
            stats.first_token_seconds, message);
        require(changed, "answer", message);
        index_message(connection, message);
        if (!text.empty()) mark_used(connection, conversation_of(connection, message), text);
    });
}

void Conversations::set_tokens(RowId message, std::span<const TokenId> tokens, std::string_view tokenizer) {
    check_size({}, tokens);
    database_.write([&] {
        require(run(database_.connection(), "UPDATE messages SET tokens = ?, tokenizer = ? WHERE id = ?",
                    tokens, tokenizer, message),
                "message", message);
    });
}

Message Conversations::message(RowId message) const {
    Message found;
    database_.read([&] {
        SQLite::Statement select(database_.connection(), std::string("SELECT ") + kMessageColumns +
                                                             " FROM messages m WHERE m.id = ?");
        select.bind(1, message);
        if (!select.executeStep()) throw not_found("message", message);
        found = read_message(select);
    });
    return found;
}

std::vector<Message> Conversations::path(RowId leaf) const {
    std::vector<Message> found;
    database_.read([&] {
        found.clear();
        SQLite::Statement select(
            database_.connection(),
            std::string("WITH RECURSIVE branch (id, parent_id, depth) AS ("
                        "SELECT id, parent_id, 0 FROM messages WHERE id = ?"
                        " UNION ALL SELECT p.id, p.parent_id, depth + 1 FROM branch b"
                        " JOIN messages p ON p.id = b.parent_id AND p.id < b.id) SELECT ") +
                kMessageColumns + " FROM branch b JOIN messages m ON m.id = b.id ORDER BY b.depth DESC");
        select.bind(1, leaf);
        while (select.executeStep()) found.push_back(read_message(select));
        if (found.empty()) throw not_found("message", leaf);
    });
    return found;
}

std::vector<RowId> Conversations::siblings(RowId message) const {
    auto ids =
        select_ids(database_,
                   "SELECT s.id FROM messages m JOIN messages s ON s.conversation_id = m.conversation_id"
                   " AND s.parent_id IS m.parent_id WHERE m.id = ? ORDER BY s.id",
                   message);
    if (ids.empty()) throw not_found("message", message);
    return ids;
}

std::vector<RowId> Conversations::children(RowId message) const {
    return select_ids(database_, "SELECT id FROM messages WHERE parent_id = ? ORDER BY id", message);
}

std::vector<RowId> Conversations::roots(RowId conversation) const {
    return select_ids(database_,
                      "SELECT id FROM messages WHERE conversation_id = ? AND parent_id IS NULL ORDER BY id",
                      conversation);
}

RowId Conversations::newest_leaf(RowId message) const {
    const auto ids =
        select_ids(database_,
                   "WITH RECURSIVE branch (id) AS (SELECT id FROM messages WHERE id = ?"
                   " UNION ALL SELECT (SELECT max(c.id) FROM messages c WHERE c.parent_id = b.id)"
                   " FROM branch b WHERE b.id IS NOT NULL)"
                   " SELECT max(id) FROM branch HAVING max(id) IS NOT NULL",
                   message);
    if (ids.empty()) throw not_found("message", message);
    return ids.front();
}

void Conversations::set_current_leaf(RowId conversation, RowId message) {
    database_.write([&] {
        if (conversation_of(database_.connection(), message) != conversation)
            throw not_found("message of this conversation", message);
        run(database_.connection(), "UPDATE conversations SET current_leaf = ? WHERE id = ?", message,
            conversation);
    });
}

}  // namespace sidewinder::storage
