#include "inference/chat_request.h"

namespace sidewinder::inference {
namespace {

using Role = ChatMessage::Role;

constexpr std::string_view kJoin = "\n\n";

std::string role_name(Role role) {
    switch (role) {
        case Role::System:
            return "system";
        case Role::User:
            return "user";
        case Role::Assistant:
            return "assistant";
        case Role::Tool:
            return "tool";
    }
    return "unknown";
}

bool may_follow(Role before, Role now) {
    switch (before) {
        case Role::System:
        case Role::User:
            return now != Role::Tool;
        case Role::Assistant:
            return now != Role::System;
        case Role::Tool:
            return now == Role::Assistant || now == Role::Tool;
    }
    return false;
}

void check_last(const ChatRequest& request, ChatEnd end) {
    const ChatMessage& last = request.messages.back();
    const std::string name = message_name(last.index);
    const bool assistant = last.role == Role::Assistant;
    const bool goes_on = request.continue_final_message || (assistant && last.prefix);
    if (request.continue_final_message && (!assistant || last.prefix)) {
        refuse_chat_request(
            "continue_final_message needs an assistant message without prefix at the end, but " + name +
            ".role is '" + role_name(last.role) + "'" + (last.prefix ? " and prefix is true" : ""));
    }
    if (end == ChatEnd::Question && assistant && !goes_on) {
        refuse_chat_request(
            name +
            ".role is 'assistant', so that there is nothing to answer; the last message must be "
            "of the user or a tool, or prefix or continue_final_message be true");
    }
    if (end == ChatEnd::Answer && (!assistant || goes_on)) {
        refuse_chat_request(name + " is the last message and must be a whole answer of the assistant");
    }
}

/// As mistral-common counts: results since the last calls, looked at when the assistant speaks again.
void check_tool_results(const std::vector<ChatMessage>& messages) {
    std::size_t expected = 0, found = 0;
    for (std::size_t i = 1; i < messages.size(); ++i) {
        if (messages[i].role == Role::Tool) ++found;
        if (messages[i].role != Role::Assistant) continue;
        if (expected != found) {
            refuse_chat_request(message_name(i) + " comes after " + std::to_string(expected) +
                                " tool calls and " + std::to_string(found) +
                                " tool results; there must be one result for each call");
        }
        expected = messages[i].tool_calls.size();
        found = 0;
    }
}

void append_joined(std::string& text, const std::string& more) {
    if (!text.empty() && !more.empty()) text += kJoin;
    text += more;
}

}  // namespace

void check_chat_request(const ChatRequest& request, ChatEnd end) {
    const std::vector<ChatMessage>& messages = request.messages;
    if (messages.empty()) refuse_chat_request("messages is empty");
    if (messages.size() == 1 && messages[0].role != Role::User && messages[0].role != Role::System) {
        refuse_chat_request(message_name(0) + ".role is '" + role_name(messages[0].role) +
                            "'; a single message must be of the user or the system");
    }
    for (std::size_t i = 1; i < messages.size(); ++i) {
        if (!may_follow(messages[i - 1].role, messages[i].role)) {
            refuse_chat_request(message_name(i) + ".role is '" + role_name(messages[i].role) +
                                "', which may not follow '" + role_name(messages[i - 1].role) + "'");
        }
        if (messages[i - 1].prefix) {
            refuse_chat_request(message_name(i - 1) + ".prefix is true, but it is not the last message");
        }
    }
    check_last(request, end);
    check_tool_results(messages);
}

ChatRequest normalize_chat_request(ChatRequest request) {
    std::vector<ChatMessage> normalized;
    Role before = Role::System;
    for (ChatMessage& message : request.messages) {
        const bool joins = message.role == before && !normalized.empty();
        before = message.role;
        if (message.role == Role::System) {
            append_joined(request.system, message.content);
        } else if (joins && message.role != Role::Tool) {
            ChatMessage& last = normalized.back();
            append_joined(last.content, message.content);
            last.tool_calls.insert(last.tool_calls.end(), message.tool_calls.begin(),
                                   message.tool_calls.end());
            last.prefix = last.prefix || message.prefix;
            if (!last.content.empty() && !last.tool_calls.empty()) {
                refuse_chat_request(
                    message_name(message.index) +
                    " joins the assistant message before it, and one of them has content, the other "
                    "tool_calls");
            }
        } else {
            normalized.push_back(std::move(message));
        }
    }
    if (normalized.empty() || normalized.front().role != Role::User)
        normalized.insert(normalized.begin(), ChatMessage{});
    request.messages = std::move(normalized);
    return request;
}

}  // namespace sidewinder::inference
