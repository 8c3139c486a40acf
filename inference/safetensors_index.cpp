#include "inference/safetensors_index.h"

#include <algorithm>
#include <set>

#include "inference/error.h"
#include "inference/strict_json.h"

namespace sidewinder::inference {
namespace {

bool is_shard_name(std::string_view name) {
    constexpr std::string_view kEnding = ".safetensors";
    if (!name.ends_with(kEnding)) return false;
    name.remove_suffix(kEnding.size());
    return !name.empty() && name.size() <= 200 && std::all_of(name.begin(), name.end(), [](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
               c == '_' || c == '-';
    });
}

}  // namespace

SafetensorsIndex parse_safetensors_index(std::string_view json, const std::string& file) {
    const SaxErrors errors{json, file};
    if (json.size() > SafetensorsIndex::kMaxBytes)
        errors.fail(Fault::BadIndex,
                    "it has " + std::to_string(json.size()) + " bytes; 25000000 are the limit");
    const JsonValue root =
        parse_strict_json(json, file, {.depth = 4, .values = SafetensorsHeader::kMaxTensors + 100});
    const JsonValue* map = root.find("weight_map");
    if (!map || map->kind != JsonValue::Kind::Object || map->members.empty())
        errors.fail(Fault::BadIndex, "it has no weight_map");
    SafetensorsIndex index;
    std::set<std::string> shards;
    for (const auto& [tensor, shard] : map->members) {
        if (tensor.empty() || tensor.size() > SafetensorsHeader::kMaxName || !is_visible_text(tensor))
            errors.fail(Fault::BadName, "a tensor's name is empty, too long or has hidden characters");
        if (shard.kind != JsonValue::Kind::String)
            errors.fail(Fault::BadIndex, "a shard's name is not a text");
        if (!is_shard_name(shard.string))
            errors.fail(Fault::BadName, "a shard's name is not a plain file name that ends in .safetensors");
        shards.insert(shard.string);
        index.shard_of.emplace(tensor, shard.string);
    }
    if (shards.size() > SafetensorsIndex::kMaxShards)
        errors.fail(Fault::BadIndex,
                    "it names " + std::to_string(shards.size()) + " shards; 256 are the limit");
    index.shards.assign(shards.begin(), shards.end());
    const JsonValue* metadata = root.find("metadata");
    if (const JsonValue* size = metadata ? metadata->find("total_size") : nullptr) {
        if (size->kind != JsonValue::Kind::Unsigned)
            errors.fail(Fault::BadNumber, "total_size is not a whole number from 0");
        index.total_size = size->integer;
    }
    return index;
}

ShardedTensors::ShardedTensors(const Folder& folder, const std::string& index_name) {
    const SafetensorsIndex index = parse_safetensors_index(
        folder.open_file(index_name).read_all(SafetensorsIndex::kMaxBytes), index_name);
    const auto refuse = [&](const std::string& what) {
        throw Error(Fault::BadIndex, index_name + " and the shards do not fit together: " + what +
                                         ". Download the model again.");
    };
    std::uint64_t total = 0;
    std::vector<std::size_t> shard_numbers;
    for (const std::string& name : index.shards) {
        const SafetensorsFile& shard = shards_.emplace_back(folder.open_file(name));
        for (const TensorInfo& tensor : shard.tensors()) {
            const auto placed = index.shard_of.find(tensor.name);
            if (placed == index.shard_of.end())
                refuse(name + " holds " + tensor.name + ", which the index does not list");
            if (placed->second != name)
                refuse(name + " holds " + tensor.name + ", which belongs in " + placed->second);
            total += tensor.bytes;  // cannot wrap: 256 real files
            tensors_.push_back(tensor);
            shard_numbers.push_back(shards_.size() - 1);
        }
    }
    for (std::size_t i = 0; i < tensors_.size(); ++i) shard_of_.emplace(tensors_[i].name, shard_numbers[i]);
    for (const auto& [tensor, shard] : index.shard_of)
        if (!shard_of_.contains(tensor)) refuse(shard + " lacks " + tensor);
    if (index.total_size && *index.total_size != total)
        refuse("total_size is " + std::to_string(*index.total_size) + ", but the tensors have " +
               std::to_string(total) + " bytes");
}

void ShardedTensors::read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const {
    const auto found = shard_of_.find(name);
    if (found == shard_of_.end())
        throw Error(Fault::MissingTensor, "The shards have no tensor \"" + std::string(name) + "\".");
    shards_[found->second].read(name, offset, into);
}

void ShardedTensors::check_unchanged() const {
    for (const SafetensorsFile& shard : shards_) shard.check_unchanged();
}

}  // namespace sidewinder::inference
