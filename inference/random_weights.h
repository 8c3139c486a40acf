#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "inference/config.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// The weights of a model of any shape, made by a formula: element i of tensor `name` depends on (seed, name,
/// i) alone, so that the same model exists on every machine without a file. Names of the Mistral layout, all
/// bf16. Source of the formula and of its check values: fixtures/goldens/README.md ("Random weights of any
/// shape").
class RandomWeights final : public TensorSource {
  public:
    explicit RandomWeights(const Config& config, std::uint64_t seed = 1);

    const std::vector<TensorInfo>& tensors() const override { return tensors_; }
    void read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const override;
    bool computed() const override { return true; }

  private:
    Config config_;
    std::uint64_t seed_;
    std::vector<TensorInfo> tensors_;
};

/// A configuration as params.json describes it (expand 2, headdim 64, d_state 128, untied). Throws Error
/// (BadConfig).
Config make_config(std::int64_t dim, std::int64_t layers, std::int64_t vocab, std::int64_t groups);
/// "7b", "tiny", "g8h2", "g1" (the goldens' shapes); `layers` 0 keeps the shape's own count.
Config named_config(const std::string& shape, std::int64_t layers = 0);

/// params.json for such a configuration.
std::string params_json(std::int64_t dim, std::int64_t layers, std::int64_t vocab, std::int64_t groups,
                        bool tied = false);

/// The token sequence that belongs to the formula (the name "tokens").
std::vector<TokenId> random_tokens(std::int64_t vocab, std::size_t count, std::uint64_t seed = 7);

/// Writes params.json and consolidated.safetensors into `folder`, which is made if it is not there.
void write_random_model(const std::filesystem::path& folder, const Config& config, std::uint64_t seed = 1);

}  // namespace sidewinder::inference
