#pragma once

#include <vector>

#include "storage/migrations.h"

namespace sidewinder::tests {

/// The program's own steps and one more, as the next release might have.
inline std::vector<storage::Migration> steps_with(std::string_view next_sql) {
    std::vector<storage::Migration> steps(storage::embedded_migrations().begin(),
                                          storage::embedded_migrations().end());
    steps.push_back({storage::newest_version(steps) + 1, next_sql});
    return steps;
}

/// Changes a table and fills it from the old rows: half of it done would show.
inline constexpr std::string_view kNextStep =
    "ALTER TABLE conversations ADD COLUMN word_count INTEGER NOT NULL DEFAULT 0;"
    "UPDATE conversations SET word_count = (SELECT sum(length(text)) FROM messages WHERE conversation_id = "
    "conversations.id);"
    "CREATE TABLE extra (x INTEGER) STRICT; INSERT INTO extra VALUES (1);";

}  // namespace sidewinder::tests
