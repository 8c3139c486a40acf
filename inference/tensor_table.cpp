#include "inference/tensor_table.h"

#include <algorithm>

#include "inference/error.h"

namespace sidewinder::inference {
namespace {

std::string canonical_name(std::string_view name) {
    constexpr std::string_view kPrefix = "model.";
    if (name.starts_with(kPrefix)) name.remove_prefix(kPrefix.size());
    return name == "backbone.embeddings.weight" ? "backbone.embedding.weight" : std::string(name);
}

/// conv1d.weight is [C, 1, 4]; some conversions write [C, 4], MLX [C, 4, 1]. The order of the elements is the
/// same.
bool shape_fits(const TensorInfo& tensor, const std::vector<std::int64_t>& expected) {
    if (tensor.shape == expected) return true;
    if (expected.size() != 3) return false;
    const std::int64_t channels = expected[0], taps = expected[2];
    return tensor.shape == std::vector{channels, taps} ||
           tensor.shape == std::vector{channels, taps, std::int64_t{1}};
}

void check_tensor(const TensorInfo& tensor, const std::vector<std::int64_t>& expected) {
    if (!shape_fits(tensor, expected))
        throw Error(Fault::WrongShape,
                    "The tensor " + tensor.name + " has the shape " + shape_text(tensor.shape) +
                        " where the configuration asks for " + shape_text(expected) +
                        ". Configuration and weights do not fit together; download the model again.");
    if (tensor.dtype != DType::F32 && tensor.dtype != DType::F16 && tensor.dtype != DType::BF16)
        throw Error(Fault::BadDtype,
                    "The tensor " + tensor.name + " is stored as " + std::string(name_of(tensor.dtype)) +
                        "; a model's weights must be BF16, F16 or F32. Download the original model.");
}

/// "a, b, c and 12 more"
std::string listed(const std::vector<std::string>& names) {
    constexpr std::size_t kShown = 3;
    std::string text;
    for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i) text += (i ? ", " : "") + names[i];
    return names.size() > kShown ? text + " and " + std::to_string(names.size() - kShown) + " more" : text;
}

}  // namespace

std::vector<ExpectedTensor> expected_tensors(const Config& config) {
    const kernels::Dims& d = config.dims;
    std::vector<ExpectedTensor> list = {{"backbone.embedding.weight", {d.vocab, d.d_model}}};
    for (std::int64_t i = 0; i < config.n_layers; ++i) {
        const std::string layer = "backbone.layers." + std::to_string(i) + ".";
        list.push_back({layer + "norm.weight", {d.d_model}});
        list.push_back({layer + "mixer.A_log", {d.n_heads}});
        list.push_back({layer + "mixer.D", {d.n_heads}});
        list.push_back({layer + "mixer.dt_bias", {d.n_heads}});
        list.push_back({layer + "mixer.conv1d.weight", {d.conv_dim(), 1, d.d_conv}});
        list.push_back({layer + "mixer.conv1d.bias", {d.conv_dim()}});
        list.push_back({layer + "mixer.in_proj.weight", {d.in_proj_rows(), d.d_model}});
        list.push_back({layer + "mixer.norm.weight", {d.d_inner}});
        list.push_back({layer + "mixer.out_proj.weight", {d.d_model, d.d_inner}});
    }
    list.push_back({"backbone.norm_f.weight", {d.d_model}});
    if (!config.tie_embeddings) list.push_back({"lm_head.weight", {d.vocab, d.d_model}});
    return list;
}

TensorTable::TensorTable(const TensorSource& source, const Config& config) {
    std::map<std::string, const TensorInfo*> given;
    for (const TensorInfo& tensor : source.tensors())
        if (!given.emplace(canonical_name(tensor.name), &tensor).second)
            throw Error(Fault::Duplicate,
                        "The tensor " + tensor.name +
                            " is there twice, under two spellings. Download the model again.");
    std::vector<std::string> missing;
    for (const ExpectedTensor& expected : expected_tensors(config)) {
        const auto found = given.find(expected.name);
        if (found == given.end()) {
            missing.push_back(expected.name);
            continue;
        }
        check_tensor(*found->second, expected.shape);
        found_.insert(*found);
        given.erase(found);
    }
    if (!missing.empty())
        throw Error(Fault::MissingTensor,
                    "The weights lack " + listed(missing) + ". Download the model again.");
    if (config.tie_embeddings) {
        if (const auto head = given.find("lm_head.weight"); head != given.end()) {
            check_tensor(*head->second, {config.dims.vocab, config.dims.d_model});
            given.erase(head);  // a copy of the embedding, which serves
        }
    }
    std::vector<std::string> extra;
    for (const auto& [name, tensor] : given) extra.push_back(tensor->name);
    if (!extra.empty())
        throw Error(Fault::ExtraTensor, "The weights hold " + listed(extra) +
                                            ", which a Mamba2 model of this configuration does not have (" +
                                            std::to_string(config.n_layers) +
                                            " layers). Download the model again.");
}

}  // namespace sidewinder::inference
