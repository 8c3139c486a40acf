#include <algorithm>
#include <cmath>

#include "inference/config_fields.h"

namespace sidewinder::inference {
namespace {

const std::string kFile = "config.json";

/// Python's json writes infinity as a bare word, which is no JSON. Newer transformers write {"__float__":
/// "Infinity"}; so does this, wherever the word stands outside a string.
std::string quote_infinity(std::string_view json) {
    constexpr std::string_view kWord = "Infinity";
    std::string out;
    out.reserve(json.size() + 64);
    bool in_string = false;
    for (std::size_t i = 0; i < json.size(); ++i) {
        const char c = json[i];
        if (in_string && c == '\\' && i + 1 < json.size()) {
            out += c;
            out += json[++i];
            continue;
        }
        if (c == '"') in_string = !in_string;
        if (!in_string && json.substr(i).starts_with(kWord)) {
            out += "{\"__float__\":\"Infinity\"}";
            i += kWord.size() - 1;
        } else {
            out += c;
        }
    }
    return out;
}

bool is_infinity(const JsonValue& value) {
    const JsonValue* text = value.find("__float__");
    return text && value.members.size() == 1 && text->kind == JsonValue::Kind::String &&
           text->string == "Infinity";
}

bool is_number(const JsonValue& value) {
    return value.kind == JsonValue::Kind::Unsigned || value.kind == JsonValue::Kind::OtherNumber;
}

void check_switches(const ConfigFields& fields) {
    if (!fields.boolean("rms_norm", true))
        fields.fail("rms_norm", "is false; only RMS norms can be computed");
    if (fields.boolean("use_bias", false))
        fields.fail("use_bias", "is true; linear layers have no bias here");
    if (!fields.boolean("use_conv_bias", true))
        fields.fail("use_conv_bias", "is false; the convolution needs its bias");
    const std::string act = fields.string("hidden_act", "silu");
    if (act != "silu" && act != "swish")
        fields.fail("hidden_act", "is \"" + act + "\"; only silu can be computed");
    fields.boolean("residual_in_fp32", true);  // the residual is always float32
    const JsonValue* limit = fields.find("time_step_limit");
    const bool unlimited =
        !limit || (limit->kind == JsonValue::Kind::Array && limit->items.size() == 2 &&
                   is_number(limit->items[0]) && limit->items[0].real == 0.0 && is_infinity(limit->items[1]));
    if (!unlimited)
        fields.fail("time_step_limit", "is not [0, Infinity]; limited time steps cannot be computed");
}

float norm_epsilon(const ConfigFields& fields) {
    const JsonValue* value = fields.find("layer_norm_epsilon");
    if (!value) return 1e-5f;
    if (!is_number(*value) || !(value->real >= 1e-12 && value->real <= 1e-1))
        fields.fail("layer_norm_epsilon", "must be a number from 1e-12 to 0.1");
    return static_cast<float>(value->real);
}

}  // namespace

// The fallbacks are those of transformers' Mamba2Config, which leaves out of a file what equals them.
Config parse_hugging_face_config(std::string_view json) {
    if (json.size() > ConfigLimits::kBytes) return ConfigFields(json, kFile), Config{};  // throws
    const ConfigFields fields(quote_infinity(json), kFile);
    const std::string type = fields.string("model_type", "unknown");
    if (type != "mamba2")
        throw Error(Fault::UnknownModel,
                    kFile + " describes a model of the type \"" + type +
                        "\". Sidewinder runs Mamba2 models such as Mamba-Codestral; choose one.");
    check_switches(fields);
    Config config;
    kernels::Dims& dims = config.dims;
    config.n_layers = fields.integer("num_hidden_layers", 1, ConfigLimits::kLayers, 64);
    config.tie_embeddings = fields.boolean("tie_word_embeddings", false);
    dims.d_model = fields.integer("hidden_size", 1, ConfigLimits::kWidth, 4096);
    dims.n_heads = fields.integer("num_heads", 1, ConfigLimits::kWidth, 128);
    dims.headdim = fields.integer("head_dim", 1, ConfigLimits::kWidth, 64);
    dims.n_groups = fields.integer("n_groups", 1, ConfigLimits::kWidth, 8);
    dims.d_state = fields.integer("state_size", 1, ConfigLimits::kState, 128);
    dims.vocab = fields.integer("vocab_size", 1, ConfigLimits::kVocab, 32768);
    dims.norm_eps = norm_epsilon(fields);
    dims.d_conv = fields.integer("conv_kernel", 1, 64, 4);
    if (dims.d_conv != 4)
        fields.fail("conv_kernel",
                    "is " + std::to_string(dims.d_conv) + "; only convolutions of 4 taps can be computed");
    const JsonValue* expand = fields.find("expand");
    if (expand && !is_number(*expand)) fields.fail("expand", "must be a number");
    dims.d_inner =
        std::llround(static_cast<double>(dims.d_model) * std::clamp(expand ? expand->real : 2.0, 0.0, 64.0));
    const std::int64_t inner = fields.integer("intermediate_size", 1, 4 * ConfigLimits::kWidth, dims.d_inner);
    if (inner != dims.d_inner)
        fields.fail("intermediate_size", "is " + std::to_string(inner) +
                                             ", but hidden_size times expand is " +
                                             std::to_string(dims.d_inner));
    check_dims(dims, kFile);
    return config;
}

}  // namespace sidewinder::inference
