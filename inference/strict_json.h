#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "inference/error.h"
#include "inference/utf8_text.h"

namespace sidewinder::inference {

/// Text that is safe to show and compare as a name: UTF-8 without control, bidirectional or invisible
/// characters.
bool is_visible_text(std::string_view text);

/// Throws Error (NotUtf8, NotJson, WrongKind) unless `text` is UTF-8 without NUL and begins, after white
/// space, with
/// `{`. A parser need not look for these any more. `file` names the text in messages.
void check_json_text(std::string_view text, const std::string& file);

/// Base of the SAX handlers for nlohmann::json::sax_parse: turns a syntax error into an Error.
struct SaxErrors {
    std::string_view text;
    std::string file;

    bool parse_error(std::size_t position, const std::string& token,
                     const nlohmann::detail::exception& error) const;
    [[noreturn]] void fail(Fault fault, const std::string& what) const;
};

/// A small JSON tree. Numbers keep apart what a literal was: an unsigned integer, or anything else.
struct JsonValue {
    enum class Kind { Null, Bool, Unsigned, OtherNumber, String, Array, Object };
    Kind kind = Kind::Null;
    bool boolean = false;
    std::uint64_t integer = 0;
    double real = 0;  ///< of both kinds of number
    std::string string;
    std::vector<JsonValue> items;
    std::map<std::string, JsonValue, std::less<>> members;

    const JsonValue* find(std::string_view key) const;
};

struct JsonLimits {
    std::size_t depth = 4;
    std::size_t values = 10'000;
};

/// Parses one object. Throws Error: Duplicate (keys compared after their escapes), TooDeep, NotUtf8, NotJson,
/// BadNumber (out of the range of a double), BadEntry (more than limits.values values).
JsonValue parse_strict_json(std::string_view text, const std::string& file, JsonLimits limits);

}  // namespace sidewinder::inference
