#include <xxhash.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "inference/model_folder.h"

namespace sidewinder::inference {
namespace {

constexpr std::uint64_t kSampleBytes = 8192;

class Hash {
  public:
    Hash() : state_(XXH3_createState()) {
        if (!state_) throw std::bad_alloc();
        XXH3_128bits_reset(state_.get());
    }
    void add(const void* data, std::size_t bytes) { XXH3_128bits_update(state_.get(), data, bytes); }
    void add(std::int64_t number) { add(&number, sizeof number); }
    void add(const std::string& text) {
        add(static_cast<std::int64_t>(text.size()));
        add(text.data(), text.size());
    }
    std::string hex() const {
        XXH128_canonical_t bytes;
        XXH128_canonicalFromHash(&bytes, XXH3_128bits_digest(state_.get()));
        std::string text;
        for (const unsigned char byte : bytes.digest) {
            text += "0123456789abcdef"[byte >> 4];
            text += "0123456789abcdef"[byte & 15];
        }
        return text;
    }

  private:
    struct Free {
        void operator()(XXH3_state_t* state) const { XXH3_freeState(state); }
    };
    std::unique_ptr<XXH3_state_t, Free> state_;
};

}  // namespace

std::string fingerprint(const Config& config, const TensorSource& tensors) {
    Hash hash;
    const kernels::Dims& d = config.dims;
    for (const std::int64_t number :
         {d.d_model, d.d_inner, d.n_heads, d.headdim, d.n_groups, d.d_state, d.d_conv, d.vocab,
          config.n_layers, static_cast<std::int64_t>(config.tie_embeddings)})
        hash.add(number);
    hash.add(&d.norm_eps, sizeof d.norm_eps);
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
        hash.add(sample.data(), sample.size());
    }
    return hash.hex();
}

}  // namespace sidewinder::inference
