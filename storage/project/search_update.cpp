// SearchIndex::update and what it writes.
#include <SQLiteCpp/Transaction.h>
#include <sqlite3.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <memory>

#include "storage/project/ordered_pool.h"
#include "storage/project/search_chunks.h"
#include "storage/project/search_index.h"
#include "storage/project/search_sql.h"
#include "storage/project/search_words.h"
#include "storage/sql_error.h"

namespace sidewinder::project {

namespace {

constexpr std::uint64_t kCommitBytes = 32u << 20;  // of text, so that a stop or a crash loses little
constexpr std::int64_t kFewDead = 1'000;

}  // namespace

ContentHash hash_of_blob(std::string_view blob) {
    ContentHash hash{};
    std::memcpy(hash.data(), blob.data(), std::min(blob.size(), hash.size()));
    return hash;
}

std::string blob_of(SQLite::Statement& row, int column) {
    const SQLite::Column blob = row.getColumn(column);
    const auto size = static_cast<std::size_t>(blob.getBytes());
    return size == 0 ? std::string() : std::string(static_cast<const char*>(blob.getBlob()), size);
}

void bind_blob(SQLite::Statement& statement, int index, std::string_view bytes) {
    statement.bind(index, bytes.empty() ? "" : static_cast<const void*>(bytes.data()),
                   static_cast<int>(bytes.size()));
}

bool is_damage(const SQLite::Exception& exception) {
    // A damaged FTS5 index also shows as a failed statement or constraint of FTS5's own.
    const int code = exception.getErrorCode() & 0xff;
    return code == SQLITE_CORRUPT || code == SQLITE_NOTADB || code == SQLITE_ERROR ||
           code == SQLITE_CONSTRAINT || code == SQLITE_MISMATCH || code == SQLITE_SCHEMA;
}

std::vector<ProjectFile> indexed_files(SQLite::Database& connection) {
    std::vector<ProjectFile> files;
    SQLite::Statement select(connection, "SELECT path, hash, language FROM files ORDER BY path");
    while (select.executeStep()) {
        ProjectFile& file = files.emplace_back();
        file.path = blob_of(select, 0);
        file.hash = hash_of_blob(blob_of(select, 1));
        file.language = select.getColumn(2).getString();
    }
    return files;
}

/// A file ready to be written.
struct SearchIndex::Prepared {
    struct Words {
        std::uint32_t first_line, last_line;
        std::string names, body;
    };
    std::vector<Symbol> symbols;
    std::vector<Words> chunks;
    std::string path_words;
    std::uint64_t bytes = 0;
    std::string failure;  ///< sentence, instead of the rest
};

SearchIndex::Prepared SearchIndex::prepare(const ProjectFile& file, std::string_view text) const {
    Prepared prepared;
    prepared.bytes = text.size();
    prepared.symbols = finder_(file.path, text, file.language);
    append_words(prepared.path_words, file.path);
    const TextLines lines(text);
    std::erase_if(prepared.symbols, [&](Symbol& symbol) {
        symbol.last_line = std::min(symbol.last_line, lines.count());
        return symbol.name.empty() || symbol.first_line < 1 || symbol.last_line < symbol.first_line;
    });
    for (const Chunk& chunk : chunks_of(lines, prepared.symbols)) {
        auto& words =
            prepared.chunks.emplace_back(Prepared::Words{chunk.first_line, chunk.last_line, {}, {}});
        append_words(words.names, chunk.names);
        append_words(words.body, lines.range(chunk.first_line, chunk.last_line));
    }
    return prepared;
}

/// One transaction after the other; the last one is rolled back unless commit() came.
class SearchIndex::Writer {
  public:
    explicit Writer(SQLite::Database& connection)
        : connection_(connection),
          transaction_(begin()),
          insert_file_(connection, "INSERT INTO files (path, hash, language) VALUES (?, ?, ?)"),
          insert_chunk_(connection,
                        "INSERT INTO chunks (id, file_id, first_line, last_line) VALUES (?, ?, ?, ?)"),
          insert_words_(connection, "INSERT INTO words (rowid, path, names, body) VALUES (?, ?, ?, ?)"),
          insert_symbol_(connection,
                         "INSERT INTO symbols (file_id, name, kind, container, first_line, last_line)"
                         " VALUES (?, ?, ?, ?, ?, ?)"),
          // Above every row of words, dead ones included: an id is never used twice.
          next_id_(
              connection.execAndGet("SELECT (SELECT count(*) FROM chunks) + dead FROM about").getInt64() +
              1) {}

    void remove(const std::string& path) {
        SQLite::Statement find(connection_, "SELECT id FROM files WHERE path = ?");
        bind_blob(find, 1, path);
        if (!find.executeStep()) return;
        const std::int64_t id = find.getColumn(0).getInt64();
        find.reset();
        const auto run = [&](const char* sql) {
            SQLite::Statement statement(connection_, sql);
            statement.bind(1, id);
            return statement.exec();
        };
        run("UPDATE about SET dead = dead + (SELECT count(*) FROM chunks WHERE file_id = ?)");
        for (const char* sql : {"DELETE FROM chunks WHERE file_id = ?",
                                "DELETE FROM symbols WHERE file_id = ?", "DELETE FROM files WHERE id = ?"})
            run(sql);
    }

