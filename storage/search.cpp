// Conversations::search: the full-text index for words of three characters or more, a scan for shorter ones.
#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include "storage/conversations.h"
#include "storage/message_rows.h"
#include "storage/search_index.h"
#include "storage/text.h"

namespace sidewinder::storage {

namespace {

constexpr std::size_t kIndexedCharacters = 3;  // the index holds substrings of this length

/// What was typed, split by how it can be found. FTS5 sees words only as quoted strings, so no operator is
/// one.
struct Query {
    std::vector<std::string> words;
    std::string match;                  ///< FTS5 expression: every long word; empty if there is none
    std::vector<std::string> patterns;  ///< LIKE patterns of the short words, escaped by a backslash
};

std::string quoted(const std::string& word) {
    std::string result = "\"";
    for (const char c : word) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + '"';
}

std::string like_pattern(const std::string& word) {
    std::string result = "%";
    for (const char c : word) {
        if (c == '%' || c == '_' || c == '\\') result += '\\';
        result += c;
    }
    return result + '%';
}

Query parse(std::string_view typed) {
    Query query;
    query.words = search_words(typed);
    for (const auto& word : query.words) {
        if (count_characters(word) < kIndexedCharacters)
            query.patterns.push_back(like_pattern(word));
        else
            query.match += (query.match.empty() ? "" : " AND ") + quoted(word);
    }
    return query;
}

void bind(SQLite::Statement& statement, const Query& query, int limit) {
    int index = 0;
    if (!query.match.empty()) bind_text(statement, ++index, query.match);
    for (const auto& pattern : query.patterns) bind_text(statement, ++index, pattern);
    statement.bind(++index, limit);
}

void search_titles(SQLite::Database& connection, const Query& query, int limit,
                   std::vector<SearchHit>& hits) {
    std::string where;
    if (!query.match.empty())
        where += " AND c.id IN (SELECT rowid FROM titles_search WHERE titles_search MATCH ?)";
    for (std::size_t i = 0; i < query.patterns.size(); ++i) where += " AND c.title LIKE ? ESCAPE '\\'";
    SQLite::Statement select(
        connection, "SELECT c.id, c.title, c.created FROM conversations c WHERE c.deleted_at IS NULL" +
                        where + " ORDER BY c.recency DESC LIMIT ?");
    bind(select, query, limit);
    while (select.executeStep()) {
        const std::string title = select.getColumn(1).getString();
        hits.push_back({select.getColumn(0).getInt64(), std::nullopt, title, select.getColumn(2).getInt64(),
                        make_snippet(title, query.words)});
    }
}

void search_messages(SQLite::Database& connection, const Query& query, int limit,
                     std::vector<SearchHit>& hits) {
    // CROSS JOIN fixes the order: the index gives matches newest first, so that a common word costs no more
    // than a rare one.
    const std::string from = query.match.empty()
                                 ? "messages m"
                                 : "messages_search CROSS JOIN messages m ON m.id = messages_search.rowid";
    const std::string order = query.match.empty() ? "m.id" : "messages_search.rowid";
    std::string where = query.match.empty() ? "" : " AND messages_search MATCH ?";
    for (std::size_t i = 0; i < query.patterns.size(); ++i) where += " AND m.text LIKE ? ESCAPE '\\'";
    SQLite::Statement select(connection, "SELECT m.conversation_id, m.id, c.title, m.created, m.text FROM " +
                                             from +
                                             " CROSS JOIN conversations c ON c.id = m.conversation_id"
                                             " WHERE c.deleted_at IS NULL AND m.status <> 'streaming'" +
                                             where + " ORDER BY " + order + " DESC LIMIT ?");
    bind(select, query, limit);
    while (select.executeStep())
        hits.push_back({select.getColumn(0).getInt64(), select.getColumn(1).getInt64(),
                        select.getColumn(2).getString(), select.getColumn(3).getInt64(),
                        make_snippet(select.getColumn(4).getString(), query.words)});
}

}  // namespace

std::vector<SearchHit> Conversations::search(std::string_view typed, int limit) const {
    const Query query = parse(typed);
    std::vector<SearchHit> hits;
    if (query.words.empty() || limit <= 0) return hits;
    database_.read([&] {
        hits.clear();
        search_titles(database_.connection(), query, limit, hits);
        search_messages(database_.connection(), query, limit - static_cast<int>(hits.size()), hits);
    });
    return hits;
}

bool Conversations::check_search() {
    bool agree = true;
    database_.read([&] { agree = search_indexes_agree(database_.connection()); });
    if (!agree) database_.write([&] { rebuild_search_indexes(database_.connection()); });
    return agree;
}

}  // namespace sidewinder::storage
