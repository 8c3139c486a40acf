#include "inference/config_fields.h"

namespace sidewinder::inference {
namespace {

const std::string kFile = "params.json";

// mamba_ssm.modules.mamba2.Mamba2's defaults: params.json says none of them.
constexpr std::int64_t kExpand = 2;
constexpr std::int64_t kHeadDim = 64;
constexpr std::int64_t kStateSize = 128;

/// What params.json says. d_inner, n_heads, headdim and d_state are still 0.
Config read_params(std::string_view json) {
    const ConfigFields fields(json, kFile);
    // mistral-inference takes a missing model_type for "transformer".
    const std::string type = fields.string("model_type", "transformer");
    if (type != "mamba")
        throw Error(Fault::UnknownModel,
                    kFile + " describes a model of the type \"" + type +
                        "\". Sidewinder runs Mamba2 models such as Mamba-Codestral; choose one.");
    Config config;
    config.dims.d_model = fields.integer("dim", 1, ConfigLimits::kWidth);
    config.dims.n_groups = fields.integer("n_groups", 1, ConfigLimits::kWidth);
    config.n_layers = fields.integer("n_layers", 1, ConfigLimits::kLayers);
    const std::int64_t vocab = fields.integer("vocab_size", 1, ConfigLimits::kVocab);
    const std::int64_t multiple = fields.integer("pad_vocab_size_multiple", 1, ConfigLimits::kVocab);
    config.dims.vocab = (vocab + multiple - 1) / multiple * multiple;
    if (config.dims.vocab > ConfigLimits::kVocab)
        fields.fail("vocab_size", "is " + std::to_string(config.dims.vocab) +
                                      " when padded to a multiple of " + std::to_string(multiple) +
                                      "; at most " + std::to_string(ConfigLimits::kVocab) + " is allowed");
    config.tie_embeddings = fields.boolean("tie_embeddings");
    if (!fields.boolean("rms_norm")) fields.fail("rms_norm", "is false; only RMS norms can be computed");
    // Neither changes what is computed here: the residual is always float32.
    fields.boolean("residual_in_fp32");
    fields.boolean("fused_add_norm");
    return config;
}

/// The one tensor of layer 0 whose name ends so, of the rank given.
const TensorInfo& layer0(const TensorSource& tensors, const std::string& tail, std::size_t min_rank) {
    for (const TensorInfo& tensor : tensors.tensors())
        if (tensor.name.ends_with("layers.0.mixer." + tail) && tensor.shape.size() >= min_rank) return tensor;
    throw Error(Fault::MissingTensor, "The weights have no tensor backbone.layers.0.mixer." + tail +
                                          " of a usable shape. Download the model again.");
}

}  // namespace

Config parse_mistral_config(std::string_view json) {
    Config config = read_params(json);
    kernels::Dims& dims = config.dims;
    dims.d_inner = kExpand * dims.d_model;
    dims.headdim = kHeadDim;
    dims.n_heads = dims.d_inner / kHeadDim;
    dims.d_state = kStateSize;
    check_dims(dims, kFile);
    return config;
}

Config parse_mistral_config(std::string_view json, const TensorSource& tensors) {
    Config config = read_params(json);
    kernels::Dims& dims = config.dims;
    dims.d_inner = layer0(tensors, "out_proj.weight", 2).shape[1];
    dims.n_heads = layer0(tensors, "A_log", 1).shape[0];
    const auto refuse = [&](const std::string& what) {
        throw Error(Fault::WrongShape,
                    what + ". params.json and the weights do not fit together; download the model again.");
    };
    if (dims.d_inner < 1 || dims.n_heads < 1 || dims.d_inner % dims.n_heads != 0)
        refuse("out_proj of layer 0 has " + std::to_string(dims.d_inner) + " columns, which " +
               std::to_string(dims.n_heads) + " heads (A_log) cannot share");
    dims.headdim = dims.d_inner / dims.n_heads;
    const std::int64_t conv_dim = layer0(tensors, "conv1d.weight", 2).shape[0];
    const std::int64_t state_rows = conv_dim - dims.d_inner;
    if (state_rows < 1 || state_rows % (2 * dims.n_groups) != 0)
        refuse("conv1d of layer 0 has " + std::to_string(conv_dim) +
               " channels, which do not leave room for B and C of " + std::to_string(dims.n_groups) +
               " groups beside the inner width " + std::to_string(dims.d_inner));
    dims.d_state = state_rows / (2 * dims.n_groups);
    check_dims(dims, kFile);
    return config;
}

}  // namespace sidewinder::inference
