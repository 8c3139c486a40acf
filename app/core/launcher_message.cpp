#include "app/core/launcher_message.h"

#include <algorithm>
#include <array>

namespace sidewinder::app {

namespace {

// Kinds of messages, and of their fields. A field is its tag, its text and a NUL.
constexpr char kFetch = 'F', kLink = 'L';
constexpr char kArgument = 'a', kVariable = 'e', kAddress = 'u';

constexpr std::array<std::string_view, 18> kOptions{
    "repo",        "revision",   "into",     "file",        "endpoint",        "ca",
    "proxy",       "token-file", "token-fd", "connections", "piece-bytes",     "save-bytes",
    "spare-bytes", "backoff-ms", "patience", "stall",       "connect-timeout", "http"};
constexpr std::array<std::string_view, 6> kFlags{"--no-token", "--secrets", "--in-file",
                                                 "proxy",      "set",       "remove"};

constexpr std::array<std::string_view, 10> kVariables{
    "HF_ENDPOINT", "HF_TOKEN",  "HTTP_PROXY", "http_proxy", "HTTPS_PROXY",
    "https_proxy", "ALL_PROXY", "all_proxy",  "NO_PROXY",   "no_proxy"};

bool contains(const auto& names, std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

bool is_alphanumeric(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Adds one field to the message; false when it may not be there.
bool take_field(LaunchMessage& message, char tag, std::string_view text) {
    if (text.size() > kLongestField) return false;
    if (message.kind == LaunchMessage::Kind::Link) {
        if (tag != kAddress || !message.link.empty() || !is_web_link(text)) return false;
        message.link = text;
        return true;
    }
    if (tag == kArgument && is_fetch_argument(text)) {
        message.fetch.arguments.emplace_back(text);
        return true;
    }
    const std::size_t equals = text.find('=');
    if (tag != kVariable || equals == std::string_view::npos || !is_fetch_variable(text.substr(0, equals)))
        return false;
    message.fetch.variables.emplace_back(text.substr(0, equals), text.substr(equals + 1));
    return true;
}

}  // namespace

bool is_fetch_argument(std::string_view argument) {
    if (contains(kFlags, argument)) return true;
    if (argument.substr(0, 2) != "--") return false;
    const std::size_t equals = argument.find('=');
    return equals != std::string_view::npos && contains(kOptions, argument.substr(2, equals - 2));
}

bool is_fetch_variable(std::string_view name) {
    return contains(kVariables, name);
}

bool is_web_link(std::string_view address) {
    if (address.size() > kLongestField) return false;
    const std::size_t scheme = address.find("://");
    if (scheme == std::string_view::npos) return false;
    if (address.substr(0, scheme) != "http" && address.substr(0, scheme) != "https") return false;
    const std::string_view rest = address.substr(scheme + 3);
    if (rest.empty() || !(is_alphanumeric(rest.front()) || rest.front() == '[')) return false;
    return std::all_of(rest.begin(), rest.end(), [](char c) {
        // No apostrophe, though RFC 3986 has it: what comes after us may be a shell script.
        return is_alphanumeric(c) ||
               std::string_view("-._~:/?#[]@!$&()*+,;=%").find(c) != std::string_view::npos;
    });
}

std::string to_bytes(const LaunchMessage& message) {
    std::string bytes;
    const auto add = [&bytes](char tag, const std::string& text) {
        bytes += tag;
        bytes += text;
        bytes += '\0';
    };
    if (message.kind == LaunchMessage::Kind::Link) {
        bytes += kLink;
        add(kAddress, message.link);
        return bytes;
    }
    bytes += kFetch;
    for (const std::string& argument : message.fetch.arguments) add(kArgument, argument);
    for (const auto& [name, value] : message.fetch.variables) add(kVariable, name + "=" + value);
    return bytes;
}

std::optional<LaunchMessage> parse_launch_message(std::string_view bytes) {
    if (bytes.empty() || bytes.size() > kLongestMessage || bytes.back() != '\0') return std::nullopt;
    LaunchMessage message;
    if (bytes.front() == kLink) {
        message.kind = LaunchMessage::Kind::Link;
    } else if (bytes.front() != kFetch) {
        return std::nullopt;
    }
    std::size_t fields = 0;
    for (std::string_view rest = bytes.substr(1); !rest.empty();) {
        const std::size_t end = rest.find('\0');
        if (end == 0 || ++fields > kMostFields) return std::nullopt;
        if (!take_field(message, rest.front(), rest.substr(1, end - 1))) return std::nullopt;
        rest.remove_prefix(end + 1);
    }
    if (fields == 0) return std::nullopt;
    return message;
}

}  // namespace sidewinder::app
