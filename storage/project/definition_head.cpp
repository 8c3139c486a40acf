#include "storage/project/definition_head.h"

#include <algorithm>
#include <iterator>
#include <vector>

namespace sidewinder::project {

namespace {

bool is_name(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '$' || c == '~' || static_cast<unsigned char>(c) >= 0x80;
}

template <std::size_t Size>
bool is_in(const std::string_view (&list)[Size], std::string_view word) {
    return std::find(std::begin(list), std::end(list), word) != std::end(list);
}

constexpr std::string_view kTypeWords[] = {"class",  "struct",   "union",   "enum",      "interface", "trait",
                                           "impl",   "protocol", "object",  "namespace", "module",    "mod",
                                           "record", "message",  "service", "extension", "@interface"};
constexpr std::string_view kFunctionWords[] = {"fn", "func", "function", "fun", "def", "sub"};
constexpr std::string_view kNoNames[] = {
    "if",     "for",           "while",    "switch",  "catch",  "return", "sizeof", "else",
    "do",     "foreach",       "using",    "lock",    "elif",   "until",  "when",   "match",
    "unless", "with",          "try",      "new",     "throw",  "assert", "guard",  "select",
    "case",   "synchronized",  "decltype", "alignas", "typeof", "await",  "delete", "loop",
    "unsafe", "static_assert", "requires", "super",   "defer",  "repeat", "fixed"};
constexpr std::string_view kTypeDecoration[] = {"final",  "alignas", "public",   "private", "protected",
                                                "static", "export",  "abstract", "sealed",  "data",
                                                "class",  "struct",  "inline",   "const"};

struct Token {
    std::string_view text;
    bool name = false;
    int depth = 0;  ///< of round and square brackets about it
};

std::vector<Token> tokens_of(std::string_view head) {
    std::vector<Token> tokens;
    int depth = 0;
    for (std::size_t at = 0; at < head.size();) {
        std::size_t end = at + 1;
        if (head[at] == ' ' || head[at] == '"') {
            ++at;
            continue;
        }
        const bool name = is_name(head[at]);
        if (name) {
            while (end < head.size() && is_name(head[end])) ++end;
        } else if (head.substr(at, 2) == "::" || head.substr(at, 2) == "=>") {
            end = at + 2;
        }
        if (head[at] == ')' || head[at] == ']') --depth;
        tokens.push_back({head.substr(at, end - at), name, depth});
        if (head[at] == '(' || head[at] == '[') ++depth;
        at = end;
    }
    return tokens;
}

std::size_t find_token(const std::vector<Token>& tokens, std::string_view text, std::size_t from = 0) {
    for (std::size_t i = from; i < tokens.size(); ++i)
        if (tokens[i].depth == 0 && tokens[i].text == text) return i;
    return tokens.size();
}

/// The name before `at`, with what qualifies it.
Definition named_before(const std::vector<Token>& tokens, std::size_t at, const char* kind) {
    Definition found;
    if (at == 0 || at > tokens.size() || !tokens[at - 1].name || is_in(kNoNames, tokens[at - 1].text))
        return found;
    found.name = tokens[at - 1].text;
    found.kind = kind;
    std::size_t begin = at - 1;
    while (begin >= 2 && (tokens[begin - 1].text == "::" || tokens[begin - 1].text == ".") &&
           tokens[begin - 2].name)
        begin -= 2;
    for (std::size_t i = begin; i + 1 < at; i += 2)
        found.container += std::string(i == begin ? "" : "::") + std::string(tokens[i].text);
    return found;
}

Definition type_at(const std::vector<Token>& tokens, std::size_t keyword) {
    Definition found;
    if (keyword > 1 && tokens[0].text == "type") return {std::string(tokens[1].text), "class", {}};  // Go
    int angles = 0;
    for (std::size_t i = keyword + 1; i < tokens.size(); ++i) {
        const std::string_view text = tokens[i].text;
        angles += text == "<" ? 1 : text == ">" ? -1 : 0;
        if (tokens[i].depth > 0 || angles > 0 || text == ">") continue;
        if (!tokens[i].name) {
            if (text == "::") continue;
            if (text == "(" || text == ")" || text == "[" || text == "]") continue;
            break;
        }
        if (text == "extends" || text == "implements" || text == "where" || text == "for" || text == "is")
            break;
        if (!is_in(kTypeDecoration, text)) found.name = text;
    }
    const std::string_view word = tokens[keyword].text;
    found.kind = word == "namespace" || word == "module" || word == "mod" ? "namespace" : "class";
    return found;
}

Definition function_after(const std::vector<Token>& tokens, std::size_t keyword) {
    std::size_t at = keyword + 1;
    Definition found{{}, "function", {}};
    if (at < tokens.size() && tokens[at].text == "(") {  // Go's receiver, or a function without a name
        while (at < tokens.size() &&
               tokens[at].depth + (tokens[at].text == "(" ? 1 : 0) > tokens[keyword].depth) {
            if (tokens[at].name) found.container = tokens[at].text;
            ++at;
        }
        ++at;
    }
    while (at < tokens.size() && (tokens[at].text == "*" || tokens[at].text == "&")) ++at;
    if (at >= tokens.size() || !tokens[at].name) return {};
    while (at + 2 < tokens.size() && (tokens[at + 1].text == "." || tokens[at + 1].text == ":") &&
           tokens[at + 2].name && tokens[at + 2].depth == tokens[at].depth) {
        if (tokens[at + 1].text == ":") break;
        found.container = tokens[at].text;
        at += 2;
    }
    found.name = tokens[at].text;
    return found;
}

/// "name(...)" of C and its kin: the name before the first round bracket that is no annotation's.
Definition function_by_bracket(const std::vector<Token>& tokens) {
    for (std::size_t i = 1; i < tokens.size(); ++i) {
        if (tokens[i].depth != 0) continue;
        if (tokens[i].text == "operator") {
            Definition found = named_before(tokens, i + 1, "function");
            for (std::size_t j = i + 1; j < tokens.size() && (tokens[j].text != "(" || j == i + 1); ++j)
                found.name += tokens[j].text;
            return found;
        }
        if (tokens[i].text != "(") continue;
        const bool annotation = i >= 2 && tokens[i - 2].text == "@";
        if (annotation || tokens[i - 1].text == "__attribute__" || tokens[i - 1].text == "throws") continue;
        return named_before(tokens, i, "function");
    }
    return {};
}

Definition assigned(const std::vector<Token>& tokens, std::size_t equals, bool is_function) {
    std::size_t at = equals;
    if (const std::size_t colon = find_token(tokens, ":"); colon < equals && colon > 0) at = colon;
    while (at > 0 && (tokens[at - 1].depth > 0 || tokens[at - 1].text == "]" || tokens[at - 1].text == "["))
        --at;
    Definition found = named_before(tokens, at, is_function ? "function" : "variable");
    if (found.container == "this" || found.container == "exports") found.container.clear();
    return found;
}

}  // namespace

Definition definition_of(std::string_view head, bool inside_function) {
    const std::vector<Token> tokens = tokens_of(head);
    const bool is_operator = find_token(tokens, "operator") < tokens.size();
    const std::size_t equals = is_operator ? tokens.size() : find_token(tokens, "=");
    const std::size_t bracket = find_token(tokens, "(");
    std::size_t function = tokens.size(), type = tokens.size();
    for (std::size_t i = 0; i < tokens.size(); ++i) {
        if (tokens[i].depth != 0) continue;
        const bool template_parameter = i > 0 && (tokens[i - 1].text == "<" || tokens[i - 1].text == ",");
        if (function == tokens.size() && is_in(kFunctionWords, tokens[i].text)) function = i;
        const bool named = i + 1 < tokens.size() &&
                           (tokens[i + 1].name || tokens[i + 1].text == "<" || tokens[i + 1].text == "[");
        const bool go_type = i > 1 && tokens[0].text == "type";
        if (type == tokens.size() && !template_parameter && (named || go_type) &&
            is_in(kTypeWords, tokens[i].text))
            type = i;
    }
    if (function < equals && (type == tokens.size() || function < type)) {
        Definition found = function_after(tokens, function);
        if (!found.name.empty() || function > 0) return found;
    }
    const bool returns_type = bracket < tokens.size() && type + 2 < bracket && bracket < equals;
    if (type < equals && !returns_type) return type_at(tokens, type);
    if (equals < tokens.size() && equals > 0 && equals < bracket) {
        const bool is_function = find_token(tokens, "=>", equals) < tokens.size() || function < tokens.size();
        return inside_function && !is_function ? Definition{} : assigned(tokens, equals, is_function);
    }
    if (function < tokens.size() || inside_function || !tokens.empty()) {
        if (const std::size_t colon = find_token(tokens, ":"); function < tokens.size() && colon < function)
            return named_before(tokens, colon, "function");
    }
    if (inside_function || bracket == tokens.size()) return {};
    return function_by_bracket(tokens);
}

Definition statement_of(std::string_view head) {
    const std::vector<Token> tokens = tokens_of(head);
    const std::size_t equals = find_token(tokens, "=");
    if (equals == 0 || equals >= tokens.size() || find_token(tokens, "(") < equals) return {};
    return assigned(tokens, equals, false);
}

}  // namespace sidewinder::project
