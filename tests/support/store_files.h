#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "storage/conversations.h"
#include "tests/support/temporary_directory.h"

namespace sidewinder::tests {

/// A store's files as a closed or a killed program would have left them.
inline std::filesystem::path store_file(const std::filesystem::path& directory) {
    return directory / "sidewinder.db";
}

/// Adds a conversation "<name>" with `count` messages "<name> 0", "<name> 1", ... each some hundred bytes
/// long.
inline storage::RowId add_conversation(storage::Database& database, const std::string& name, int count) {
    storage::Conversations store(database);
    const storage::RowId conversation = store.create(name);
    std::optional<storage::RowId> last;
    for (int i = 0; i < count; ++i) {
        const std::vector<storage::TokenId> tokens(50, i);
        last = store.add_user_message(
            conversation, last,
            name + " " + std::to_string(i) + std::string(300, static_cast<char>('a' + i % 26)), tokens);
    }
    return conversation;
}

inline std::vector<std::string> titles(storage::Database& database) {
    std::vector<std::string> found;
    for (const auto& row : storage::Conversations(database).list()) found.push_back(row.title);
    return found;
}

/// The files of an open store, copied: what a killed program leaves.
inline void copy_files(const std::filesystem::path& from, const std::filesystem::path& to) {
    std::filesystem::create_directories(to);
    std::filesystem::copy(from, to, std::filesystem::copy_options::recursive);
}

inline std::vector<std::string> names_in(const std::filesystem::path& directory) {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory))
        names.push_back(entry.path().filename());
    return names;
}

}  // namespace sidewinder::tests
