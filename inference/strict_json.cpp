#include "inference/strict_json.h"

#include "inference/file_reader.h"

namespace sidewinder::inference {
namespace {

/// Builds a JsonValue; refuses what is too deep or too much before it is stored.
class TreeBuilder : public SaxErrors {
  public:
    TreeBuilder(std::string_view text_, const std::string& file_, JsonLimits limits)
        : SaxErrors{text_, file_}, limits_(limits) {}

    bool null() { return add({}); }
    bool boolean(bool value) {
        JsonValue v;
        v.kind = JsonValue::Kind::Bool;
        v.boolean = value;
        return add(std::move(v));
    }
    bool number_unsigned(std::uint64_t value) {
        JsonValue v;
        v.kind = JsonValue::Kind::Unsigned;
        v.integer = value;
        v.real = static_cast<double>(value);
        return add(std::move(v));
    }
    bool number_integer(std::int64_t value) { return number_float(static_cast<double>(value), {}); }
    bool number_float(double value, const std::string&) {
        JsonValue v;
        v.kind = JsonValue::Kind::OtherNumber;
        v.real = value;
        return add(std::move(v));
    }
    bool string(std::string& value) {
        JsonValue v;
        v.kind = JsonValue::Kind::String;
        v.string = std::move(value);
        return add(std::move(v));
    }
    bool binary(nlohmann::json::binary_t&) { return false; }
    bool start_object(std::size_t) { return open(JsonValue::Kind::Object); }
    bool start_array(std::size_t) { return open(JsonValue::Kind::Array); }
    bool end_object() { return close(); }
    bool end_array() { return close(); }
    bool key(std::string& name) {
        if (stack_.back()->members.contains(name))
            fail(Fault::Duplicate,
                 "the key \"" + (is_visible_text(name) ? name : std::string("?")) + "\" occurs twice");
        key_ = std::move(name);
        return true;
    }

    JsonValue take() { return std::move(root_); }

  private:
    bool add(JsonValue&& value) { return place(std::move(value)) != nullptr; }

    JsonValue* place(JsonValue&& value) {
        if (++count_ > limits_.values)
            fail(Fault::BadEntry, "it holds more than " + std::to_string(limits_.values) + " values");
        if (stack_.empty()) return &(root_ = std::move(value));
        JsonValue& parent = *stack_.back();
        if (parent.kind == JsonValue::Kind::Object) return &(parent.members[key_] = std::move(value));
        return &parent.items.emplace_back(std::move(value));
    }

    bool open(JsonValue::Kind kind) {
        if (stack_.size() >= limits_.depth)
            fail(Fault::TooDeep,
                 "its values are nested more than " + std::to_string(limits_.depth) + " deep");
        JsonValue v;
        v.kind = kind;
        // A pointer into `items` stays valid: its parent gets no other element until this one is closed.
        stack_.push_back(place(std::move(v)));
        return true;
    }

    bool close() {
        stack_.pop_back();
        return true;
    }

    JsonLimits limits_;
    JsonValue root_;
    std::vector<JsonValue*> stack_;
    std::string key_;
    std::size_t count_ = 0;
};

}  // namespace

void SaxErrors::fail(Fault fault, const std::string& what) const {
    throw Error(fault, file + " cannot be used: " + what + ". Download the file again.");
}

bool SaxErrors::parse_error(std::size_t position, const std::string& token,
                            const nlohmann::detail::exception& error) const {
    const std::string where = " at byte " + std::to_string(position);
    constexpr int kNumberOverflow = 406;  // nlohmann's id of out_of_range for numbers
    if (error.id == kNumberOverflow) fail(Fault::BadNumber, "a number" + where + " is out of range");
    // "01": the parser has taken the 0 and stops at the digit behind it.
    const std::size_t start = position - std::min(position, token.size());
    const bool digit = !token.empty() && token[0] >= '0' && token[0] <= '9';
    if (digit && start > 0 && start <= text.size() && text[start - 1] == '0')
        fail(Fault::BadNumber, "a number" + where + " begins with a zero");
    if (std::string_view(error.what()).find("surrogate") != std::string_view::npos)
        fail(Fault::NotUtf8, "an escape" + where + " stands for half a character");
    fail(Fault::NotJson, "it is not valid JSON" + where);
}

void check_json_text(std::string_view text, const std::string& file) {
    const SaxErrors errors{text, file};
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || text[first] != '{') {
        if (const std::string_view kind = sniff_kind(text.substr(0, 512)); !kind.empty())
            errors.fail(Fault::WrongKind, "this is " + std::string(kind));
        if (!is_utf8(text)) errors.fail(Fault::NotUtf8, "it is not UTF-8 text");
        errors.fail(Fault::NotJson, "it is not a JSON object");
    }
    if (!is_utf8(text)) errors.fail(Fault::NotUtf8, "it is not UTF-8 text");
    // nlohmann takes a NUL for the end of the text.
    if (text.find('\0') != std::string_view::npos) errors.fail(Fault::NotJson, "it contains a NUL byte");
}

const JsonValue* JsonValue::find(std::string_view key) const {
    const auto found = members.find(key);
    return found == members.end() ? nullptr : &found->second;
}

JsonValue parse_strict_json(std::string_view text, const std::string& file, JsonLimits limits) {
    check_json_text(text, file);
    TreeBuilder builder(text, file, limits);
    nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
    return builder.take();
}

}  // namespace sidewinder::inference
