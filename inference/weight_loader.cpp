#include "inference/weight_loader.h"

#include <algorithm>
#include <thread>

#include "inference/ordered_pipeline.h"

namespace sidewinder::inference {
namespace {

constexpr std::size_t kMaxThreads = 8;  // a disk is busy by then, and memory stays small
constexpr std::size_t kMaxComputing = 64;

struct Block {
    std::size_t tensor;
    std::int64_t first;
    std::int64_t rows;
};

std::vector<Block> split_in_blocks(const WeightPlan& plan) {
    std::vector<Block> blocks;
    for (std::size_t t = 0; t < plan.tensors.size(); ++t) {
        const kernels::WeightLayout& layout = plan.tensors[t].layout;
        const std::int64_t step = std::max<std::int64_t>(1, WeightLoader::kBlockElements / layout.cols);
        for (std::int64_t row = 0; row < layout.rows; row += step)
            blocks.push_back({t, row, std::min(step, layout.rows - row)});
    }
    return blocks;
}

std::byte* address(const std::vector<kernels::Buffer>& buffers, std::size_t buffer, std::uint64_t offset) {
    return buffers[buffer].as<std::byte>() + offset;
}

std::size_t scales_per_row(const kernels::WeightLayout& layout) {
    return layout.scale_count() / static_cast<std::size_t>(layout.rows);
}

void upload(kernels::Backend& backend, const std::vector<kernels::Buffer>& buffers,
            const PlannedTensor& tensor, std::int64_t first_row, const WeightBlock& block) {
    const auto first = static_cast<std::size_t>(first_row);
    backend.upload(address(buffers, tensor.buffer, tensor.data_offset) + first * tensor.layout.row_bytes(),
                   block.data.data(), block.data.size());
    if (!block.scales.empty())
        backend.upload(address(buffers, tensor.buffer, tensor.scales_offset) +
                           first * scales_per_row(tensor.layout) * sizeof(float),
                       block.scales.data(), block.scales.size() * sizeof(float));
}

}  // namespace

void WeightLoader::stream(const WeightPlan& plan, const BlockProducer& produce, const BlockObserver& observe,
                          const std::function<void(Weights::Progress)>& progress, std::stop_token stop) {
    const std::vector<Block> blocks = split_in_blocks(plan);
    OrderedPipeline pipeline;
    pipeline.jobs = blocks.size();
    pipeline.threads = std::clamp<std::size_t>(std::thread::hardware_concurrency(), 1,
                                               plan.computed ? kMaxComputing : kMaxThreads);
    pipeline.slots = pipeline.threads + 2;
    std::vector<WeightBlock> slots(pipeline.slots);
    Weights::Progress done{0, plan.total_bytes};

    pipeline.produce = [&](std::size_t job, std::size_t slot) {
        const auto& [tensor, first, rows] = blocks[job];
        const kernels::WeightLayout& layout = plan.tensors[tensor].layout;
        slots[slot].data.resize(static_cast<std::size_t>(rows) * layout.row_bytes());
        slots[slot].scales.resize(static_cast<std::size_t>(rows) * scales_per_row(layout));
        produce(plan.tensors[tensor], first, rows, slots[slot]);
    };
    pipeline.consume = [&](std::size_t job, std::size_t slot) {
        const auto& [tensor, first, rows] = blocks[job];
        const WeightBlock& block = slots[slot];
        observe(tensor, first, rows, block);
        done.done_bytes += block.data.size() + block.scales.size() * sizeof(float);
        if (progress) progress(done);
    };
    pipeline.run(stop);
}

Weights WeightLoader::load(const WeightPlan& plan, const Config& config, kernels::Backend& backend,
                           const BlockProducer& produce, const BlockObserver& observe,
                           const std::function<void(Weights::Progress)>& progress, std::stop_token stop) {
    Weights weights;
    for (const std::uint64_t bytes : plan.buffer_bytes) {
        weights.buffers_.push_back(backend.allocate(bytes));
        weights.bytes_ += bytes;
    }
    const BlockObserver put = [&](std::size_t tensor, std::int64_t first, std::int64_t rows,
                                  const WeightBlock& block) {
        upload(backend, weights.buffers_, plan.tensors[tensor], first, block);
        if (observe) observe(tensor, first, rows, block);
    };
    stream(plan, produce, put, progress, stop);
    backend.synchronize();
    set_views(weights, plan, config);
    return weights;
}

void WeightLoader::set_views(Weights& weights, const WeightPlan& plan, const Config& config) {
    const auto data = [&](const PlannedTensor& t) {
        return address(weights.buffers_, t.buffer, t.data_offset);
    };
    const auto vector = [&](const PlannedTensor& t) { return reinterpret_cast<const float*>(data(t)); };
    const auto view = [&](const PlannedTensor& t) {
        const std::byte* scales = address(weights.buffers_, t.buffer, t.scales_offset);
        const bool has_scales = t.layout.scale_count() != 0;
        return kernels::WeightView{t.layout, data(t),
                                   has_scales ? reinterpret_cast<const float*>(scales) : nullptr};
    };
    weights.embedding_ = view(plan.tensors[plan.embedding]);
    weights.head_ = view(plan.tensors[plan.head]);
    weights.final_norm_ = vector(plan.tensors[plan.final_norm]);
    for (std::int64_t i = 0; i < config.n_layers; ++i) {
        const auto part = [&](WeightPlan::LayerPart which) -> const PlannedTensor& {
            return plan.part(i, which);
        };
        kernels::LayerWeights layer;
        layer.norm_weight = vector(part(WeightPlan::Norm));
        layer.in_proj = view(part(WeightPlan::InProj));
        layer.in_proj_dt = view(part(WeightPlan::InProjDt));
        layer.mixer.conv_weight = vector(part(WeightPlan::ConvWeight));
        layer.mixer.conv_bias = vector(part(WeightPlan::ConvBias));
        layer.mixer.dt_bias = vector(part(WeightPlan::DtBias));
        layer.mixer.A = vector(part(WeightPlan::A));
        layer.mixer.D = vector(part(WeightPlan::D));
        layer.mixer.norm_weight = vector(part(WeightPlan::MixerNorm));
        layer.out_proj = view(part(WeightPlan::OutProj));
        weights.layers_.push_back(layer);
    }
    // A token reads everything but the embedding, of which it reads one row; a tied head reads the table
    // whole.
    const PlannedTensor& embedding = plan.tensors[plan.embedding];
    weights.decode_bytes_ = plan.total_bytes + embedding.layout.row_bytes() -
                            (plan.head == plan.embedding ? 0 : embedding.layout.data_bytes());
}

}  // namespace sidewinder::inference
