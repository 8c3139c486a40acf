#include "inference/calibration.h"

#include <cmath>
#include <thread>

#include "inference/error.h"
#include "inference/layer_source.h"
#include "inference/ordered_pipeline.h"
#include "inference/state.h"
#include "inference/weights.h"
#include "kernels/cpu/cpu_backend.h"

namespace sidewinder::inference {
namespace {

constexpr double kDamping = 0.2;  // of the demo model's KL on other code: 0.01 0.0295, 0.1 0.0280, 0.2 0.0272

/// [T, cols] -> follow for each whole group of columns.
std::vector<float> follow_of(const std::vector<float>& inputs, std::int64_t T, std::int64_t cols,
                             std::int64_t group, std::stop_token stop) {
    const auto groups = static_cast<std::size_t>(cols / group), size = static_cast<std::size_t>(group);
    std::vector<float> follow(groups * size * size);
    OrderedPipeline pipeline;
    pipeline.jobs = groups;
    pipeline.threads = std::max(1u, std::thread::hardware_concurrency());
    pipeline.slots = pipeline.threads + 2;
    pipeline.produce = [&](std::size_t g, std::size_t) {
        std::vector<float> part(static_cast<std::size_t>(T) * size);
        for (std::size_t t = 0; t < static_cast<std::size_t>(T); ++t)
            std::copy_n(inputs.data() + t * static_cast<std::size_t>(cols) + g * size, size,
                        part.data() + t * size);
        kernels::follow_from_inputs(part.data(), T, group, kDamping, follow.data() + g * size * size);
    };
    pipeline.consume = [](std::size_t, std::size_t) {};
    pipeline.run(stop);
    return follow;
}

/// What in_proj reads: rmsnorm(residual) * norm_weight.
std::vector<float> normed(const kernels::Dims& d, const float* weight, const std::vector<float>& residual) {
    std::vector<float> out(residual.size());
    const auto width = static_cast<std::size_t>(d.d_model);
    for (std::size_t begin = 0; begin < residual.size(); begin += width) {
        double squares = 0;
        for (std::size_t i = 0; i < width; ++i)
            squares += static_cast<double>(residual[begin + i]) * residual[begin + i];
        const auto inverse = static_cast<float>(
            1.0 / std::sqrt(squares / static_cast<double>(width) + static_cast<double>(d.norm_eps)));
        for (std::size_t i = 0; i < width; ++i) out[begin + i] = residual[begin + i] * inverse * weight[i];
    }
    return out;
}

}  // namespace

Calibration Calibration::measure(const TensorSource& source, const Config& config,
                                 std::span<const TokenId> sample, std::int64_t group, int threads,
                                 const std::function<void(std::int64_t, std::int64_t)>& progress,
                                 std::stop_token stop) {
    if (sample.empty())
        throw Error(Fault::BadRequest, "The text to calibrate with is empty. Name another one.");
    const auto backend = kernels::make_cpu_backend(threads);
    const kernels::Dims& d = config.dims;
    const auto T = static_cast<std::int64_t>(sample.size());
    const auto floats = [T](std::int64_t width) {
        return std::vector<float>(static_cast<std::size_t>(T * width));
    };
    std::vector<float> residual = read_embeddings(source, config, sample);
    std::vector<float> zxbcdt = floats(d.in_proj_rows()), y = floats(d.d_inner);
    backend->reserve(d, T);
    Calibration calibration;
    for (std::int64_t i = 0; i < config.n_layers; ++i) {
        const LayerSource layer(source, config, i);
        const Weights weights =
            Weights::load(layer, layer.config(), {kernels::WeightFormat::BF16, 0}, *backend, {}, stop);
        State state(*backend, layer.config());
        const std::string name = "layers." + std::to_string(i) + ".";
        const kernels::LayerWeights& w = weights.layer(0);
        calibration.follow_[name + "in_proj"] =
            follow_of(normed(d, w.norm_weight, residual), T, d.d_model, group, stop);
        backend->norm_linear(d, w, residual.data(), T, zxbcdt.data());
        backend->mixer(d, w.mixer, state.layer(0), zxbcdt.data(), T, y.data());
        calibration.follow_[name + "out_proj"] = follow_of(y, T, d.d_inner, group, stop);
        backend->linear_add(d, w.out_proj, y.data(), T, residual.data());
        if (progress) progress(i + 1, config.n_layers);
    }
    source.check_unchanged();
    return calibration;
}

const float* Calibration::follow(const std::string& tensor) const {
    const auto found = follow_.find(tensor);
    return found == follow_.end() ? nullptr : found->second.data();
}

}  // namespace sidewinder::inference
