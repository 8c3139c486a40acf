#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cuda/cuda_backend.h"

/// A small model whose weights a backend keeps copies of, float8 ones or bf16, on a real device or the
/// emulated one.
namespace sidewinder::test {

inline constexpr std::int64_t kCopiesChunk = 1088;  ///< long enough for float8 a tile at a time

inline const inference::Config& copies_config() {
    static const inference::Config kConfig = inference::make_config(128, 2, 256, 1);
    return kConfig;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

inline std::unique_ptr<kernels::Backend> copies_backend(kernels::WeightFormat format, bool float8 = true) {
    return kernels::cuda::make_backend(copies_config().dims, format, float8);
}

/// A model with weights of `seed` on a backend that may serve others too.
inline inference::Model copies_model(kernels::Backend& backend, kernels::WeightFormat format,
                                     std::uint64_t seed = 1) {
    const auto recipe = inference::WeightRecipe::parse(std::string(name_of(format)));
    const inference::Config& config = copies_config();
    return {backend, config,
            inference::Weights::load(inference::RandomWeights(config, seed), config, recipe, backend),
            kCopiesChunk};
}

/// The state after `count` tokens in one step.
inline std::vector<std::byte> state_after(inference::Model& model, std::int64_t count) {
    const auto tokens = inference::random_tokens(copies_config().dims.vocab, static_cast<std::size_t>(count));
    inference::State state(model.backend(), copies_config());
    model.forward(tokens, state, {});
    std::vector<std::byte> bytes(state.bytes());
    state.download(bytes.data());
    return bytes;
}

}  // namespace sidewinder::test
