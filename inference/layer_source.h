#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "inference/config.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// One layer of a model as a model of its own: layer 0, with a vocabulary of one token, so that Weights::load
/// reads hardly more than the layer. `model` must outlive it.
class LayerSource final : public TensorSource {
  public:
    LayerSource(const TensorSource& model, const Config& config, std::int64_t layer);

    const Config& config() const { return config_; }
    const std::vector<TensorInfo>& tensors() const override { return tensors_; }
    void read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const override {
        model_.read(names_.find(name)->second, offset, into);
    }
    bool computed() const override { return model_.computed(); }

  private:
    const TensorSource& model_;
    Config config_;
    std::vector<TensorInfo> tensors_;
    std::map<std::string, std::string, std::less<>> names_;  ///< ours -> the model's
};

/// Rows of the embedding table, float32 [tokens, d_model]. Throws Error for ids outside of the vocabulary.
std::vector<float> read_embeddings(const TensorSource& model, const Config& config,
                                   std::span<const TokenId> tokens);

}  // namespace sidewinder::inference
