#include <algorithm>
#include <vector>

#include "inference/content_hash.h"
#include "inference/model_folder.h"

namespace sidewinder::inference {
namespace {

constexpr std::uint64_t kSampleBytes = 8192;

}  // namespace

std::string fingerprint(const Config& config, const TensorSource& tensors) {
    ContentHash hash;
    const kernels::Dims& d = config.dims;
    for (const std::int64_t number :
         {d.d_model, d.d_inner, d.n_heads, d.headdim, d.n_groups, d.d_state, d.d_conv, d.vocab,
          config.n_layers, static_cast<std::int64_t>(config.tie_embeddings)})
        hash.add(number);
    hash.add(std::as_bytes(std::span(&d.norm_eps, 1)));
    std::vector<const TensorInfo*> sorted;
    for (const TensorInfo& tensor : tensors.tensors()) sorted.push_back(&tensor);
    std::sort(sorted.begin(), sorted.end(), [](const auto* a, const auto* b) { return a->name < b->name; });
    std::vector<std::byte> sample;
    for (const TensorInfo* tensor : sorted) {
        hash.add(tensor->name);
        hash.add(std::string(name_of(tensor->dtype)));
        for (const std::int64_t extent : tensor->shape) hash.add(extent);
        sample.resize(static_cast<std::size_t>(std::min(tensor->bytes, kSampleBytes)));
        tensors.read(tensor->name, (tensor->bytes - sample.size()) / 2, sample);
        hash.add(std::span<const std::byte>(sample));
    }
    return hash.hex();
}

}  // namespace sidewinder::inference
