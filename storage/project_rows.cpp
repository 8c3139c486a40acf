#include "storage/project_rows.h"

#include <SQLiteCpp/Column.h>
#include <SQLiteCpp/Database.h>

#include <algorithm>
#include <cstring>

namespace sidewinder::storage {

namespace {

template <std::size_t Size>
void copy_hash(const SQLite::Column& blob, std::array<std::byte, Size>& hash) {
    const auto bytes = std::min(hash.size(), static_cast<std::size_t>(blob.getBytes()));
    if (bytes > 0) std::memcpy(hash.data(), blob.getBlob(), bytes);
}

}  // namespace

std::string bytes_of(const SQLite::Column& blob) {
    const auto size = static_cast<std::size_t>(blob.getBytes());
    return size == 0 ? std::string() : std::string(static_cast<const char*>(blob.getBlob()), size);
}

std::vector<TokenId> tokens_of(const SQLite::Column& blob) {
    std::vector<TokenId> tokens(static_cast<std::size_t>(blob.getBytes()) / sizeof(TokenId));
    if (!tokens.empty()) std::memcpy(tokens.data(), blob.getBlob(), tokens.size() * sizeof(TokenId));
    return tokens;
}

void bind_bytes(SQLite::Statement& statement, int index, std::string_view bytes) {
    const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());  // null would bind NULL
    statement.bind(index, data, static_cast<int>(bytes.size()));
}

Project read_project(SQLite::Statement& row) {
    Project project{row.getColumn(0).getInt64(), bytes_of(row.getColumn(1)),  row.getColumn(2).getString(),
                    row.getColumn(3).getInt64(), row.getColumn(4).getInt64(), {}};
    if (!row.getColumn(5).isNull()) project.current_reading = row.getColumn(5).getInt64();
    return project;
}

std::vector<ReadFile> read_files(SQLite::Database& connection, RowId reading) {
    std::vector<ReadFile> files;
    SQLite::Statement select(connection,
                             "SELECT path, hash, size, encoding, log_begin, log_end FROM project_files"
                             " WHERE reading_id = ? ORDER BY place");
    select.bind(1, reading);
    while (select.executeStep()) {
        ReadFile& file = files.emplace_back();
        file.path = bytes_of(select.getColumn(0));
        copy_hash(select.getColumn(1), file.hash);
        file.size = static_cast<std::uint64_t>(select.getColumn(2).getInt64());
        file.encoding = select.getColumn(3).getString();
        file.log_begin = select.getColumn(4).getInt64();
        file.log_end = select.getColumn(5).getInt64();
    }
    return files;
}

std::vector<LadderStep> read_ladder(SQLite::Database& connection, RowId reading) {
    std::vector<LadderStep> steps;
    SQLite::Statement select(
        connection, "SELECT position, log_hash FROM project_ladder WHERE reading_id = ? ORDER BY position");
    select.bind(1, reading);
    while (select.executeStep()) {
        LadderStep& step = steps.emplace_back();
        step.position = select.getColumn(0).getInt64();
        copy_hash(select.getColumn(1), step.log_hash);
    }
    return steps;
}

std::vector<RowId> select_row_ids(SQLite::Database& connection, const char* sql, RowId parameter) {
    std::vector<RowId> ids;
    SQLite::Statement select(connection, sql);
    select.bind(1, parameter);
    while (select.executeStep()) ids.push_back(select.getColumn(0).getInt64());
    return ids;
}

int run_with_id(SQLite::Database& connection, const char* sql, RowId id) {
    SQLite::Statement statement(connection, sql);
    statement.bind(1, id);
    return statement.exec();
}

void require_project_row(int changed, const char* what, RowId id) {
    if (changed == 0)
        throw Error(Error::Kind::NotFound, std::string("There is no ") + what + " with number " +
                                               std::to_string(id) +
                                               " any more. It may have been deleted; pick another one.");
}

}  // namespace sidewinder::storage
