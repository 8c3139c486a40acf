#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sidewinder::inference {

/// JSON as Python's json module reads and writes it, since the model was trained on what json.dumps printed
/// (model-format.md 3.5). nlohmann::json cannot serve: it has no NaN and no Infinity, makes doubles of large
/// integers and refuses 1e400.
struct PythonValue {
    enum class Kind { Null, Boolean, Number, String, Array, Object };
    Kind kind = Kind::Null;
    bool boolean = false;
    std::string text;  ///< String: UTF-8. Number: as Python prints it, 1e5 is 100000.0
    std::vector<std::string>
        keys;  ///< Object: unique, in the order of their first appearance; the last value counts
    std::vector<PythonValue> items;  ///< Array: the elements. Object: the values, beside `keys`

    const PythonValue* find(std::string_view key) const;  ///< null when there is none
    /// json.dumps(value, ensure_ascii=False): separators ", " and ": ".
    std::string dump() const;
};

/// A value may hold others this deep; so deep do parsing, dumping and destroying recurse.
inline constexpr int kMaxJsonDepth = 128;

/// Like json.loads. Nothing when the text is not JSON, with `problem` saying what and where. Unlike Python it
/// refuses unpaired surrogates. Throws Error(BadRequest) when the text is nested deeper than kMaxJsonDepth.
std::optional<PythonValue> parse_python_json(std::string_view text, std::string* problem = nullptr);

/// A string literal as json.dumps(text, ensure_ascii=False) writes it, with its quotes.
std::string dump_python_string(std::string_view text);

/// repr() of a Python float, and json's NaN, Infinity, -Infinity.
std::string dump_python_float(double value);

}  // namespace sidewinder::inference
