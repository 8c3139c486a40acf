#pragma once

#include <SQLiteCpp/Statement.h>

#include <span>
#include <string_view>
#include <vector>

#include "storage/conversations.h"

namespace sidewinder::storage {

inline constexpr const char* kMessageColumns =
    "m.id, m.conversation_id, m.parent_id, m.role, m.status, m.text, m.tokens, m.created, m.model, "
    "m.tokens_generated, m.tokens_read, m.tokens_reused, m.seconds, m.first_token_seconds, m.tokenizer";
inline constexpr const char* kConversationColumns =
    "id, title, title_is_automatic, pinned, created, updated, deleted_at, current_leaf, preview";

/// A row selected as kMessageColumns, or as kConversationColumns.
Message read_message(SQLite::Statement& row);
Conversation read_conversation(SQLite::Statement& row);

std::string_view name_of(Role role);
std::string_view name_of(Status status);

/// The text is copied; NUL and bytes that are not UTF-8 stay as they are.
void bind_text(SQLite::Statement& statement, int index, std::string_view text);
/// Not copied: the tokens must live until the statement has run.
void bind_tokens(SQLite::Statement& statement, int index, std::span<const TokenId> tokens);

TimeMs now_ms();

}  // namespace sidewinder::storage
