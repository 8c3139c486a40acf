#include "inference/weight_plan.h"

#include "inference/tensor_table.h"

namespace sidewinder::inference {
namespace {

using kernels::WeightFormat;
using kernels::WeightLayout;

constexpr std::uint64_t kAlignment = 256;

class Planner {
  public:
    Planner(const TensorTable& table, const Config& config, const WeightRecipe& recipe)
        : table_(table), config_(config), recipe_(recipe) {}

    WeightPlan plan(bool computed) {
        const kernels::Dims& d = config_.dims;
        plan_.computed = computed;
        plan_.buffer_bytes.assign(static_cast<std::size_t>(config_.n_layers) + 1, 0);
        const std::string embedding = "backbone.embedding.weight";
        plan_.embedding = add("embedding", embedding, {kept_format(embedding, true), d.vocab, d.d_model, 0});
        plan_.final_norm = add_vector("final_norm", "backbone.norm_f.weight", d.d_model);
        plan_head(embedding);
        plan_.layer_begin = plan_.tensors.size();
        for (std::int64_t i = 0; i < config_.n_layers; ++i) plan_layer(i);
        return std::move(plan_);
    }

  private:
    bool quantised() const { return recipe_.group != 0; }

    /// Linear weights that no recipe quantises keep the file's precision, but `rounded` ones become bf16
    /// under "bf16".
    WeightFormat kept_format(const std::string& source, bool rounded) const {
        if (recipe_.format == WeightFormat::F32) return WeightFormat::F32;
        if (rounded && recipe_.format == WeightFormat::BF16) return WeightFormat::BF16;
        return table_.at(source).dtype == DType::BF16 ? WeightFormat::BF16 : WeightFormat::F32;
    }

    // Never quantised; bf16 as shipped, which is what the GPU's kernels read.
    WeightFormat dt_format() const {
        return recipe_.format == WeightFormat::F32 ? WeightFormat::F32 : WeightFormat::BF16;
    }

    void plan_head(const std::string& embedding) {
        const kernels::Dims& d = config_.dims;
        if (config_.tie_embeddings && !quantised()) {
            plan_.head = plan_.embedding;
            return;
        }
        const WeightFormat format = quantised() ? WeightFormat::Int8 : recipe_.format;
        plan_.head = add("head", config_.tie_embeddings ? embedding : "lm_head.weight",
                         {format, d.vocab, d.d_model, recipe_.group});
    }

    void plan_layer(std::int64_t i) {
        const kernels::Dims& d = config_.dims;
        const std::string from = "backbone.layers." + std::to_string(i) + ".";
        const std::string to = "layers." + std::to_string(i) + ".";
        const std::string in_proj = from + "mixer.in_proj.weight";
        buffer_ = static_cast<std::size_t>(i) + 1;
        add_vector(to + "norm", from + "norm.weight", d.d_model);
        add(to + "in_proj", in_proj, {recipe_.format, d.zxbc_rows(), d.d_model, recipe_.group});
        const std::size_t dt = add(to + "in_proj_dt", in_proj, {dt_format(), d.n_heads, d.d_model, 0});
        plan_.tensors[dt].source_first_row = d.zxbc_rows();
        add(to + "conv_weight", from + "mixer.conv1d.weight", {WeightFormat::F32, d.conv_dim(), d.d_conv, 0});
        add_vector(to + "conv_bias", from + "mixer.conv1d.bias", d.conv_dim());
        add_vector(to + "dt_bias", from + "mixer.dt_bias", d.n_heads);
        const std::size_t a = add_vector(to + "A", from + "mixer.A_log", d.n_heads);
        plan_.tensors[a].transform = PlannedTensor::Transform::NegativeExp;
        add_vector(to + "D", from + "mixer.D", d.n_heads);
        add_vector(to + "mixer_norm", from + "mixer.norm.weight", d.d_inner);
        add(to + "out_proj", from + "mixer.out_proj.weight",
            {recipe_.format, d.d_model, d.d_inner, recipe_.group});
    }

    std::size_t add_vector(const std::string& name, const std::string& source, std::int64_t size) {
        return add(name, source, {WeightFormat::F32, 1, size, 0});
    }

    std::size_t add(const std::string& name, const std::string& source, const WeightLayout& layout) {
        const TensorInfo& info = table_.at(source);
        PlannedTensor tensor;
        tensor.name = name;
        tensor.layout = layout;
        tensor.source = info.name;
        tensor.source_dtype = info.dtype;
        tensor.buffer = buffer_;
        tensor.data_offset = reserve(layout.data_bytes());
        tensor.scales_offset = reserve(layout.scale_count() * sizeof(float));
        plan_.total_bytes += tensor.bytes();
        plan_.tensors.push_back(std::move(tensor));
        return plan_.tensors.size() - 1;
    }

    std::uint64_t reserve(std::uint64_t bytes) {
        std::uint64_t& end = plan_.buffer_bytes[buffer_];
        const std::uint64_t begin = end;
        end += (bytes + kAlignment - 1) / kAlignment * kAlignment;
        return begin;
    }

    const TensorTable& table_;
    const Config& config_;
    const WeightRecipe& recipe_;
    std::size_t buffer_ = 0;
    WeightPlan plan_;
};

}  // namespace

WeightPlan plan_weights(const TensorSource& source, const Config& config, const WeightRecipe& recipe) {
    const TensorTable table(source, config);
    return Planner(table, config, recipe).plan(source.computed());
}

}  // namespace sidewinder::inference
