#include "inference/config_fields.h"

namespace sidewinder::inference {
namespace {

std::string shown(const JsonValue& value) {
    switch (value.kind) {
        case JsonValue::Kind::Unsigned:
            return std::to_string(value.integer);
        case JsonValue::Kind::OtherNumber:
            return std::to_string(value.real);
        case JsonValue::Kind::Bool:
            return value.boolean ? "true" : "false";
        case JsonValue::Kind::String:
            return is_visible_text(value.string) ? "\"" + value.string.substr(0, 60) + "\"" : "a text";
        case JsonValue::Kind::Null:
            return "null";
        case JsonValue::Kind::Array:
            return "a list";
        case JsonValue::Kind::Object:
            return "an object";
    }
    return "?";
}

}  // namespace

ConfigFields::ConfigFields(std::string_view json, std::string file) : file_(std::move(file)) {
    if (json.size() > ConfigLimits::kBytes)
        throw Error(Fault::BadConfig,
                    file_ + " has " + std::to_string(json.size()) + " bytes; a configuration has at most " +
                        std::to_string(ConfigLimits::kBytes) + ". Download the file again.");
    root_ = parse_strict_json(json, file_, {.depth = 16, .values = 10'000});
}

void ConfigFields::fail(std::string_view field, const std::string& what) const {
    throw Error(Fault::BadConfig,
                file_ + ": " + std::string(field) + " " + what +
                    ". Sidewinder runs Mamba2 models; choose another model or download the file again.");
}

const JsonValue& ConfigFields::required(std::string_view field) const {
    const JsonValue* value = root_.find(field);
    if (!value) fail(field, "is missing");
    return *value;
}

std::int64_t ConfigFields::integer(std::string_view field, std::int64_t low, std::int64_t high,
                                   std::optional<std::int64_t> fallback) const {
    if (fallback && !root_.find(field)) return *fallback;
    const JsonValue& value = required(field);
    if (value.kind != JsonValue::Kind::Unsigned || value.integer > static_cast<std::uint64_t>(high) ||
        value.integer < static_cast<std::uint64_t>(low))
        fail(field, "is " + shown(value) + "; it must be a whole number from " + std::to_string(low) +
                        " to " + std::to_string(high));
    return static_cast<std::int64_t>(value.integer);
}

bool ConfigFields::boolean(std::string_view field, std::optional<bool> fallback) const {
    if (fallback && !root_.find(field)) return *fallback;
    const JsonValue& value = required(field);
    if (value.kind != JsonValue::Kind::Bool) fail(field, "is " + shown(value) + "; it must be true or false");
    return value.boolean;
}

std::string ConfigFields::string(std::string_view field, std::optional<std::string> fallback) const {
    if (fallback && !root_.find(field)) return *fallback;
    const JsonValue& value = required(field);
    if (value.kind != JsonValue::Kind::String || !is_visible_text(value.string))
        fail(field, "is " + shown(value) + "; it must be a text");
    return value.string.substr(0, 60);
}

void check_dims(const kernels::Dims& dims, const std::string& file) {
    const auto refuse = [&](const std::string& what) {
        throw Error(Fault::BadConfig,
                    file + ": " + what + ". The model's files do not fit together; download them again.");
    };
    const auto text = [](std::int64_t n) { return std::to_string(n); };
    if (dims.d_inner < 1 || dims.d_inner > 4 * ConfigLimits::kWidth)
        refuse("the inner width " + text(dims.d_inner) + " is out of range");
    if (dims.headdim < 1 || dims.n_heads < 1 || dims.n_heads > ConfigLimits::kWidth ||
        dims.n_heads * dims.headdim != dims.d_inner)
        refuse(text(dims.n_heads) + " heads of " + text(dims.headdim) + " do not make the inner width " +
               text(dims.d_inner));
    if (dims.n_groups < 1 || dims.n_heads % dims.n_groups != 0)
        refuse(text(dims.n_heads) + " heads cannot be shared out to " + text(dims.n_groups) + " groups");
    if (dims.d_state < 1 || dims.d_state > ConfigLimits::kState)
        refuse("the state size " + text(dims.d_state) + " is not between 1 and " +
               text(ConfigLimits::kState));
}

}  // namespace sidewinder::inference
