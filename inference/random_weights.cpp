#include "inference/random_weights.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "inference/config_fields.h"
#include "inference/error.h"
#include "inference/tensor_table.h"

namespace sidewinder::inference {
namespace {

/// FNV-1a of the name, seeded.
std::uint64_t stream_of(std::string_view name, std::uint64_t seed) {
    std::uint64_t h = 0xCBF29CE484222325U ^ seed;
    for (const char c : name) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    return h;
}

/// splitmix64's output function at counter i.
inline std::uint64_t random_bits(std::uint64_t stream, std::uint64_t i) {
    std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15U + stream;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
}

/// Round to nearest even; the values here are finite.
inline std::uint16_t to_bf16(float value) {
    const auto bits = __builtin_bit_cast(std::uint32_t, value);
    return static_cast<std::uint16_t>((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
}

inline float normal(std::uint64_t z, float scale) {
    const auto sum =
        static_cast<std::int32_t>((z & 0xFFFF) + ((z >> 16) & 0xFFFF) + ((z >> 32) & 0xFFFF) + (z >> 48));
    return static_cast<float>(sum - 131070) * scale;
}

inline double uniform01(std::uint64_t z) {
    return static_cast<double>(z >> 11) * 0x1p-53;
}

template <class Value>
void fill(std::uint64_t stream, std::uint64_t first, std::span<std::uint16_t> out, Value value) {
    for (std::size_t i = 0; i < out.size(); ++i)
        out[i] = to_bf16(static_cast<float>(value(random_bits(stream, first + i))));
}

enum class Kind { Around1, ALog, DtBias, Uniform, Normal };

struct Formula {
    Kind kind = Kind::Normal;
    double p = 0;
};

Formula formula_of(std::string_view name, const Config& config) {
    const auto dim = static_cast<double>(config.dims.d_model);
    if (name.ends_with("mixer.A_log")) return {Kind::ALog, 0};
    if (name.ends_with("mixer.dt_bias")) return {Kind::DtBias, 0};
    if (name.ends_with("mixer.D")) return {Kind::Around1, 0.2};
    if (name.ends_with("conv1d.weight") || name.ends_with("conv1d.bias")) return {Kind::Uniform, 0.5};
    if (name.ends_with("in_proj.weight") || name.ends_with("lm_head.weight"))
        return {Kind::Normal, 0.02 * std::sqrt(4096 / dim)};
    if (name.ends_with("out_proj.weight"))
        return {Kind::Normal, 0.02 * std::sqrt(8192 / static_cast<double>(config.dims.d_inner)) /
                                  std::sqrt(static_cast<double>(config.n_layers))};
    if (name.ends_with("embedding.weight")) return {Kind::Normal, config.dims.d_model >= 2048 ? 0.02 : 1.0};
    return {Kind::Around1, 0.1};  // every norm
}

void generate(const Formula& formula, std::uint64_t stream, std::uint64_t first,
              std::span<std::uint16_t> out) {
    const auto scale = static_cast<float>(formula.p / 37837.22723720648);
    switch (formula.kind) {
        case Kind::Normal:
            return fill(stream, first, out, [=](std::uint64_t z) { return normal(z, scale); });
        case Kind::Around1:
            return fill(stream, first, out, [=](std::uint64_t z) { return 1.0f + normal(z, scale); });
        case Kind::Uniform:
            return fill(stream, first, out,
                        [&](std::uint64_t z) { return (2 * uniform01(z) - 1) * formula.p; });
        case Kind::ALog:
            return fill(stream, first, out, [](std::uint64_t z) { return std::log(1 + 15 * uniform01(z)); });
        case Kind::DtBias:
            return fill(stream, first, out, [](std::uint64_t z) {
                const double low = std::log(0.001), high = std::log(0.1);
                const double dt = std::max(std::exp(uniform01(z) * (high - low) + low), 1e-4);
                return dt + std::log(-std::expm1(-dt));
            });
    }
}

}  // namespace

RandomWeights::RandomWeights(const Config& config, std::uint64_t seed) : config_(config), seed_(seed) {
    for (ExpectedTensor& expected : expected_tensors(config)) {
        std::uint64_t bytes = size_of(DType::BF16);
        for (const std::int64_t extent : expected.shape) bytes *= static_cast<std::uint64_t>(extent);
        tensors_.push_back({"model." + expected.name, DType::BF16, std::move(expected.shape), bytes});
    }
}

void RandomWeights::read(std::string_view name, std::uint64_t offset, std::span<std::byte> into) const {
    const TensorInfo* tensor = find(name);
    if (!tensor || into.size() > tensor->bytes || offset > tensor->bytes - into.size())
        throw Error(Fault::MissingTensor,
                    "The random model has no such bytes of \"" + std::string(name) + "\".");
    const Formula formula = formula_of(name, config_);
    const std::uint64_t stream = stream_of(name, seed_);
    std::uint16_t elements[4096];
    std::size_t done = 0;
    while (done < into.size()) {
        const std::uint64_t first = (offset + done) / 2;
        const std::size_t skip = (offset + done) % 2;  // a read may begin in the middle of an element
        const std::size_t bytes = std::min(into.size() - done, sizeof elements - skip);
        generate(formula, stream, first, std::span(elements).first((skip + bytes + 1) / 2));
        std::memcpy(into.data() + done, reinterpret_cast<const std::byte*>(elements) + skip, bytes);
        done += bytes;
    }
}

Config make_config(std::int64_t dim, std::int64_t layers, std::int64_t vocab, std::int64_t groups) {
    return parse_mistral_config(params_json(dim, layers, vocab, groups));
}

Config named_config(const std::string& shape, std::int64_t layers) {
    const auto count = [&](std::int64_t own) { return layers > 0 ? layers : own; };
    if (shape == "7b") return make_config(4096, count(64), 32768, 8);
    if (shape == "tiny") return make_config(256, count(4), 512, 8);
    if (shape == "g8h2") return make_config(512, count(1), 512, 8);
    if (shape == "g1") return make_config(256, count(3), 512, 1);
    throw Error(Fault::BadConfig, "There is no model shape \"" + shape + "\". Choose 7b, tiny, g8h2 or g1.");
}

std::vector<TokenId> random_tokens(std::int64_t vocab, std::size_t count, std::uint64_t seed) {
    const std::uint64_t stream = stream_of("tokens", seed);
    std::vector<TokenId> tokens(count);
    for (std::size_t i = 0; i < count; ++i)
        tokens[i] = static_cast<TokenId>(((random_bits(stream, i) >> 33) & 0x7FFFFFFF) %
                                         static_cast<std::uint64_t>(vocab));
    return tokens;
}

}  // namespace sidewinder::inference