    void add(const ProjectFile& file, const Prepared& prepared) {
        remove(file.path);
        insert_file_.reset();
        bind_blob(insert_file_, 1, file.path);
        insert_file_.bind(2, file.hash.data(), static_cast<int>(file.hash.size()));
        insert_file_.bind(3, file.language);
        insert_file_.exec();
        const std::int64_t id = connection_.getLastInsertRowid();
        for (const auto& chunk : prepared.chunks)
            if (!chunk.body.empty() || !chunk.names.empty()) add_chunk(id, prepared.path_words, chunk);
        for (const Symbol& symbol : prepared.symbols) add_symbol(id, symbol);
        bytes_ += prepared.bytes;
        if (bytes_ < kCommitBytes) return;
        commit();
        transaction_ = begin();
    }

    void commit() {
        transaction_->commit();
        bytes_ = 0;
    }

  private:
    std::unique_ptr<SQLite::Transaction> begin() {
        return std::make_unique<SQLite::Transaction>(connection_, SQLite::TransactionBehavior::IMMEDIATE);
    }

    void add_chunk(std::int64_t file, const std::string& path_words, const Prepared::Words& chunk) {
        insert_chunk_.reset();
        insert_chunk_.bind(1, next_id_);
        insert_chunk_.bind(2, file);
        insert_chunk_.bind(3, static_cast<std::int64_t>(chunk.first_line));
        insert_chunk_.bind(4, static_cast<std::int64_t>(chunk.last_line));
        insert_chunk_.exec();
        insert_words_.reset();
        insert_words_.bind(1, next_id_);
        insert_words_.bindNoCopy(2, path_words);
        insert_words_.bindNoCopy(3, chunk.names);
        insert_words_.bindNoCopy(4, chunk.body);
        insert_words_.exec();
        ++next_id_;
    }

    void add_symbol(std::int64_t file, const Symbol& symbol) {
        insert_symbol_.reset();
        insert_symbol_.bind(1, file);
        insert_symbol_.bindNoCopy(2, symbol.name);
        insert_symbol_.bindNoCopy(3, symbol.kind);
        insert_symbol_.bindNoCopy(4, symbol.container);
        insert_symbol_.bind(5, static_cast<std::int64_t>(symbol.first_line));
        insert_symbol_.bind(6, static_cast<std::int64_t>(symbol.last_line));
        insert_symbol_.exec();
    }

    SQLite::Database& connection_;
    std::unique_ptr<SQLite::Transaction> transaction_;
    SQLite::Statement insert_file_, insert_chunk_, insert_words_, insert_symbol_;
    std::int64_t next_id_;
    std::uint64_t bytes_ = 0;
};

IndexUpdate SearchIndex::update(const ProjectRoot& root, const std::vector<ProjectFile>& files,
                                std::stop_token stop,
                                const std::function<void(const IndexProgress&)>& on_progress,
                                unsigned threads) {
    for (int attempt = 0;; ++attempt) {
        try {
            return try_update(root, files, stop, on_progress, threads);
        } catch (const SQLite::Exception& exception) {
            if (!is_damage(exception) || attempt > 0)
                throw storage::to_error(exception, file_.connection().getHandle(), file_.file());
        }
        file_.start_anew();
    }
}

IndexUpdate SearchIndex::try_update(const ProjectRoot& root, const std::vector<ProjectFile>& files,
                                    std::stop_token stop,
                                    const std::function<void(const IndexProgress&)>& on_progress,
                                    unsigned threads) {
    IndexUpdate result;
    const std::int64_t dead = file_.connection().execAndGet("SELECT dead FROM about").getInt64();
    if (dead > kFewDead && dead > static_cast<std::int64_t>(chunk_count())) file_.start_anew();
    std::map<std::string, ProjectFile> known;
    for (ProjectFile& file : indexed_files(file_.connection())) known.emplace(file.path, std::move(file));
    std::vector<const ProjectFile*> todo;
    for (const ProjectFile& file : files) {
        const auto found = known.find(file.path);
        if (found != known.end() && found->second.hash == file.hash &&
            found->second.language == file.language)
            ++result.kept;
        else
            todo.push_back(&file);
        if (found != known.end()) known.erase(found);
    }
    if (todo.empty() && known.empty()) return result;

    Writer writer(file_.connection());
    for (const auto& [path, file] : known) writer.remove(path);
    result.removed = known.size();
    std::vector<std::unique_ptr<Prepared>> prepared(todo.size());
    ProgressPace pace;
    const auto work = [&](std::size_t i) {
        prepared[i] = std::make_unique<Prepared>();
        try {
            *prepared[i] = prepare(*todo[i], read_text(root, todo[i]->path, todo[i]->hash).text);
        } catch (const Error& error) {
            prepared[i]->failure = error.what();
        }
        return std::string();
    };
    const auto deliver = [&](std::size_t i, const std::string&) {
        const std::unique_ptr<Prepared> ready = std::move(prepared[i]);
        if (ready->failure.empty()) {
            writer.add(*todo[i], *ready);
            ++result.indexed;
            result.bytes += ready->bytes;
        } else {
            writer.remove(todo[i]->path);
            result.left_out.push_back({todo[i]->path, ready->failure});
        }
        if (on_progress && (i + 1 == todo.size() || pace.is_due())) on_progress({i + 1, todo.size()});
    };
    try {
        OrderedPool(threads).run(todo.size(), stop, work, deliver);
    } catch (const storage::Stopped&) {
        writer.commit();
        throw;
    }
    writer.commit();
    return result;
}

void SearchIndex::replace(const ProjectFile& file, std::string_view text) {
    const Prepared prepared = prepare(file, text);
    try {
        Writer writer(file_.connection());
        writer.add(file, prepared);
        writer.commit();
        return;
    } catch (const SQLite::Exception& exception) {
        if (!is_damage(exception))
            throw storage::to_error(exception, file_.connection().getHandle(), file_.file());
    }
    file_.start_anew();
}

}  // namespace sidewinder::project
