#include "storage/message_rows.h"

#include <SQLiteCpp/Column.h>

#include <bit>
#include <chrono>
#include <cstring>

namespace sidewinder::storage {

static_assert(std::endian::native == std::endian::little, "token ids are stored as little-endian int32");

namespace {

std::optional<std::int64_t> optional_integer(const SQLite::Column& column) {
    if (column.isNull()) return std::nullopt;
    return column.getInt64();
}

Role role_of(std::string_view name) {
    if (name == "system") return Role::System;
    return name == "assistant" ? Role::Assistant : Role::User;
}

Status status_of(std::string_view name) {
    if (name == "streaming") return Status::Streaming;
    if (name == "stopped") return Status::Stopped;
    return name == "failed" ? Status::Failed : Status::Done;
}

}  // namespace

Message read_message(SQLite::Statement& row) {
    Message message;
    message.id = row.getColumn(0).getInt64();
    message.conversation = row.getColumn(1).getInt64();
    message.parent = optional_integer(row.getColumn(2));
    message.role = role_of(row.getColumn(3).getString());
    message.status = status_of(row.getColumn(4).getString());
    message.text = row.getColumn(5).getString();
    const SQLite::Column tokens = row.getColumn(6);
    message.tokens.resize(static_cast<std::size_t>(tokens.getBytes()) / sizeof(TokenId));
    if (!message.tokens.empty())
        std::memcpy(message.tokens.data(), tokens.getBlob(), message.tokens.size() * sizeof(TokenId));
    message.created = row.getColumn(7).getInt64();
    message.model = row.getColumn(8).getString();
    message.stats = {row.getColumn(9).getInt64(), row.getColumn(10).getInt64(), row.getColumn(11).getInt64(),
                     row.getColumn(12).getDouble(), row.getColumn(13).getDouble()};
    message.tokenizer = row.getColumn(14).getString();
    return message;
}

Conversation read_conversation(SQLite::Statement& row) {
    Conversation conversation;
    conversation.id = row.getColumn(0).getInt64();
    conversation.title = row.getColumn(1).getString();
    conversation.title_is_automatic = row.getColumn(2).getInt() != 0;
    conversation.pinned = row.getColumn(3).getInt() != 0;
    conversation.created = row.getColumn(4).getInt64();
    conversation.updated = row.getColumn(5).getInt64();
    conversation.deleted_at = optional_integer(row.getColumn(6));
    conversation.current_leaf = optional_integer(row.getColumn(7));
    conversation.preview = row.getColumn(8).getString();
    return conversation;
}

std::string_view name_of(Role role) {
    switch (role) {
        case Role::System:
            return "system";
        case Role::User:
            return "user";
        case Role::Assistant:
            return "assistant";
    }
    return "user";
}

std::string_view name_of(Status status) {
    switch (status) {
        case Status::Streaming:
            return "streaming";
        case Status::Done:
            return "done";
        case Status::Stopped:
            return "stopped";
        case Status::Failed:
            return "failed";
    }
    return "failed";
}

void bind_text(SQLite::Statement& statement, int index, std::string_view text) {
    statement.bind(index, std::string(text));  // SQLiteCpp takes lengths, and so NUL, only from a std::string
}

void bind_tokens(SQLite::Statement& statement, int index, std::span<const TokenId> tokens) {
    const void* bytes =
        tokens.empty() ? "" : static_cast<const void*>(tokens.data());  // a null pointer would bind NULL
    statement.bindNoCopy(index, bytes, static_cast<int>(tokens.size_bytes()));
}

TimeMs now_ms() {
    using namespace std::chrono;
    return duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count();
}

}  // namespace sidewinder::storage
