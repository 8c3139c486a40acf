#include "inference/python_json.h"

#include <charconv>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "inference/error.h"
#include "inference/utf8_text.h"

namespace sidewinder::inference {
namespace {

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

void append_utf8(std::string& text, std::uint32_t code) {
    const auto put = [&text](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (code < 0x80) return put(code);
    if (code < 0x800) {
        put(0xC0 | code >> 6);
    } else {
        if (code < 0x10000) {
            put(0xE0 | code >> 12);
        } else {
            put(0xF0 | code >> 18);
            put(0x80 | (code >> 12 & 0x3F));
        }
        put(0x80 | (code >> 6 & 0x3F));
    }
    put(0x80 | (code & 0x3F));
}

/// A number literal that double cannot hold: too large, or too small. Tells which by the place of its first
/// digit.
double out_of_range_value(std::string_view literal) {
    const bool negative = literal.starts_with('-');
    if (negative) literal.remove_prefix(1);
    const std::size_t exponent_at = std::min(literal.find_first_of("eE"), literal.size());
    const std::string_view mantissa = literal.substr(0, exponent_at);
    const std::size_t point = std::min(mantissa.find('.'), mantissa.size());
    const std::size_t first = std::min(mantissa.find_first_not_of("0."), mantissa.size());
    const double place = static_cast<double>(point) - static_cast<double>(first);
    double exponent = 0;
    for (const char c : literal.substr(exponent_at)) {
        if (is_digit(c)) exponent = exponent * 10 + (c - '0');
    }
    if (literal.find('-', exponent_at) != std::string_view::npos) exponent = -exponent;
    const double size = place + exponent > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return negative ? -size : size;
}

class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    bool parse(PythonValue& value) {
        skip_space();
        if (!parse_value(value, 0)) return false;
        skip_space();
        return at_ == text_.size() || fail("there is more after the value");
    }
    const std::string& problem() const { return problem_; }

  private:
    bool fail(const char* what) {
        if (problem_.empty()) problem_ = std::string(what) + " at byte " + std::to_string(at_);
        return false;
    }
    void skip_space() {
        while (at_ < text_.size() && std::string_view(" \t\n\r").find(text_[at_]) != std::string_view::npos)
            ++at_;
    }
    bool take(std::string_view word) {
        if (!text_.substr(at_).starts_with(word)) return false;
        at_ += word.size();
        return true;
    }

    bool parse_value(PythonValue& value, int depth) {
        if (depth > kMaxJsonDepth) {
            throw Error(Fault::BadRequest,
                        "The chat request cannot be used: its JSON is nested deeper than " +
                            std::to_string(kMaxJsonDepth) + " levels. Make it flatter.");
        }
        using Kind = PythonValue::Kind;
        if (at_ == text_.size()) return fail("the text ends where a value must be");
        const char c = text_[at_];
        if (c == '{') return parse_object(value, depth);
        if (c == '[') return parse_array(value, depth);
        if (c == '"') {
            value.kind = Kind::String;
            return parse_string(value.text);
        }
        if (take("null")) return true;
        if (take("true") || take("false")) {
            value.kind = Kind::Boolean;
            value.boolean = c == 't';
            return true;
        }
        value.kind = Kind::Number;
        for (const std::string_view word : {"NaN", "Infinity", "-Infinity"}) {
            if (take(word)) {
                value.text = word;
                return true;
            }
        }
        return parse_number(value.text);
    }

    bool parse_number(std::string& printed) {
        const std::size_t begin = at_;
        take("-");
        if (!take("0") && !take_digits()) {
            at_ = begin;
            return fail("there is no JSON value");
        }
        const std::size_t integer_end = at_;
        if (at_ < text_.size() && text_[at_] == '.') {
            ++at_;
            if (!take_digits()) at_ = integer_end;
        }
        const std::size_t fraction_end = at_;
        if (at_ < text_.size() && (text_[at_] == 'e' || text_[at_] == 'E')) {
            ++at_;
            if (!take("-")) take("+");
            if (!take_digits()) at_ = fraction_end;
        }
        const std::string_view literal = text_.substr(begin, at_ - begin);
        if (at_ == integer_end) {
            printed = literal == "-0" ? "0" : literal;  // a Python int has no negative zero
            return true;
        }
        double number = 0;
        const auto result = std::from_chars(literal.data(), literal.data() + literal.size(), number);
        if (result.ec == std::errc::result_out_of_range) number = out_of_range_value(literal);
        printed = dump_python_float(number);
        return true;
    }
    bool take_digits() {
        const std::size_t begin = at_;
        while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
        return at_ > begin;
    }

    bool parse_string(std::string& out) {
        for (++at_; at_ < text_.size(); ++at_) {
            const char c = text_[at_];
            if (c == '"') {
                ++at_;
                return true;
            }
            if (static_cast<unsigned char>(c) < 0x20) return fail("there is a control character in a string");
            if (c != '\\') {
                out.push_back(c);
            } else if (!parse_escape(out)) {
                return false;
            }
        }
        return fail("a string does not end");
    }

    /// Leaves at_ on the escape's last character.
    bool parse_escape(std::string& out) {
        constexpr std::string_view kNames = "\"\\/bfnrt", kValues = "\"\\/\b\f\n\r\t";
        if (++at_ == text_.size()) return fail("a string does not end");
        const std::size_t name = kNames.find(text_[at_]);
        if (name != std::string_view::npos) {
            out.push_back(kValues[name]);
            return true;
        }
        std::uint32_t code = 0, low = 0;
        if (text_[at_] != 'u' || !parse_hex(code)) return fail("there is an unknown escape in a string");
        if (code >= 0xD800 && code < 0xDC00 && text_.substr(at_ + 1).starts_with("\\u")) {
            at_ += 2;
            if (!parse_hex(low)) return fail("there is an unknown escape in a string");
            if (low >= 0xDC00 && low < 0xE000) {
                append_utf8(out, 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00));
                return true;
            }
        }
        if (code >= 0xD800 && code < 0xE000) return fail("there is half a surrogate pair in a string");
        append_utf8(out, code);
        return true;
    }
    /// From the 'u' on at_ to the last of its four digits.
    bool parse_hex(std::uint32_t& code) {
        if (text_.size() - at_ < 5) return false;
        const char* const begin = text_.data() + at_ + 1;
        const auto result = std::from_chars(begin, begin + 4, code, 16);
        if (result.ec != std::errc() || result.ptr != begin + 4) return false;
        at_ += 4;
        return true;
    }

