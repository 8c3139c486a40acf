#include "storage/migrations.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Transaction.h>

#include <string>

namespace sidewinder::storage {

int newest_version(std::span<const Migration> migrations) {
    return migrations.empty() ? 0 : migrations.back().version;
}

int schema_version(SQLite::Database& connection) {
    return connection.execAndGet("PRAGMA user_version").getInt();
}

void migrate(SQLite::Database& connection, std::span<const Migration> migrations,
             const std::function<void(int)>& before) {
    for (const auto& step : migrations) {
        const int version = schema_version(connection);
        if (step.version <= version) continue;
        before(version);
        SQLite::Transaction transaction(connection, SQLite::TransactionBehavior::IMMEDIATE);
        connection.exec(std::string(step.sql));
        connection.exec("PRAGMA user_version = " + std::to_string(step.version));
        transaction.commit();
    }
}

}  // namespace sidewinder::storage
