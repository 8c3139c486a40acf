#pragma once

#include <cstdint>
#include <filesystem>
#include <string_view>

#include "inference/tensor_source.h"
#include "kernels/tensor.h"

namespace sidewinder::inference {

using TokenId = std::int32_t;

/// A Mamba2 language model's shape, from params.json (Mistral) or config.json (Hugging Face). Immutable after
/// load. What the files leave out are the defaults of mamba_ssm.modules.mamba2.Mamba2: d_state 128, headdim
/// 64, expand 2.
struct Config {
    kernels::Dims dims;
    std::int64_t n_layers = 0;
    bool tie_embeddings = false;
};

/// Both parsers check every number before it is used (1 <= n_layers <= 256, vocab <= 1 M, products in range)
/// and throw inference::Error naming the field. `config.json` may hold a bare Infinity or {"__float__":
/// "Infinity"}; its token ids and norm_before_gate are known to be wrong and are not read.
Config parse_mistral_config(std::string_view json);
/// As above, but d_inner, n_heads and d_state, which params.json never says, are taken from the tensors of
/// layer 0 (out_proj, A_log, conv1d). Throws Error naming the two numbers that disagree.
Config parse_mistral_config(std::string_view json, const TensorSource& tensors);
Config parse_hugging_face_config(std::string_view json);

}  // namespace sidewinder::inference
