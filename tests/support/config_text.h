#pragma once

#include <stdexcept>
#include <string>

#include "inference/random_weights.h"

namespace sidewinder::test {

// The file of mistralai/Mamba-Codestral-7B-v0.1 (model-format.md 1.1), 234 bytes.
inline const std::string kParams = inference::params_json(4096, 64, 32768, 8);

// model-format.md 1.2, as the conversions have it: bare Infinity, wrong token ids and norm_before_gate.
inline const std::string kConfig = R"({
  "architectures": ["Mamba2ForCausalLM"], "bos_token_id": 0, "chunk_size": 256, "conv_kernel": 4, "eos_token_id": 0,
  "expand": 2, "head_dim": 64, "hidden_act": "silu", "hidden_size": 4096, "initializer_range": 0.1,
  "intermediate_size": 8192, "layer_norm_epsilon": 1e-05, "model_type": "mamba2", "n_groups": 8,
  "norm_before_gate": true, "num_heads": 128, "num_hidden_layers": 64, "pad_token_id": 0,
  "rescale_prenorm_residual": false, "residual_in_fp32": true, "rms_norm": true, "state_size": 128,
  "tie_word_embeddings": false, "time_step_floor": 0.0001, "time_step_init_scheme": "random",
  "time_step_limit": [0.0, Infinity], "time_step_max": 0.1, "time_step_min": 0.001, "time_step_rank": 256,
  "time_step_scale": 1.0, "torch_dtype": "bfloat16", "transformers_version": "4.44.0.dev0", "use_bias": false,
  "use_cache": true, "use_conv_bias": true, "vocab_size": 32768
})";

/// The first `from` replaced.
inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    if (at == std::string::npos) throw std::logic_error("the test's text lacks " + from);
    return text.replace(at, from.size(), to);
}

/// The value of `key` replaced, whatever it was.
inline std::string with(const std::string& text, const std::string& key, const std::string& value) {
    const std::size_t begin = text.find("\"" + key + "\":") + key.size() + 3;
    std::size_t end = begin;
    for (int depth = 0; depth > 0 || (text[end] != ',' && text[end] != '}' && text[end] != '\n'); ++end)
        depth += text[end] == '[' ? 1 : text[end] == ']' ? -1 : 0;
    return text.substr(0, begin) + " " + value + text.substr(end);
}

}  // namespace sidewinder::test
