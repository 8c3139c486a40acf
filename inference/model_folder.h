#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "inference/config.h"
#include "inference/tensor_source.h"

namespace sidewinder::inference {

/// A model on disk, opened and checked but with no weight read yet.
struct ModelFolder {
    enum class Layout { Mistral, HuggingFace };
    Layout layout = Layout::Mistral;
    std::filesystem::path path;
    std::string name;  ///< for the person: the folder's name, or what the model card calls it
    Config config;
    std::shared_ptr<const TensorSource> tensors;
    std::filesystem::path tokenizer;  ///< empty when the folder has none (goldens); then only ids can be fed
    std::string content_hash;         ///< fingerprint(config, *tensors)
    std::string source_sha256;  ///< of the weights' files where it is known (an installed model), else empty;
                                ///< set by whoever knows it: quantised files name it

    /// Opens either layout (model-format.md 1): params.json with consolidated.safetensors, else config.json
    /// with model.safetensors or model.safetensors.index.json. Every file is opened beneath the folder, as a
    /// regular file. Checks the tensor set against the configuration. Throws inference::Error naming the
    /// file.
    static ModelFolder open(const std::filesystem::path& path);
};

/// 32 hex digits that tell models apart: XXH3-128 over the configuration, each tensor's name, dtype and
/// shape, and 8 KiB from the middle of each tensor's data, in the order of names. Reads 5 MB of a 7B model;
/// independent of the layout of files. Not a proof of integrity: that is the download's SHA-256.
std::string fingerprint(const Config& config, const TensorSource& tensors);

}  // namespace sidewinder::inference
