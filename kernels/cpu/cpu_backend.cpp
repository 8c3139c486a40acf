#include "kernels/cpu/cpu_backend.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "kernels/cpu/linear.h"
#include "kernels/cpu/memory.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/error.h"

namespace sidewinder::kernels {
namespace {

using cpu::ThreadPool;

constexpr std::int64_t kChunk =
    cpu::kGemmMaxTokens;  // longer calls go in pieces, so that work memory stays fixed

[[noreturn]] void throw_internal(const std::string& what) {
    throw Error(Error::Kind::Internal,
                "The CPU engine was called wrongly: " + what + ". Please report this.");
}

void check_weight(const WeightView& weight, std::int64_t rows, std::int64_t cols, const char* name) {
    const WeightLayout& layout = weight.layout;
    const bool integer = layout.format == WeightFormat::Int8 || layout.format == WeightFormat::Int4;
    const bool group_ok = integer ? layout.group == 64 || layout.group == 128 : layout.group == 0;
    if (layout.rows != rows || layout.cols != cols || !group_ok || !weight.data ||
        (integer && !weight.scales)) {
        throw_internal(std::string(name) + " is " + std::string(name_of(layout.format)) + " " +
                       std::to_string(layout.rows) + " x " + std::to_string(layout.cols) + " in groups of " +
                       std::to_string(layout.group) + " where " + std::to_string(rows) + " x " +
                       std::to_string(cols) + " was expected");
    }
}

void check_mixer(const Dims& dims) {
    if (dims.d_conv != 4) {
        throw Error(Error::Kind::Unsupported, "This model's convolution is " + std::to_string(dims.d_conv) +
                                                  " wide and only 4 is supported. Choose another model.");
    }
    if (dims.n_groups <= 0 || dims.n_heads % dims.n_groups != 0 ||
        dims.d_inner != dims.n_heads * dims.headdim) {
        throw_internal("heads, groups and d_inner do not fit together");
    }
}

class CpuBackend final : public Backend {
  public:
    explicit CpuBackend(int threads)
        : pool_(threads > 0 ? threads : ThreadPool::physical_cores()), linear_(pool_) {}

    std::string device_name() const override {
        const int n = pool_.threads();
        return "CPU, " + std::to_string(n) + (n == 1 ? " thread, " : " threads, ") + cpu::simd_name();
    }
    std::size_t available_memory() const override { return cpu::available_memory(); }
    // Rounding differs between instruction sets, not between thread counts.
    std::string state_format() const override { return std::string("cpu-f32-1-") + cpu::simd_name(); }

