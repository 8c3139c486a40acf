#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "inference/chat_template.h"

namespace sidewinder::inference {

/// One call of an assistant message, its arguments as Python's json.dumps prints them.
struct ToolCall {
    std::string name;
    std::string arguments;
    std::string id = "null";  ///< "null": none was given
};

struct ChatMessage {
    enum class Role { System, User, Assistant, Tool };
    Role role = Role::User;
    std::size_t index = 0;  ///< in the request's list, for messages to the person
    std::string content;    ///< Tool: JSON as Python prints it
    std::vector<ToolCall> tool_calls;
    std::string tool_call_id;  ///< Tool
    bool prefix = false;       ///< Assistant: the answer goes on from here
};

/// What stays of a request after mistral-common's validator and normaliser (model-format.md 3.5).
struct ChatRequest {
    std::vector<ChatMessage> messages;  ///< begins with a user message; no system messages
    std::string system;
    std::string tools;  ///< the JSON list, empty when there are none
    bool continue_final_message = false;
};

/// Reads the JSON's fields and checks the form of each. Messages come as they are in the request.
ChatRequest read_chat_request(std::string_view json);
/// The rules between messages: who may follow whom, what the last one may be.
void check_chat_request(const ChatRequest& request, ChatEnd end);
/// Joins neighbours of one role, takes the system messages out, puts an empty user message in front where
/// needed.
ChatRequest normalize_chat_request(ChatRequest request);

/// Throws Error(BadRequest): "The chat request cannot be used: <what>. Correct it and send it again."
[[noreturn]] void refuse_chat_request(const std::string& what);
std::string message_name(std::size_t index);  ///< "messages[3]"

}  // namespace sidewinder::inference
