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
    std::string content_hash;  ///< 32 hex digits over configuration and weight bytes' identity: see fingerprint()

    /// Opens either layout (model-format.md 1). Every file is opened beneath the folder, as a regular file.
    /// Throws inference::Error naming the file.
    static ModelFolder open(const std::filesystem::path& path);
};

}  // namespace sidewinder::inference
