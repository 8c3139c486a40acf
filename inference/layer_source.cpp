#include "inference/layer_source.h"

#include <cstring>

#include "inference/error.h"
#include "inference/tensor_table.h"
#include "kernels/quant.h"

namespace sidewinder::inference {
namespace {

constexpr const char* kEmbedding = "backbone.embedding.weight";

}  // namespace

LayerSource::LayerSource(const TensorSource& model, const Config& config, std::int64_t layer)
    : model_(model), config_(config) {
    const TensorTable table(model, config);
    config_.n_layers = 1;
    config_.dims.vocab = 1;
    config_.tie_embeddings = true;
    const std::string ours = "backbone.layers.0.", theirs = "backbone.layers." + std::to_string(layer) + ".";
    for (const ExpectedTensor& expected : expected_tensors(config_)) {
        if (expected.name == "lm_head.weight") continue;
        const bool in_layer = expected.name.starts_with(ours);
        TensorInfo tensor = table.at(in_layer ? theirs + expected.name.substr(ours.size()) : expected.name);
        names_[expected.name] = tensor.name;
        tensor.name = expected.name;
        if (expected.name == kEmbedding) {
            tensor.shape = expected.shape;
            tensor.bytes = static_cast<std::uint64_t>(config_.dims.d_model) * size_of(tensor.dtype);
        }
        tensors_.push_back(std::move(tensor));
    }
}

std::vector<float> read_embeddings(const TensorSource& model, const Config& config,
                                   std::span<const TokenId> tokens) {
    const TensorInfo table = TensorTable(model, config).at(kEmbedding);
    const auto cols = static_cast<std::size_t>(config.dims.d_model);
    const std::size_t row = cols * size_of(table.dtype);
    std::vector<std::byte> bytes(row);
    std::vector<float> out(tokens.size() * cols);
    for (std::size_t t = 0; t < tokens.size(); ++t) {
        if (tokens[t] < 0 || tokens[t] >= config.dims.vocab)
            throw Error(Fault::BadRequest, "Token id " + std::to_string(tokens[t]) +
                                               " is outside of the vocabulary of " +
                                               std::to_string(config.dims.vocab) + ".");
        model.read(table.name, static_cast<std::uint64_t>(tokens[t]) * row, bytes);
        float* to = out.data() + t * cols;
        for (std::size_t c = 0; c < cols; ++c) {
            std::uint16_t bits = 0;
            if (table.dtype == DType::F32)
                std::memcpy(to + c, bytes.data() + c * sizeof(float), sizeof(float));
            else
                std::memcpy(&bits, bytes.data() + c * sizeof bits, sizeof bits);
            if (table.dtype == DType::BF16) to[c] = kernels::float_from_bf16(bits);
            if (table.dtype == DType::F16) to[c] = kernels::float_from_f16(bits);
        }
    }
    return out;
}

}  // namespace sidewinder::inference
