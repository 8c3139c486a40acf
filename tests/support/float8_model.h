#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "inference/model.h"
#include "inference/random_weights.h"
#include "kernels/cuda/cuda_backend.h"

/// A small model that prefills in float8, on a real device or the emulated one.
namespace sidewinder::test {

inline constexpr std::int64_t kFloat8Chunk = 1088;  ///< long enough for float8 a tile at a time

inline const inference::Config& float8_config() {
    static const inference::Config kConfig = inference::make_config(128, 2, 256, 1);
    return kConfig;
}

template <class T>
bool same_bits(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

inline std::unique_ptr<kernels::Backend> float8_backend(kernels::WeightFormat format, bool float8 = true) {
    return kernels::cuda::make_backend(float8_config().dims, format, float8);
}

/// A model with weights of `seed` on a backend that may serve others too.
inline inference::Model float8_model(kernels::Backend& backend, kernels::WeightFormat format,
                                     std::uint64_t seed = 1) {
    const auto recipe = inference::WeightRecipe::parse(std::string(name_of(format)));
    const inference::Config& config = float8_config();
    return {backend, config,
            inference::Weights::load(inference::RandomWeights(config, seed), config, recipe, backend),
            kFloat8Chunk};
}

/// The state after `count` tokens in one step.
inline std::vector<std::byte> state_after(inference::Model& model, std::int64_t count) {
    const auto tokens = inference::random_tokens(float8_config().dims.vocab, static_cast<std::size_t>(count));
    inference::State state(model.backend(), float8_config());
    model.forward(tokens, state, {});
    std::vector<std::byte> bytes(state.bytes());
    state.download(bytes.data());
    return bytes;
}

}  // namespace sidewinder::test
