#include "storage/projects.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>

#include <algorithm>
#include <cstring>

#include "storage/message_rows.h"
#include "storage/project_rows.h"
#include "storage/text.h"

namespace sidewinder::storage {

namespace {

constexpr std::size_t kNameBytes = 1000;
constexpr const char* kReadingsOf = "SELECT id FROM project_readings WHERE project_id = ?1";
const std::string kUnusedReadings =
    "SELECT r.id FROM project_readings r JOIN projects p ON p.id = r.project_id WHERE p.id = ?1"
    " AND r.id IS NOT p.current_reading AND NOT EXISTS"
    " (SELECT 1 FROM conversations c WHERE c.reading_id = r.id)"
    " AND r.id NOT IN (SELECT id FROM project_readings WHERE project_id = ?1 ORDER BY id DESC LIMIT ";

void check_tokens(std::size_t count) {
    if (count <= Projects::kMaxTokens) return;
    throw Error(Error::Kind::NoSpace, "The project has " + std::to_string(count) +
                                          " tokens; the most that is kept is " +
                                          std::to_string(Projects::kMaxTokens) + ". Tick some files out.");
}

void insert_files(SQLite::Database& connection, RowId reading, std::int64_t first_place,
                  std::span<const ReadFile> files) {
    SQLite::Statement insert(
        connection,
        "INSERT INTO project_files (reading_id, place, path, hash, size, encoding, log_begin,"
        " log_end) VALUES (?, ?, ?, ?, ?, ?, ?, ?)");
    for (const ReadFile& file : files) {
        insert.reset();
        insert.bind(1, reading);
        insert.bind(2, first_place++);
        bind_bytes(insert, 3, file.path);
        insert.bind(4, file.hash.data(), static_cast<int>(file.hash.size()));
        insert.bind(5, static_cast<std::int64_t>(file.size));
        bind_text(insert, 6, file.encoding);
        insert.bind(7, file.log_begin);
        insert.bind(8, file.log_end);
        insert.exec();
    }
}

void mark_used(SQLite::Database& connection, RowId project) {
    SQLite::Statement update(connection,
                             "UPDATE projects SET updated = max(?, (SELECT max(updated) + 1 FROM projects))"
                             " WHERE id = ?");
    update.bind(1, now_ms());
    update.bind(2, project);
    require_project_row(update.exec(), "project", project);
}

/// Deletes the readings that `select` names, and tells which checkpoints they had.
std::vector<DroppedReading> drop_readings(SQLite::Database& connection, const char* select, RowId project) {
    std::vector<DroppedReading> dropped;
    for (const RowId reading : select_row_ids(connection, select, project)) {
        SQLite::Statement of(connection, "SELECT fingerprint FROM project_readings WHERE id = ?");
        of.bind(1, reading);
        of.executeStep();
        dropped.push_back({of.getColumn(0).getString(), read_ladder(connection, reading)});
        of.reset();
        for (const char* sql :
             {"DELETE FROM project_files WHERE reading_id = ?",
              "DELETE FROM project_ladder WHERE reading_id = ?", "DELETE FROM project_readings WHERE id = ?"})
            run_with_id(connection, sql, reading);
    }
    return dropped;
}

}  // namespace

RowId Projects::open(const std::filesystem::path& root, std::string_view name) {
    if (const auto known = find(root)) return *known;
    RowId id = 0;
    database_.write([&] {
        SQLite::Statement insert(database_.connection(),
                                 "INSERT INTO projects (root, name, created, updated) VALUES (?, ?, ?,"
                                 " max(?3, (SELECT coalesce(max(updated), 0) + 1 FROM projects)))");
        bind_bytes(insert, 1, root.native());
        bind_text(insert, 2, one_line(name, kNameBytes));
        insert.bind(3, now_ms());
        insert.exec();
        id = database_.connection().getLastInsertRowid();
    });
    return id;
}

std::optional<RowId> Projects::find(const std::filesystem::path& root) const {
    std::optional<RowId> found;
    database_.read([&] {
        SQLite::Statement select(database_.connection(), "SELECT id FROM projects WHERE root = ?");
        bind_bytes(select, 1, root.native());
        if (select.executeStep()) found = select.getColumn(0).getInt64();
    });
    return found;
}

Project Projects::get(RowId project) const {
    Project found;
    database_.read([&] {
        SQLite::Statement select(database_.connection(),
                                 std::string("SELECT ") + kProjectColumns + " FROM projects WHERE id = ?");
        select.bind(1, project);
        require_project_row(select.executeStep() ? 1 : 0, "project", project);
        found = read_project(select);
    });
    return found;
}

std::vector<Project> Projects::list() const {
    std::vector<Project> found;
    database_.read([&] {
        found.clear();
        SQLite::Statement select(database_.connection(), std::string("SELECT ") + kProjectColumns +
                                                             " FROM projects ORDER BY updated DESC, id DESC");
        while (select.executeStep()) found.push_back(read_project(select));
    });
    return found;
}

void Projects::rename(RowId project, std::string_view name) {
    database_.write([&] {
        SQLite::Statement update(database_.connection(), "UPDATE projects SET name = ? WHERE id = ?");
        bind_text(update, 1, one_line(name, kNameBytes));
        update.bind(2, project);
        require_project_row(update.exec(), "project", project);
    });
}

void Projects::move(RowId project, const std::filesystem::path& root) {
    database_.write([&] {
        SQLite::Statement update(database_.connection(), "UPDATE projects SET root = ? WHERE id = ?");
        bind_bytes(update, 1, root.native());
        update.bind(2, project);
        require_project_row(update.exec(), "project", project);
    });
}

void Projects::set_choice(RowId project, std::string_view path, std::optional<bool> ticked_in) {
    database_.write([&] {
        mark_used(database_.connection(), project);
        SQLite::Statement change(
            database_.connection(),
            ticked_in
                ? "INSERT OR REPLACE INTO project_choices (project_id, path, ticked_in) VALUES (?, ?, ?)"
                : "DELETE FROM project_choices WHERE project_id = ? AND path = ?");
        change.bind(1, project);
        bind_bytes(change, 2, path);
        if (ticked_in) change.bind(3, *ticked_in ? 1 : 0);
        change.exec();
    });
}

std::map<std::string, bool> Projects::choices(RowId project) const {
    std::map<std::string, bool> found;
    database_.read([&] {
        found.clear();
        SQLite::Statement select(database_.connection(),
                                 "SELECT path, ticked_in FROM project_choices WHERE project_id = ?");
        select.bind(1, project);
        while (select.executeStep()) found[bytes_of(select.getColumn(0))] = select.getColumn(1).getInt() != 0;
    });
    return found;
}

RowId Projects::begin_reading(RowId project, std::string_view fingerprint, std::string_view tokenizer,
                              std::span<const TokenId> tokens, std::span<const ReadFile> files) {
    check_tokens(tokens.size());
    RowId id = 0;
    database_.write([&] {
        auto& connection = database_.connection();
        mark_used(connection, project);
        SQLite::Statement insert(
            connection,
            "INSERT INTO project_readings (project_id, created, fingerprint, tokenizer, tokens)"
            " VALUES (?, ?, ?, ?, ?)");
        insert.bind(1, project);
        insert.bind(2, now_ms());
        bind_text(insert, 3, fingerprint);
        bind_text(insert, 4, tokenizer);
        bind_tokens(insert, 5, tokens);
        insert.exec();
        id = connection.getLastInsertRowid();
        insert_files(connection, id, 0, files);
        SQLite::Statement update(connection, "UPDATE projects SET current_reading = ? WHERE id = ?");
        update.bind(1, id);
        update.bind(2, project);
        update.exec();
    });
    return id;
}

void Projects::extend_reading(RowId reading, std::span<const TokenId> tokens,
                              std::span<const ReadFile> files) {
    database_.write([&] {
        auto& connection = database_.connection();
        SQLite::Statement select(connection, "SELECT project_id, tokens FROM project_readings WHERE id = ?");
        select.bind(1, reading);
        require_project_row(select.executeStep() ? 1 : 0, "reading", reading);
        const RowId project = select.getColumn(0).getInt64();
        std::vector<TokenId> log = tokens_of(select.getColumn(1));
        select.reset();
        log.insert(log.end(), tokens.begin(), tokens.end());
        check_tokens(log.size());
        SQLite::Statement update(connection, "UPDATE project_readings SET tokens = ? WHERE id = ?");
        bind_tokens(update, 1, log);
        update.bind(2, reading);
        update.exec();
        SQLite::Statement next(connection,
                               "SELECT coalesce(max(place) + 1, 0) FROM project_files WHERE reading_id = ?");
        next.bind(1, reading);
        next.executeStep();
        const std::int64_t place = next.getColumn(0).getInt64();
        next.reset();
        insert_files(connection, reading, place, files);
        mark_used(connection, project);
    });
}

Reading Projects::reading(RowId reading) const {
    Reading found;
    database_.read([&] {
        auto& connection = database_.connection();
        SQLite::Statement select(
            connection,
            "SELECT project_id, fingerprint, tokenizer, tokens FROM project_readings WHERE id = ?");
        select.bind(1, reading);
        require_project_row(select.executeStep() ? 1 : 0, "reading", reading);
        found = {reading,
                 select.getColumn(0).getInt64(),
                 select.getColumn(1).getString(),
                 select.getColumn(2).getString(),
                 tokens_of(select.getColumn(3)),
                 read_files(connection, reading)};
    });
    return found;
}

std::vector<RowId> Projects::readings(RowId project, std::string_view tokenizer) const {
    std::vector<RowId> found;
    database_.read([&] {
        found.clear();
        SQLite::Statement select(
            database_.connection(),
            "SELECT r.id FROM project_readings r JOIN projects p ON p.id = r.project_id"
            " WHERE p.id = ? AND r.tokenizer = ? ORDER BY r.id IS p.current_reading DESC, r.id DESC");
        select.bind(1, project);
        bind_text(select, 2, tokenizer);
        while (select.executeStep()) found.push_back(select.getColumn(0).getInt64());
    });
    return found;
}

void Projects::set_current(RowId project, RowId reading) {
    database_.write([&] {
        mark_used(database_.connection(), project);
        SQLite::Statement update(database_.connection(),
                                 "UPDATE projects SET current_reading = ?2 WHERE id = ?1 AND EXISTS"
                                 " (SELECT 1 FROM project_readings WHERE id = ?2 AND project_id = ?1)");
        update.bind(1, project);
        update.bind(2, reading);
        require_project_row(update.exec(), "reading", reading);
    });
}

void Projects::add_step(RowId reading, const LadderStep& step) {
    database_.write([&] {
        SQLite::Statement insert(
            database_.connection(),
            "INSERT OR IGNORE INTO project_ladder (reading_id, position, log_hash)"
            " SELECT id, ?2, ?3 FROM project_readings WHERE id = ?1 AND ?2 <= length(tokens) / 4"
            " AND ?2 > 0");
        insert.bind(1, reading);
        insert.bind(2, step.position);
        insert.bind(3, step.log_hash.data(), static_cast<int>(step.log_hash.size()));
        if (insert.exec() > 0) return;
        SQLite::Statement there(database_.connection(),
                                "SELECT 1 FROM project_ladder WHERE reading_id = ? AND position = ?");
        there.bind(1, reading);
        there.bind(2, step.position);
        require_project_row(there.executeStep() ? 1 : 0, "reading with so many tokens", reading);
    });
}

void Projects::remove_step(RowId reading, std::int64_t position) {
    database_.write([&] {
        SQLite::Statement change(database_.connection(),
                                 "DELETE FROM project_ladder WHERE reading_id = ? AND position = ?");
        change.bind(1, reading);
        change.bind(2, position);
        change.exec();
    });
}

std::vector<LadderStep> Projects::ladder(RowId reading) const {
    std::vector<LadderStep> found;
    database_.read([&] { found = read_ladder(database_.connection(), reading); });
    return found;
}

void Projects::link(RowId conversation, RowId reading, std::int64_t position) {
    database_.write([&] {
        auto& connection = database_.connection();
        SQLite::Statement of(
            connection,
            "SELECT project_id FROM project_readings WHERE id = ?1 AND ?2 BETWEEN 0 AND length(tokens) / 4");
        of.bind(1, reading);
        of.bind(2, position);
        require_project_row(of.executeStep() ? 1 : 0, "reading with so many tokens", reading);
        mark_used(connection, of.getColumn(0).getInt64());
        SQLite::Statement update(
            connection, "UPDATE conversations SET reading_id = ?, reading_position = ? WHERE id = ?");
        update.bind(1, reading);
        update.bind(2, position);
        update.bind(3, conversation);
        require_project_row(update.exec(), "conversation", conversation);
    });
}

std::optional<ProjectLink> Projects::link_of(RowId conversation) const {
    std::optional<ProjectLink> found;
    database_.read([&] {
        SQLite::Statement select(database_.connection(),
                                 "SELECT r.project_id, r.id, c.reading_position FROM conversations c"
                                 " JOIN project_readings r ON r.id = c.reading_id WHERE c.id = ?");
        select.bind(1, conversation);
        if (select.executeStep())
            found = {select.getColumn(0).getInt64(), select.getColumn(1).getInt64(),
                     select.getColumn(2).getInt64()};
    });
    return found;
}

std::vector<RowId> Projects::conversations(RowId project) const {
    std::vector<RowId> found;
    database_.read([&] {
        found =
            select_row_ids(database_.connection(),
                           "SELECT c.id FROM conversations c JOIN project_readings r ON r.id = c.reading_id"
                           " WHERE r.project_id = ? AND c.deleted_at IS NULL ORDER BY c.recency DESC",
                           project);
    });
    return found;
}

std::vector<DroppedReading> Projects::prune(RowId project, int keep) {
    std::vector<DroppedReading> dropped;
    database_.write([&] {
        dropped = drop_readings(database_.connection(),
                                (kUnusedReadings + std::to_string(keep) + ")").c_str(), project);
    });
    return dropped;
}

Projects::Removed Projects::remove(RowId project) {
    Removed removed;
    database_.write([&] {
        auto& connection = database_.connection();
        removed.conversations = select_row_ids(connection,
                                               "SELECT c.id FROM conversations c JOIN project_readings r"
                                               " ON r.id = c.reading_id WHERE r.project_id = ? ORDER BY c.id",
                                               project);
        for (const RowId conversation : removed.conversations)
            run_with_id(connection,
                        "UPDATE conversations SET reading_id = NULL, reading_position = NULL WHERE id = ?",
                        conversation);
        run_with_id(connection, "UPDATE projects SET current_reading = NULL WHERE id = ?", project);
        removed.readings = drop_readings(connection, kReadingsOf, project);
        run_with_id(connection, "DELETE FROM project_choices WHERE project_id = ?", project);
        require_project_row(run_with_id(connection, "DELETE FROM projects WHERE id = ?", project), "project",
                            project);
    });
    return removed;
}

}  // namespace sidewinder::storage
