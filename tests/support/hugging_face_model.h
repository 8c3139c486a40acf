#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "inference/random_weights.h"
#include "inference/safetensors_writer.h"
#include "tests/support/model_files.h"

namespace sidewinder::test {

inline std::string hugging_face_json(const inference::Config& config) {
    const kernels::Dims& d = config.dims;
    const auto field = [](const char* name, std::int64_t value) {
        return ", \"" + std::string(name) + "\": " + std::to_string(value);
    };
    return "{\"model_type\": \"mamba2\"" + field("hidden_size", d.d_model) + field("num_heads", d.n_heads) +
           field("n_groups", d.n_groups) + field("vocab_size", d.vocab) +
           field("num_hidden_layers", config.n_layers) + "}";
}

/// The random model in the Hugging Face layout, in `shards` files (1: model.safetensors without an index).
inline void write_hugging_face(const inference::Config& config, const std::filesystem::path& folder,
                               std::size_t shards) {
    std::filesystem::create_directories(folder);
    write_file(folder / "config.json", hugging_face_json(config));
    const inference::RandomWeights source(config);
    std::vector<std::vector<std::string>> names(shards);
    for (std::size_t i = 0; i < source.tensors().size(); ++i)
        names[i % shards].push_back(source.tensors()[i].name);
    std::string map;
    for (std::size_t s = 0; s < shards; ++s) {
        const std::string file =
            shards == 1 ? "model.safetensors" : "model-" + std::to_string(s) + ".safetensors";
        std::vector<inference::TensorInfo> tensors;
        for (const std::string& name : names[s]) {
            inference::TensorInfo tensor = *source.find(name);
            tensor.name =
                name == "model.backbone.embedding.weight" ? "backbone.embeddings.weight" : name.substr(6);
            tensors.push_back(tensor);
            map += (map.empty() ? "\"" : ",\"") + tensor.name + "\":\"" + file + "\"";
        }
        inference::SafetensorsWriter writer(folder / file, tensors, {{"format", "pt"}});
        for (std::size_t t = 0; t < tensors.size(); ++t) {
            std::vector<std::byte> data(source.find(names[s][t])->bytes);
            source.read(names[s][t], 0, data);
            writer.write(t, 0, data);
        }
        writer.finish();
    }
    if (shards > 1) write_file(folder / "model.safetensors.index.json", "{\"weight_map\":{" + map + "}}");
}

}  // namespace sidewinder::test
