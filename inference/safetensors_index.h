#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "inference/safetensors.h"

namespace sidewinder::inference {

/// model.safetensors.index.json: {"metadata": {"total_size": N, …}, "weight_map": {tensor: shard}}.
struct SafetensorsIndex {
    static constexpr std::uint64_t kMaxBytes = 25'000'000;
    static constexpr std::size_t kMaxShards = 256;

    std::optional<std::uint64_t> total_size;
    std::map<std::string, std::string> shard_of;  ///< by tensor
    std::vector<std::string> shards;              ///< sorted, each once
};

/// A shard's name must match [A-Za-z0-9._-]{1,200}\.safetensors: it is a path from a stranger. Throws Error
/// (BadName, BadIndex, Duplicate, NotJson, …).
SafetensorsIndex parse_safetensors_index(std::string_view json, const std::string& file);

/// The shards of an index as one source. Every shard must hold exactly the tensors that the index places in
/// it.
class ShardedTensors final : public TensorSource {
  public:
    ShardedTensors(const Folder& folder, const std::string& index_name);

    const std::vector<TensorInfo>& tensors() const override { return tensors_; }
    void read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const override;
    void check_unchanged() const override;

  private:
    std::vector<SafetensorsFile> shards_;
    std::vector<TensorInfo> tensors_;
    std::unordered_map<std::string_view, std::size_t> shard_of_;  ///< keys point into tensors_
};

}  // namespace sidewinder::inference
