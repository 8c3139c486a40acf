#include "inference/chat_request.h"

#include <algorithm>

#include "inference/error.h"
#include "inference/python_json.h"

namespace sidewinder::inference {
namespace {

using Kind = PythonValue::Kind;
using Role = ChatMessage::Role;

constexpr std::size_t kMaxRequestBytes = 16u << 20;  // a parsed value takes up to 50 times its text

std::string kind_name(const PythonValue& value) {
    switch (value.kind) {
        case Kind::Null:
            return "null";
        case Kind::Boolean:
            return "a boolean";
        case Kind::Number:
            return "a number";
        case Kind::String:
            return "text";
        case Kind::Array:
            return "a list";
        case Kind::Object:
            return "an object";
    }
    return "unknown";
}

/// The field, or null when it is missing or null.
const PythonValue* optional_field(const PythonValue& object, std::string_view key) {
    const PythonValue* const value = object.find(key);
    return value == nullptr || value->kind == Kind::Null ? nullptr : value;
}

const PythonValue& require_kind(const PythonValue& value, Kind kind, const std::string& name) {
    if (value.kind != kind) {
        PythonValue wanted;
        wanted.kind = kind;
        refuse_chat_request(name + " is " + kind_name(value) + "; it must be " + kind_name(wanted));
    }
    return value;
}

const PythonValue& require_field(const PythonValue& object, std::string_view key, Kind kind,
                                 const std::string& owner) {
    const std::string name = owner + "." + std::string(key);
    const PythonValue* const value = optional_field(object, key);
    if (value == nullptr) refuse_chat_request(name + " is missing");
    return require_kind(*value, kind, name);
}

bool read_bool(const PythonValue& object, std::string_view key, const std::string& name) {
    const PythonValue* const value = optional_field(object, key);
    return value != nullptr && require_kind(*value, Kind::Boolean, name).boolean;
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

void check_function_name(const std::string& value, const std::string& name) {
    constexpr std::size_t kLongest = 64;
    const bool good = !value.empty() && value.size() <= kLongest &&
                      std::all_of(value.begin(), value.end(),
                                  [](char c) { return is_alphanumeric(c) || c == '_' || c == '-'; });
    if (!good) refuse_chat_request(name + " must be 1 to 64 of the characters a-z, A-Z, 0-9, _ and -");
}

void check_call_id(const std::string& value, const std::string& name) {
    constexpr std::size_t kLength = 9;
    if (value.size() != kLength || !std::all_of(value.begin(), value.end(), is_alphanumeric)) {
        refuse_chat_request(name + " must be 9 of the characters a-z, A-Z and 0-9");
    }
}

/// Text, or a list of text chunks. Chunks are joined by `join`, empty ones left out.
std::string read_content(const PythonValue& value, const std::string& name, std::string_view join) {
    if (value.kind == Kind::String) return value.text;
    if (value.kind != Kind::Array) {
        refuse_chat_request(name + " is " + kind_name(value) + "; it must be text or a list of text chunks");
    }
    std::string content;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        const std::string chunk_name = name + "[" + std::to_string(i) + "]";
        const PythonValue& chunk = require_kind(value.items[i], Kind::Object, chunk_name);
        const std::string& type = require_field(chunk, "type", Kind::String, chunk_name).text;
        if (type != "text")
            refuse_chat_request(chunk_name + ".type is '" + type + "'; this model reads only 'text'");
        const std::string& text = require_field(chunk, "text", Kind::String, chunk_name).text;
        if (!content.empty() && !text.empty()) content += join;
        content += text;
    }
    return content;
}

/// A string that may hold JSON: then that JSON, else the string itself as JSON (3.5: also "22.0" is a
/// number).
std::string json_of_text(const std::string& text) {
    if (text.empty()) return "{}";
    const auto value = parse_python_json(text);
    return value ? value->dump() : dump_python_string(text);
}

ToolCall read_tool_call(const PythonValue& value, const std::string& name) {
    require_kind(value, Kind::Object, name);
    if (const PythonValue* type = optional_field(value, "type")) {
        if (require_kind(*type, Kind::String, name + ".type").text != "function") {
            refuse_chat_request(name + ".type is '" + type->text + "'; only 'function' is known");
        }
    }
    ToolCall call;
    if (const PythonValue* id = optional_field(value, "id")) {
        call.id = require_kind(*id, Kind::String, name + ".id").text;
        if (call.id != "null") check_call_id(call.id, name + ".id");
    }
    const PythonValue& function = require_field(value, "function", Kind::Object, name);
    call.name = require_field(function, "name", Kind::String, name + ".function").text;
    check_function_name(call.name, name + ".function.name");
    const PythonValue* const arguments = optional_field(function, "arguments");
    if (arguments == nullptr) {
        call.arguments = "{}";
    } else if (arguments->kind == Kind::Object) {
        call.arguments = arguments->dump();
    } else if (arguments->kind == Kind::String) {
        call.arguments = json_of_text(arguments->text);
    } else {
        refuse_chat_request(name + ".function.arguments is " + kind_name(*arguments) +
                            "; it must be text or an object");
    }
    return call;
}

Role read_role(const PythonValue& message, const std::string& name) {
    const std::string& role = require_field(message, "role", Kind::String, name).text;
    if (role == "system") return Role::System;
    if (role == "user") return Role::User;
    if (role == "assistant") return Role::Assistant;
    if (role == "tool") return Role::Tool;
    refuse_chat_request(name + ".role is '" + role + "'; it must be system, user, assistant or tool");
}

void read_assistant(const PythonValue& value, const std::string& name, ChatMessage& message) {
    message.prefix = read_bool(value, "prefix", name + ".prefix");
    if (const PythonValue* calls = optional_field(value, "tool_calls")) {
        require_kind(*calls, Kind::Array, name + ".tool_calls");
        for (std::size_t i = 0; i < calls->items.size(); ++i) {
            message.tool_calls.push_back(
                read_tool_call(calls->items[i], name + ".tool_calls[" + std::to_string(i) + "]"));
        }
    }
    if (message.content.empty() == message.tool_calls.empty()) {
        refuse_chat_request(name + " must have either content or tool_calls" +
                            (message.content.empty() ? "; it has neither" : ", not both"));
    }
}

void read_tool_result(const PythonValue& value, const std::string& name, ChatMessage& message) {
    message.tool_call_id = require_field(value, "tool_call_id", Kind::String, name).text;
    check_call_id(message.tool_call_id, name + ".tool_call_id");
    if (const PythonValue* tool = optional_field(value, "name")) {
        check_function_name(require_kind(*tool, Kind::String, name + ".name").text, name + ".name");
    }
    message.content = json_of_text(message.content);
}

ChatMessage read_message(const PythonValue& value, std::size_t index) {
    const std::string name = message_name(index);
    require_kind(value, Kind::Object, name);
    ChatMessage message;
    message.index = index;
    message.role = read_role(value, name);
    if (const PythonValue* content = optional_field(value, "content")) {
        message.content = read_content(*content, name + ".content", message.role == Role::Tool ? "" : "\n\n");
    } else if (message.role == Role::User || message.role == Role::System) {
        refuse_chat_request(name + ".content is missing");
    }
    if (message.role == Role::Assistant) read_assistant(value, name, message);
    if (message.role == Role::Tool) read_tool_result(value, name, message);
    return message;
}

/// The list as mistral-common prints it: type, name, description, parameters, and nothing else.
std::string read_tools(const PythonValue& tools) {
    std::string json;
    for (std::size_t i = 0; i < require_kind(tools, Kind::Array, "tools").items.size(); ++i) {
        const std::string name = "tools[" + std::to_string(i) + "]";
        const PythonValue& tool = require_kind(tools.items[i], Kind::Object, name);
        if (const PythonValue* type = optional_field(tool, "type")) {
            if (require_kind(*type, Kind::String, name + ".type").text != "function") {
                refuse_chat_request(name + ".type is '" + type->text + "'; only 'function' is known");
            }
        }
        const PythonValue& function = require_field(tool, "function", Kind::Object, name);
        const std::string& function_name =
            require_field(function, "name", Kind::String, name + ".function").text;
        check_function_name(function_name, name + ".function.name");
        const PythonValue* const description = optional_field(function, "description");
        const PythonValue* const parameters = optional_field(function, "parameters");
        if (description) require_kind(*description, Kind::String, name + ".function.description");
        if (parameters) require_kind(*parameters, Kind::Object, name + ".function.parameters");
        json += (i == 0 ? "[" : ", ") + std::string(R"({"type": "function", "function": {"name": )") +
                dump_python_string(function_name) + R"(, "description": )" +
                dump_python_string(description ? description->text : "") + R"(, "parameters": )" +
                (parameters ? parameters->dump() : "{}") + "}}";
    }
    return json.empty() ? json : json + "]";
}

}  // namespace

void refuse_chat_request(const std::string& what) {
    throw Error(Fault::BadRequest,
                "The chat request cannot be used: " + what + ". Correct it and send it again.");
}

std::string message_name(std::size_t index) {
    return "messages[" + std::to_string(index) + "]";
}

ChatRequest read_chat_request(std::string_view json) {
    if (json.size() > kMaxRequestBytes) {
        refuse_chat_request("it is " + std::to_string(json.size()) + " bytes long; the limit is " +
                            std::to_string(kMaxRequestBytes));
    }
    std::string problem;
    const auto root = parse_python_json(json, &problem);
    if (!root) refuse_chat_request("it is not JSON: " + problem);
    require_kind(*root, Kind::Object, "the request");
    ChatRequest request;
    request.continue_final_message = read_bool(*root, "continue_final_message", "continue_final_message");
    const PythonValue* const messages = optional_field(*root, "messages");
    if (messages == nullptr) refuse_chat_request("messages is missing");
    for (const PythonValue& value : require_kind(*messages, Kind::Array, "messages").items) {
        request.messages.push_back(read_message(value, request.messages.size()));
    }
    if (const PythonValue* tools = optional_field(*root, "tools")) request.tools = read_tools(*tools);
    return request;
}

}  // namespace sidewinder::inference
