#include "inference/model_folder.h"

#include <array>

#include "inference/config_fields.h"
#include "inference/error.h"
#include "inference/file_reader.h"
#include "inference/safetensors.h"
#include "inference/safetensors_index.h"
#include "inference/tensor_table.h"

namespace sidewinder::inference {
namespace {

/// "Mamba-Codestral-7B-v0.1" from …/models--mistralai--Mamba-Codestral-7B-v0.1/snapshots/<commit>, else the
/// last part.
std::string name_of_model(const std::filesystem::path& path) {
    std::error_code ignored;
    std::filesystem::path real = std::filesystem::weakly_canonical(path, ignored);
    if (ignored || real.empty()) real = path;
    const std::string repository = real.parent_path().parent_path().filename().string();
    if (real.parent_path().filename() == "snapshots" && repository.starts_with("models--"))
        return repository.substr(repository.rfind("--") + 2);
    return real.filename().string();
}

std::filesystem::path find_tokenizer(const Folder& folder) {
    for (const char* name : {"tokenizer.model.v3", "tokenizer.model"}) {
        if (!folder.has(name)) continue;
        folder.open_file(name);  // refuses what is not a regular file beneath the folder
        return folder.path() / name;
    }
    return {};
}

void open_mistral(const Folder& folder, ModelFolder& model) {
    model.layout = ModelFolder::Layout::Mistral;
    const std::string json = folder.open_file("params.json").read_all(ConfigLimits::kBytes);
    const ConfigFields syntax(
        json, "params.json");  // a broken configuration is named before the weights are opened
    model.tensors = std::make_shared<SafetensorsFile>(folder.open_file("consolidated.safetensors"));
    model.config = parse_mistral_config(json, *model.tensors);
}

void open_hugging_face(const Folder& folder, ModelFolder& model) {
    model.layout = ModelFolder::Layout::HuggingFace;
    model.config = parse_hugging_face_config(folder.open_file("config.json").read_all(ConfigLimits::kBytes));
    if (folder.has("model.safetensors"))
        model.tensors = std::make_shared<SafetensorsFile>(folder.open_file("model.safetensors"));
    else
        model.tensors = std::make_shared<ShardedTensors>(folder, "model.safetensors.index.json");
}

[[noreturn]] void refuse_folder(const Folder& folder) {
    const bool params = folder.has("params.json"), config = folder.has("config.json");
    const std::string missing =
        params   ? "params.json but no consolidated.safetensors"
        : config ? "config.json but neither model.safetensors nor model.safetensors.index.json"
                 : "neither params.json nor config.json";
    throw Error(Fault::MissingFile, "The folder " + folder.path().string() + " holds " + missing +
                                        ". Choose a model's folder or download the model again.");
}

}  // namespace

ModelFolder ModelFolder::open(const std::filesystem::path& path) {
    const Folder folder = Folder::open(path);
    ModelFolder model;
    model.path = path;
    model.name = name_of_model(path);
    if (folder.has("params.json") && folder.has("consolidated.safetensors"))
        open_mistral(folder, model);
    else if (folder.has("config.json") &&
             (folder.has("model.safetensors") || folder.has("model.safetensors.index.json")))
        open_hugging_face(folder, model);
    else
        refuse_folder(folder);
    const TensorTable check(*model.tensors, model.config);
    model.tokenizer = find_tokenizer(folder);
    model.content_hash = fingerprint(model.config, *model.tensors);
    return model;
}

}  // namespace sidewinder::inference