    // Long chunks pay in the products, but their activations must stay small beside the weights.
    std::int64_t best_chunk(const Dims& dims) const override { return dims.d_model >= 1024 ? 128 : 256; }
    std::size_t zxbcdt_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        return static_cast<std::size_t>(max_tokens * dims.in_proj_rows()) * sizeof(float);
    }
    std::size_t y_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        return static_cast<std::size_t>(max_tokens * dims.d_inner) * sizeof(float);
    }
    std::size_t work_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        const std::int64_t token = dims.d_model + dims.conv_dim() + 2 * dims.n_heads;
        return static_cast<std::size_t>(std::min(kChunk, max_tokens) * token) * sizeof(float);
    }
    void reserve(const Dims& dims, std::int64_t max_tokens) override {
        const std::int64_t T = std::min(kChunk, max_tokens);
        normed_.get<float>(static_cast<std::size_t>(T * dims.d_model));
        xbc_.get<float>(static_cast<std::size_t>(T * dims.conv_dim()));
        dt_.get<float>(static_cast<std::size_t>(2 * T * dims.n_heads));
    }

    using Backend::upload;
    void upload(void* to, const void* host, std::size_t bytes) override { move(to, host, bytes); }
    void download(void* host, const void* from, std::size_t bytes) override { move(host, from, bytes); }
    void copy(void* to, const void* from, std::size_t bytes) override { move(to, from, bytes); }
    void zero(void* to, std::size_t bytes) override {
        if (bytes) std::memset(to, 0, bytes);
    }

    void embed(const WeightView& table, const std::int32_t* ids, std::int64_t T, float* residual) override;
    void norm_linear(const Dims& dims, const LayerWeights& layer, const float* residual, std::int64_t T,
                     void* zxbcdt) override;
    void mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state, const void* zxbcdt,
               std::int64_t T, void* y) override;
    void linear_add(const Dims& dims, const WeightView& out_proj, const void* y, std::int64_t T,
                    float* residual) override;
    void logits(const Dims& dims, const float* norm_weight, const WeightView& head, const float* residual,
                std::int64_t T, float* logits) override;

    void begin_sampling(const Dims&, const SamplingOptions& options,
                        std::span<const std::int32_t> history) override {
        sampler_.begin(options, history);
    }
    void sample(const Dims& dims, const float* logits, std::int32_t* token) override {
        drawn_ = sampler_.draw({logits, static_cast<std::size_t>(dims.vocab)});
        if (drawn_.fault == Drawn::Fault::None) *token = drawn_.token;
    }
    Drawn drawn() override { return drawn_; }

    void replay(std::uint64_t /*key*/, const std::function<void()>& step) override { step(); }
    void synchronize() override {}

  private:
    void* allocate_bytes(std::size_t bytes) override { return cpu::allocate_memory(bytes); }
    void release_bytes(void* data, std::size_t bytes) noexcept override { cpu::release_memory(data, bytes); }

    static void move(void* to, const void* from, std::size_t bytes) {
        if (bytes) std::memmove(to, from, bytes);
    }
    const float* normed(const Dims& dims, const float* weight, const float* residual, std::int64_t T);
    void mix_chunk(const Dims& dims, const MixerWeights& w, const LayerState& state, const float* zxbcdt,
                   std::int64_t T, float* y);

    ThreadPool pool_;
    cpu::LinearRunner linear_;
    cpu::Scratch normed_;  ///< [T, d_model]
    cpu::Scratch xbc_;     ///< [T, conv_dim] after conv and SiLU
    cpu::Scratch dt_;      ///< [T, n_heads] dt, then the same of exp(dt * A)
    HostSampler sampler_;
    Drawn drawn_;
};

void CpuBackend::embed(const WeightView& table, const std::int32_t* ids, std::int64_t T, float* residual) {
    const WeightLayout& layout = table.layout;
    if (layout.format != WeightFormat::F32 && layout.format != WeightFormat::BF16) {
        throw_internal("the embedding table is " + std::string(name_of(layout.format)));
    }
    for (std::int64_t t = 0; t < T; ++t) {
        if (ids[t] < 0 || ids[t] >= layout.rows) throw_internal("token id " + std::to_string(ids[t]));
        const std::span<float> out(residual + t * layout.cols, static_cast<std::size_t>(layout.cols));
        dequantize_row(layout, table.data, table.scales, ids[t], out);
    }
}

const float* CpuBackend::normed(const Dims& dims, const float* weight, const float* residual,
                                std::int64_t T) {
    const std::int64_t d_model = dims.d_model;
    auto* out = normed_.get<float>(static_cast<std::size_t>(T * d_model));
    pool_.run(T, [&](std::int64_t t, int) {
        cpu::rms_norm(residual + t * d_model, weight, dims.norm_eps, d_model, out + t * d_model);
    });
    return out;
}

void CpuBackend::norm_linear(const Dims& dims, const LayerWeights& layer, const float* residual,
                             std::int64_t T, void* zxbcdt) {
    check_weight(layer.in_proj, dims.zxbc_rows(), dims.d_model, "in_proj");
    check_weight(layer.in_proj_dt, dims.n_heads, dims.d_model, "in_proj_dt");
    const std::int64_t width = dims.in_proj_rows();
    for (std::int64_t t = 0; t < T; t += kChunk) {
        const std::int64_t n = std::min(kChunk, T - t);
        const float* x = normed(dims, layer.norm_weight, residual + t * dims.d_model, n);
        float* out = static_cast<float*>(zxbcdt) + t * width;
        linear_.set_activations(x, dims.d_model, n, dims.d_model);
        linear_.multiply(layer.in_proj, out, width, false);
        linear_.multiply(layer.in_proj_dt, out + dims.zxbc_rows(), width, false);
    }
}

