#include <algorithm>
#include <fstream>
#include <thread>

#include "inference/error.h"
#include "inference/ordered_pipeline.h"
#include "inference/random_weights.h"
#include "inference/safetensors_writer.h"

namespace sidewinder::inference {

std::string params_json(std::int64_t dim, std::int64_t layers, std::int64_t vocab, std::int64_t groups,
                        bool tied) {
    return "{\n  \"dim\": " + std::to_string(dim) + ",\n  \"n_layers\": " + std::to_string(layers) +
           ",\n  \"vocab_size\": " + std::to_string(vocab) + ",\n  \"n_groups\": " + std::to_string(groups) +
           ",\n  \"rms_norm\": true,\n  \"residual_in_fp32\": true,\n  \"fused_add_norm\": true,\n"
           "  \"pad_vocab_size_multiple\": 1,\n  \"tie_embeddings\": " +
           (tied ? "true" : "false") + ",\n  \"model_type\": \"mamba\"\n}\n";
}

void write_random_model(const std::filesystem::path& folder, const Config& config, std::uint64_t seed) {
    const RandomWeights weights(config, seed);
    std::error_code failed;
    std::filesystem::create_directories(folder, failed);
    if (failed)
        throw Error(Fault::Io,
                    folder.string() + " cannot be made: " + failed.message() + ". Choose another folder.");

    struct Part {
        std::size_t tensor;
        std::uint64_t offset;
        std::size_t bytes;
    };
    constexpr std::uint64_t kPart = 4 << 20;
    std::vector<Part> parts;
    for (std::size_t t = 0; t < weights.tensors().size(); ++t)
        for (std::uint64_t at = 0; at < weights.tensors()[t].bytes; at += kPart)
            parts.push_back(
                {t, at, static_cast<std::size_t>(std::min(kPart, weights.tensors()[t].bytes - at))});

    SafetensorsWriter file(folder / "consolidated.safetensors", weights.tensors(), {});
    OrderedPipeline pipeline;
    pipeline.jobs = parts.size();
    pipeline.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1, 16);
    pipeline.slots = pipeline.threads + 2;
    std::vector<std::vector<std::byte>> slots(pipeline.slots);
    pipeline.produce = [&](std::size_t job, std::size_t slot) {
        slots[slot].resize(parts[job].bytes);
        weights.read(weights.tensors()[parts[job].tensor].name, parts[job].offset, slots[slot]);
    };
    pipeline.consume = [&](std::size_t job, std::size_t slot) {
        file.write(parts[job].tensor, parts[job].offset, slots[slot]);
    };
    pipeline.run({});
    file.finish();

    std::ofstream params(folder / "params.json", std::ios::binary | std::ios::trunc);
    params << params_json(config.dims.d_model, config.n_layers, config.dims.vocab, config.dims.n_groups,
                          config.tie_embeddings);
    params.close();
    if (!params)
        throw Error(Fault::Io, "params.json cannot be written in " + folder.string() + ". Check the disk.");
}

}  // namespace sidewinder::inference
