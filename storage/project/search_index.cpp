#include "storage/project/search_index.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Exception.h>
#include <SQLiteCpp/Statement.h>
#include <sqlite3.h>

#include <algorithm>

#include "storage/project/search_sql.h"
#include "storage/sql_error.h"

namespace sidewinder::project {

namespace {

SymbolFinder patterns() {
    return [](const std::string&, std::string_view text, const std::string& language) {
        return find_symbols(text, language);
    };
}

/// Words in quotes, so that none of them is an operator; they hold none themselves.
std::string match_expression(const std::vector<std::string>& words) {
    std::string expression;
    for (const std::string& word : words) {
        std::string clean = word;
        std::erase_if(clean, [](char c) { return c == '"' || c == '\0'; });
        if (!clean.empty()) expression += (expression.empty() ? "\"" : " OR \"") + clean + "\"";
    }
    return expression;
}

Symbol read_symbol(SQLite::Statement& row, int column) {
    return {row.getColumn(column).getString(), row.getColumn(column + 1).getString(),
            row.getColumn(column + 2).getString(),
            static_cast<std::uint32_t>(row.getColumn(column + 3).getInt64()),
            static_cast<std::uint32_t>(row.getColumn(column + 4).getInt64())};
}

constexpr const char* kHits =
    "SELECT f.path, c.first_line, c.last_line, code_rank(words) AS ranked FROM words"
    " CROSS JOIN chunks c ON c.id = words.rowid CROSS JOIN files f ON f.id = c.file_id"
    " WHERE words MATCH ?1 ORDER BY ranked DESC, c.id LIMIT ?2";
constexpr const char* kHitsInFile =
    "SELECT f.path, c.first_line, c.last_line, code_rank(words) AS ranked FROM words"
    " CROSS JOIN chunks c ON c.id = words.rowid CROSS JOIN files f ON f.id = c.file_id"
    " WHERE words MATCH ?1 AND f.path = ?3 ORDER BY ranked DESC, c.id LIMIT ?2";
constexpr const char* kNamed =
    "SELECT f.path, s.name, s.kind, s.container, s.first_line, s.last_line FROM symbols s"
    " JOIN files f ON f.id = s.file_id WHERE s.name = ?1 COLLATE NOCASE"
    " ORDER BY s.name = ?1 COLLATE BINARY DESC, f.path, s.first_line LIMIT ?2";

}  // namespace

std::vector<ProjectFile> project_files(const std::vector<ScannedEntry>& entries) {
    std::vector<ProjectFile> files;
    for (const ScannedEntry& entry : entries)
        if (entry.included) files.push_back({entry.path, entry.hash, entry.language});
    return files;
}

SearchIndex::SearchIndex(const std::filesystem::path& file, SymbolFinder finder,
                         const std::string& finder_name)
    : file_(file, finder_name), finder_(finder ? std::move(finder) : patterns()) {}

/// Runs `work`; damage empties the index and gives an empty result.
template <typename Work>
auto SearchIndex::guarded(Work work) const {
    try {
        return work(file_.connection());
    } catch (const SQLite::Exception& exception) {
        if (!is_damage(exception))
            throw storage::to_error(exception, file_.connection().getHandle(), file_.file());
    }
    file_.start_anew();
    return decltype(work(file_.connection())){};
}

std::vector<ProjectFile> SearchIndex::files() const {
    return guarded([](SQLite::Database& connection) { return indexed_files(connection); });
}

std::optional<ContentHash> SearchIndex::hash_of(const std::string& path) const {
    return guarded([&](SQLite::Database& connection) {
        std::optional<ContentHash> hash;
        SQLite::Statement select(connection, "SELECT hash FROM files WHERE path = ?");
        bind_blob(select, 1, path);
        if (select.executeStep()) hash = hash_of_blob(blob_of(select, 0));
        return hash;
    });
}

std::vector<SearchHit> SearchIndex::search(const std::vector<std::string>& words, std::size_t limit,
                                           const std::string& path) const {
    const std::string expression = match_expression(words);
    if (expression.empty() || limit == 0) return {};
    return guarded([&](SQLite::Database& connection) {
        std::vector<SearchHit> hits;
        SQLite::Statement select(connection, path.empty() ? kHits : kHitsInFile);
        select.bind(1, expression);
        select.bind(2, static_cast<std::int64_t>(limit));
        if (!path.empty()) bind_blob(select, 3, path);
        while (select.executeStep()) {
            const SQLite::Column ranked = select.getColumn(3);
            hits.push_back({blob_of(select, 0), static_cast<std::uint32_t>(select.getColumn(1).getInt64()),
                            static_cast<std::uint32_t>(select.getColumn(2).getInt64()),
                            rank_of(ranked.getBlob(), static_cast<std::size_t>(ranked.getBytes()))});
        }
        return hits;
    });
}

std::vector<FoundSymbol> SearchIndex::symbols_named(std::string_view name, std::size_t limit) const {
    return guarded([&](SQLite::Database& connection) {
        std::vector<FoundSymbol> found;
        SQLite::Statement select(connection, kNamed);
        select.bind(1, std::string(name));
        select.bind(2, static_cast<std::int64_t>(limit));
        while (select.executeStep()) {
            FoundSymbol next{blob_of(select, 0), read_symbol(select, 1)};
            if (!found.empty() && found[0].symbol.name == name && next.symbol.name != name) break;
            found.push_back(std::move(next));
        }
        return found;
    });
}

std::vector<Symbol> SearchIndex::symbols_of(const std::string& path) const {
    return guarded([&](SQLite::Database& connection) {
        std::vector<Symbol> found;
        SQLite::Statement select(connection,
                                 "SELECT s.name, s.kind, s.container, s.first_line, s.last_line FROM files f"
                                 " JOIN symbols s ON s.file_id = f.id WHERE f.path = ? ORDER BY s.id");
        bind_blob(select, 1, path);
        while (select.executeStep()) found.push_back(read_symbol(select, 0));
        return found;
    });
}

void SearchIndex::each_symbol(const std::function<void(const std::string&, const Symbol&)>& use) const {
    guarded([&](SQLite::Database& connection) {
        SQLite::Statement select(connection,
                                 "SELECT f.path, s.name, s.kind, s.container, s.first_line, s.last_line"
                                 " FROM symbols s JOIN files f ON f.id = s.file_id ORDER BY s.id");
        while (select.executeStep()) use(blob_of(select, 0), read_symbol(select, 1));
        return 0;
    });
}

std::uint64_t SearchIndex::bytes() const {
    return guarded([](SQLite::Database& connection) {
        return static_cast<std::uint64_t>(connection.execAndGet("PRAGMA page_count").getInt64() *
                                          connection.execAndGet("PRAGMA page_size").getInt64());
    });
}

bool SearchIndex::is_empty() const {
    return guarded([](SQLite::Database& connection) {
        return connection.execAndGet("SELECT NOT EXISTS (SELECT 1 FROM files)").getInt() != 0;
    });
}

std::size_t SearchIndex::chunk_count() const {
    return guarded([](SQLite::Database& connection) {
        return static_cast<std::size_t>(connection.execAndGet("SELECT count(*) FROM chunks").getInt64());
    });
}

}  // namespace sidewinder::project
