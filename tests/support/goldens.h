#pragma once

#include <cmath>
#include <filesystem>
#include <vector>

#include "inference/model.h"
#include "inference/model_folder.h"
#include "inference/safetensors.h"
#include "tests/support/fixtures.h"

/// The golden tensors: small models and what a sequential float64 recurrence makes of them.
namespace sidewinder::test {

namespace fs = std::filesystem;

/// Folder of a golden model; it may not be there.
inline fs::path golden_folder(const std::string& model) {
    return fixtures() / "goldens" / model;
}

struct Golden {
    inference::ModelFolder folder;
    std::vector<inference::TokenId> tokens;
    std::vector<float> logits, logits_ungrouped, ssm, conv;

    explicit Golden(const fs::path& path) : folder(inference::ModelFolder::open(path)) {
        const auto file = inference::SafetensorsFile::open(path / "golden.safetensors");
        const auto read = [&](const char* name, auto& values) {
            const inference::TensorInfo* info = file.find(name);
            if (!info) return;  // with one group there are no ungrouped logits
            values.resize(info->bytes / sizeof(values[0]));
            file.read(name, 0, std::as_writable_bytes(std::span(values)));
        };
        read("tokens", tokens);
        read("logits", logits);
        read("logits_ungrouped", logits_ungrouped);
        read("ssm_state", ssm);
        read("conv_state", conv);
    }
};

/// ‖out − ref‖ / ‖ref‖ over the length of `out`, which may be a beginning of `ref`.
inline double distance(const std::vector<float>& out, const std::vector<float>& ref) {
    double difference = 0, norm = 0;
    for (std::size_t i = 0; i < out.size(); ++i) {
        difference += std::pow(static_cast<double>(out[i]) - static_cast<double>(ref[i]), 2);
        norm += std::pow(static_cast<double>(ref[i]), 2);
    }
    return out.empty() || out.size() > ref.size() ? NAN : std::sqrt(difference / norm);
}

struct Fed {
    std::vector<float> logits, ssm, conv;
};

/// Feeds `tokens` in steps of the given sizes, over and over.
inline Fed feed(inference::Model& model, std::span<const inference::TokenId> tokens,
                const std::vector<std::size_t>& steps) {
    inference::State state(model.backend(), model.config());
    const auto vocab = static_cast<std::size_t>(model.config().dims.vocab);
    Fed fed;
    fed.logits.resize(tokens.size() * vocab);
    for (std::size_t done = 0, i = 0; done < tokens.size(); ++i) {
        const std::size_t T = std::min(steps[i % steps.size()], tokens.size() - done);
        model.forward(
            tokens.subspan(done, T), state,
            {.last_logits = {}, .all_logits = std::span(fed.logits).subspan(done * vocab, T * vocab)});
        done += T;
    }
    std::vector<float> host(state.bytes() / sizeof(float));
    state.download(host.data());
    const auto split = host.begin() + static_cast<std::ptrdiff_t>(model.config().n_layers *
                                                                  model.config().dims.ssm_state_size());
    fed.ssm.assign(host.begin(), split);
    fed.conv.assign(split, host.end());
    return fed;
}

}  // namespace sidewinder::test