void CpuBackend::mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state,
                       const void* zxbcdt, std::int64_t T, void* y) {
    check_mixer(dims);
    for (std::int64_t t = 0; t < T; t += kChunk) {
        mix_chunk(dims, weights, state, static_cast<const float*>(zxbcdt) + t * dims.in_proj_rows(),
                  std::min(kChunk, T - t), static_cast<float*>(y) + t * dims.d_inner);
    }
}

/// xbc = silu(conv1d(xBC)); dt = softplus(dt + bias); y = scan(xbc, dt) + D x; y = norm(y * silu(z)) per
/// group.
void CpuBackend::mix_chunk(const Dims& dims, const MixerWeights& w, const LayerState& state,
                           const float* zxbcdt, std::int64_t T, float* y) {
    const std::int64_t width = dims.in_proj_rows(), conv_dim = dims.conv_dim(), d_inner = dims.d_inner;
    const std::int64_t heads = dims.n_heads, N = dims.d_state;
    auto* xbc = xbc_.get<float>(static_cast<std::size_t>(T * conv_dim));
    auto* dt = dt_.get<float>(static_cast<std::size_t>(2 * T * heads));
    float* decay = dt + T * heads;

    const std::int64_t tiles = (conv_dim + cpu::kConvTile - 1) / cpu::kConvTile;
    pool_.run(tiles + 1, [&](std::int64_t tile, int) {
        if (tile == tiles) {
            for (std::int64_t t = 0; t < T; ++t) {
                cpu::softplus_decay(zxbcdt + t * width + dims.zxbc_rows(), w.dt_bias, w.A, heads,
                                    dt + t * heads, decay + t * heads);
            }
            return;
        }
        const std::int64_t c = tile * cpu::kConvTile;
        cpu::conv_silu({w.conv_weight + c * 4, w.conv_bias + c, zxbcdt + d_inner + c, width,
                        state.conv + c * 4, xbc + c, conv_dim, T},
                       std::min(cpu::kConvTile, conv_dim - c));
    });

    const std::int64_t heads_per_group = heads / dims.n_groups;
    pool_.run(heads, [&](std::int64_t h, int) {
        const float* B = xbc + d_inner + h / heads_per_group * N;
        cpu::scan_head({state.ssm + h * dims.headdim * N, dt + h, decay + h, heads, xbc + h * dims.headdim, B,
                        B + dims.n_groups * N, conv_dim, w.D[h], y + h * dims.headdim, d_inner, T,
                        dims.headdim, N});
    });

    const std::int64_t group = d_inner / dims.n_groups;
    pool_.run(T * dims.n_groups, [&](std::int64_t task, int) {
        const std::int64_t t = task / dims.n_groups, c = task % dims.n_groups * group;
        cpu::gate_and_norm(y + t * d_inner + c, zxbcdt + t * width + c, w.norm_weight + c, dims.norm_eps,
                           group);
    });
}

void CpuBackend::linear_add(const Dims& dims, const WeightView& out_proj, const void* y, std::int64_t T,
                            float* residual) {
    check_weight(out_proj, dims.d_model, dims.d_inner, "out_proj");
    for (std::int64_t t = 0; t < T; t += kChunk) {
        linear_.set_activations(static_cast<const float*>(y) + t * dims.d_inner, dims.d_inner,
                                std::min(kChunk, T - t), dims.d_inner);
        linear_.multiply(out_proj, residual + t * dims.d_model, dims.d_model, true);
    }
}

void CpuBackend::logits(const Dims& dims, const float* norm_weight, const WeightView& head,
                        const float* residual, std::int64_t T, float* logits) {
    check_weight(head, dims.vocab, dims.d_model, "the output head");
    for (std::int64_t t = 0; t < T; t += kChunk) {
        const std::int64_t n = std::min(kChunk, T - t);
        linear_.set_activations(normed(dims, norm_weight, residual + t * dims.d_model, n), dims.d_model, n,
                                dims.d_model);
        linear_.multiply(head, logits + t * dims.vocab, dims.vocab, false);
    }
}

}  // namespace

std::unique_ptr<Backend> make_cpu_backend(int threads) {
    return std::make_unique<CpuBackend>(threads);
}

}  // namespace sidewinder::kernels
