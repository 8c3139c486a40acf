#include "inference/chat_template.h"

#include "inference/chat_request.h"
#include "inference/python_json.h"

namespace sidewinder::inference {
namespace {

using Role = ChatMessage::Role;

class TokenWriter {
  public:
    explicit TokenWriter(const Tokenizer& tokenizer) : tokenizer_(tokenizer) {}

    void control(TokenId id) { ids_.push_back(id); }
    void text(std::string_view text) {
        const std::vector<TokenId> encoded = tokenizer_.encode(text);
        ids_.insert(ids_.end(), encoded.begin(), encoded.end());
    }
    std::vector<TokenId> take() { return std::move(ids_); }

  private:
    const Tokenizer& tokenizer_;
    std::vector<TokenId> ids_;
};

std::string with_system(std::string_view system, std::string_view text) {
    std::string joined(system);
    if (!system.empty()) joined += "\n\n";
    return joined.append(text);
}

void write_user(TokenWriter& writer, const ChatRequest& request, const ChatMessage& message, bool last) {
    if (last && !request.tools.empty()) {
        writer.control(token::kToolsBegin);
        writer.text(request.tools);
        writer.control(token::kToolsEnd);
    }
    writer.control(token::kInstBegin);
    writer.text(last ? with_system(request.system, message.content) : message.content);
    writer.control(token::kInstEnd);
}

std::string tool_calls_json(const std::vector<ToolCall>& calls) {
    std::string json = "[";
    for (const ToolCall& call : calls) {
        if (json.size() > 1) json += ", ";
        json += R"({"name": )" + dump_python_string(call.name) + R"(, "arguments": )" + call.arguments;
        if (call.id != "null") json += R"(, "id": )" + dump_python_string(call.id);
        json += "}";
    }
    return json + "]";
}

void write_assistant(TokenWriter& writer, const ChatMessage& message, bool goes_on) {
    if (!message.tool_calls.empty()) {
        writer.control(token::kToolCalls);
        writer.text(tool_calls_json(message.tool_calls));
    } else {
        std::string_view content = message.content;
        while (content.ends_with(' ')) content.remove_suffix(1);
        writer.text(content);
    }
    if (!goes_on) writer.control(token::kEos);
}

void write_tool_result(TokenWriter& writer, const ChatMessage& message) {
    writer.control(token::kToolResultsBegin);
    writer.text(R"({"content": )" + message.content + R"(, "call_id": )" +
                dump_python_string(message.tool_call_id) + "}");
    writer.control(token::kToolResultsEnd);
}

}  // namespace

std::vector<TokenId> encode_request(const Tokenizer& tokenizer, std::string_view request_json, ChatEnd end) {
    ChatRequest read = read_chat_request(request_json);
    check_chat_request(read, end);
    const ChatRequest request = normalize_chat_request(std::move(read));
    const std::vector<ChatMessage>& messages = request.messages;
    std::size_t last_user = messages.size() - 1;
    while (messages[last_user].role != Role::User) --last_user;  // the first one is of the user

    TokenWriter writer(tokenizer);
    writer.control(token::kBos);
    for (std::size_t i = 0; i < messages.size(); ++i) {
        const ChatMessage& message = messages[i];
        const bool goes_on = message.prefix || (request.continue_final_message && i + 1 == messages.size());
        if (message.role == Role::User) write_user(writer, request, message, i == last_user);
        if (message.role == Role::Assistant) write_assistant(writer, message, goes_on);
        if (message.role == Role::Tool) write_tool_result(writer, message);
    }
    return writer.take();
}

std::vector<TokenId> encode_first_turn(const Tokenizer& tokenizer, std::string_view system,
                                       std::string_view text) {
    TokenWriter writer(tokenizer);
    writer.control(token::kBos);
    writer.control(token::kInstBegin);
    writer.text(with_system(system, text));
    writer.control(token::kInstEnd);
    return writer.take();
}

std::vector<TokenId> encode_first_part(const Tokenizer& tokenizer, std::string_view text) {
    TokenWriter writer(tokenizer);
    writer.control(token::kBos);
    writer.control(token::kInstBegin);
    writer.text(text);
    return writer.take();
}

std::vector<TokenId> encode_last_part(const Tokenizer& tokenizer, std::string_view text) {
    TokenWriter writer(tokenizer);
    writer.text(text);
    writer.control(token::kInstEnd);
    return writer.take();
}

std::vector<TokenId> encode_next_turn(const Tokenizer& tokenizer, std::string_view text) {
    TokenWriter writer(tokenizer);
    writer.control(token::kInstBegin);
    writer.text(text);
    writer.control(token::kInstEnd);
    return writer.take();
}

}  // namespace sidewinder::inference