    bool parse_array(PythonValue& value, int depth) {
        value.kind = PythonValue::Kind::Array;
        ++at_;
        skip_space();
        if (take("]")) return true;
        for (;;) {
            skip_space();
            if (!parse_value(value.items.emplace_back(), depth + 1)) return false;
            skip_space();
            if (take("]")) return true;
            if (!take(",")) return fail("there is no comma or ] in an array");
        }
    }

    bool parse_object(PythonValue& value, int depth) {
        value.kind = PythonValue::Kind::Object;
        std::unordered_map<std::string, std::size_t> places;
        ++at_;
        skip_space();
        if (take("}")) return true;
        for (;;) {
            skip_space();
            std::string key;
            if (at_ == text_.size() || text_[at_] != '"') return fail("there is no key in an object");
            if (!parse_string(key)) return false;
            skip_space();
            if (!take(":")) return fail("there is no colon after a key");
            skip_space();
            PythonValue item;
            if (!parse_value(item, depth + 1)) return false;
            const auto [place, added] = places.try_emplace(key, value.keys.size());
            if (added) {
                value.keys.push_back(std::move(key));
                value.items.push_back(std::move(item));
            } else {
                value.items[place->second] = std::move(item);
            }
            skip_space();
            if (take("}")) return true;
            if (!take(",")) return fail("there is no comma or } in an object");
        }
    }

    std::string_view text_;
    std::size_t at_ = 0;
    std::string problem_;
};

void dump_to(const PythonValue& value, std::string& out) {
    const bool object = value.kind == PythonValue::Kind::Object;
    switch (value.kind) {
        case PythonValue::Kind::Null:
            out += "null";
            return;
        case PythonValue::Kind::Boolean:
            out += value.boolean ? "true" : "false";
            return;
        case PythonValue::Kind::Number:
            out += value.text;
            return;
        case PythonValue::Kind::String:
            out += dump_python_string(value.text);
            return;
        case PythonValue::Kind::Array:
        case PythonValue::Kind::Object:
            break;
    }
    out.push_back(object ? '{' : '[');
    for (std::size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ", ";
        if (object) out += dump_python_string(value.keys[i]) + ": ";
        dump_to(value.items[i], out);
    }
    out.push_back(object ? '}' : ']');
}

}  // namespace

const PythonValue* PythonValue::find(std::string_view key) const {
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (keys[i] == key) return &items[i];
    }
    return nullptr;
}

std::string PythonValue::dump() const {
    std::string out;
    dump_to(*this, out);
    return out;
}

std::optional<PythonValue> parse_python_json(std::string_view text, std::string* problem) {
    if (!is_utf8(text)) {
        if (problem) *problem = "it is not UTF-8 text";
        return std::nullopt;
    }
    Parser parser(text);
    PythonValue value;
    if (parser.parse(value)) return value;
    if (problem) *problem = parser.problem();
    return std::nullopt;
}

std::string dump_python_string(std::string_view text) {
    constexpr std::string_view kValues = "\"\\\b\f\n\r\t", kNames = "\"\\bfnrt", kHex = "0123456789abcdef";
    std::string out = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        const std::size_t escape = kValues.find(c);
        if (escape != std::string_view::npos) {
            out.push_back('\\');
            out.push_back(kNames[escape]);
        } else if (byte < 0x20) {
            out += "\\u00";
            out.push_back(kHex[byte >> 4]);
            out.push_back(kHex[byte & 15]);
        } else {
            out.push_back(c);
        }
    }
    out.push_back('"');
    return out;
}

std::string dump_python_float(double value) {
    if (std::isnan(value)) return "NaN";
    if (std::isinf(value)) return value > 0 ? "Infinity" : "-Infinity";
    // The shortest digits that read back as the same number, as d.ddde+dd; then Python's choice of form.
    char buffer[32];
    const auto result = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::scientific);
    std::string_view scientific(buffer, static_cast<std::size_t>(result.ptr - buffer));
    std::string out;
    if (scientific.starts_with('-')) {
        out = "-";
        scientific.remove_prefix(1);
    }
    const std::size_t e = scientific.find('e');
    int exponent = 0;
    const std::size_t exponent_at = e + (scientific[e + 1] == '+' ? 2 : 1);
    std::from_chars(scientific.data() + exponent_at, scientific.data() + scientific.size(), exponent);
    if (exponent < -4 || exponent >= 16) return out.append(scientific);
    std::string digits(1, scientific[0]);
    if (e > 2) digits += scientific.substr(2, e - 2);
    if (exponent < 0) return out + "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const std::size_t whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) return out + digits + std::string(whole - digits.size(), '0') + ".0";
    return out + digits.substr(0, whole) + "." + digits.substr(whole);
}

}  // namespace sidewinder::inference
