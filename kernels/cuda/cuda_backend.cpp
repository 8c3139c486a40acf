#include "kernels/cuda/cuda_backend.h"

#include <algorithm>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "kernels/cuda/activations.h"
#include "kernels/cuda/backend_parts.h"
#include "kernels/cuda/float8.h"
#include "kernels/cuda/loss.h"
#include "kernels/cuda/ops.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr std::int64_t kChunk = 8192;  // products take tiles that save power: 2.7 % faster than steps of 4,096
constexpr std::size_t kRuntimeBytes = std::size_t{340} << 20;  // what CUDA and cuBLASLt load by themselves
constexpr std::int64_t kPad = 64;  // long steps are rounded up to it: fewer shapes for cuBLASLt to plan

[[noreturn]] void throw_internal(const std::string& what) {
    throw Error(Error::Kind::Internal,
                "The GPU engine was called wrongly: " + what + ". Please report this.");
}

class CudaBackend final : public Backend {
  public:
    CudaBackend(const Dims& dims, WeightFormat format, bool float8)
        : parts_(std::make_unique<BackendParts>(dims, loss_)), kind_(kind_for(dims, format)) {
        const bool offered = kind_ != WorkArea::Kind::Exact && has_float8(parts_->device, dims);
        parts_->long_weights = LongWeights(kind_ == WorkArea::Kind::FastInteger, offered, float8);
    }

    ~CudaBackend() override {
        parts_->short_run.clear();
        settle();
        if (loss_->told()) static_cast<void>(parts_.release());  // see Loss
    }

    std::string device_name() const override { return parts_->device.name; }
    std::string state_format() const override {
        return "cuda-f32-4-" + std::to_string(parts_->device.compute) + "-" +
               std::to_string(parts_->device.multiprocessors) + "-" + std::to_string(cublasLtGetVersion()) +
               parts_->long_weights.name();
    }
    std::size_t available_memory() const override {
        std::size_t free = 0;
        loss_->watch([&] { free = free_memory(); });
        return free;
    }

    std::int64_t best_chunk(const Dims&) const override {
        return kind_ == WorkArea::Kind::Exact ? 256 : kChunk;
    }
    std::size_t zxbcdt_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        return most_bytes<Projected>(dims, kind_ == WorkArea::Kind::Exact, max_tokens);
    }
    std::size_t y_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        return most_bytes<Mixed>(dims, kind_ == WorkArea::Kind::Exact, max_tokens);
    }
    std::size_t work_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        return WorkArea::bytes(dims, kind_, parts_->long_weights.float8(), max_tokens) +
               (kind_ == WorkArea::Kind::Exact ? 0 : Matmul::kWorkspaceBytes) +
               BackendParts::short_bytes(dims) + kRuntimeBytes;
    }
    std::size_t runtime_bytes() const override { return kRuntimeBytes; }
    void reserve(const Dims& dims, std::int64_t max_tokens) override;
    bool offers_float8_prefill() const override { return parts_->long_weights.offers_float8(); }
    CopiesNeed copies_need(const Dims& dims, std::int64_t layers) const override {
        return parts_->long_weights.copies_need(dims, layers, parts_->device.total_memory);
    }
    bool keep_copies(std::span<const LayerWeights> layers) override {
        guarded([&] { parts_->long_weights.keep(parts_->context, layers, parts_->done); });
        return !parts_->long_weights.kept().empty();
    }

    void upload(void* to, const void* host, std::size_t bytes) override {
        guarded([&] { parts_->staging.upload(parts_->context.stream, to, host, bytes); });
    }
    void upload(void* to, const HostCopy& copy) override {
        guarded([&] {
            if (!parts_->snapshots.put_back(parts_->context.stream, to, copy)) {
                parts_->staging.upload(parts_->context.stream, to, copy.bytes().data(), copy.size());
            } else {
                parts_->wait();  // the copy may be let go of as soon as this returns
            }
        });
    }
    std::shared_ptr<const HostCopy> download_later(const void* from, std::size_t bytes) override {
        std::shared_ptr<const HostCopy> copy;
        guarded([&] { copy = parts_->snapshots.take(parts_->context.stream, from, bytes); });
        return copy;
    }
    void download(void* host, const void* from, std::size_t bytes) override {
        guarded([&] { parts_->staging.download(parts_->context.stream, host, from, bytes); });
    }
    void copy(void* to, const void* from, std::size_t bytes) override {
        guarded([&] {
            check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, parts_->context.stream),
                  "copying on the GPU");
        });
    }
    void zero(void* to, std::size_t bytes) override {
        guarded([&] { check(cudaMemsetAsync(to, 0, bytes, parts_->context.stream), "clearing GPU memory"); });
    }

    void embed(const WeightView& table, const std::int32_t* ids, std::int64_t T, float* residual) override {
        guarded([&] { cuda::embed(parts_->context, table, ids, T, residual); });
    }
    void norm_linear(const Dims& dims, const LayerWeights& layer, const float* residual, std::int64_t T,
                     void* zxbcdt) override;
    void mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state, const void* zxbcdt,
               std::int64_t T, void* y) override;
    void linear_add(const Dims& dims, const WeightView& out_proj, const void* y, std::int64_t T,
                    float* residual) override;
    void logits(const Dims& dims, const float* norm_weight, const WeightView& head, const float* residual,
                std::int64_t T, float* logits) override;

    void begin_sampling(const Dims& dims, const SamplingOptions& options,
                        std::span<const std::int32_t> history) override {
        guarded([&] {
            const WorkArea& area = work(1);
            parts_->sampling.begin(parts_->context.stream, parts_->staging, area.sampling, area.sampling_ring,
                                   dims.vocab, options, history);
        });
    }
    void sample(const Dims& dims, const float* logits, std::int32_t* token) override {
        guarded([&] { cuda::sample(parts_->context, logits, dims.vocab, work(1).sampling, token); });
    }
    Drawn drawn() override {
        Drawn drawn;
        guarded([&] { drawn = parts_->sampling.drawn(parts_->context.stream, parts_->staging); });
        return drawn;
    }

    void replay(std::uint64_t key, const std::function<void()>& step) override {
        guarded([&] {
            parts_->graphs.replay(parts_->context.stream, key, [&] {
                step();
                parts_->short_run.run();
            });
        });
    }
    void synchronize() override {
        guarded([&] { parts_->wait(); });
    }

  private:
    void* allocate_bytes(std::size_t bytes) override {
        void* data = nullptr;
        guarded([&] { check_device_memory(cudaMalloc(&data, bytes), bytes); });
        return data;
    }
    void release_bytes(void* data, std::size_t bytes) noexcept override {
        settle();
        if (loss_->told()) return;
        parts_->long_weights.forget(data, bytes);
        check_quietly(cudaFree(data));
    }
    // Before anything is let go of: what was collected may use it still, and releasing waits for the device
    // without an end.
    void settle() noexcept {
        attempt([&] {
            choose_device();
            parts_->short_run.run();
        });
        attempt([&] { parts_->wait(); });  // for what did start
    }
    template <class Operation>
    void attempt(const Operation& operation) noexcept {
        try {
            loss_->watch(operation);
        } catch (const Error& error) {
            parts_->short_run.clear();
            if (!late_) late_ = error;
        }
    }

    static WorkArea::Kind kind_for(const Dims& dims, WeightFormat format) {
        if (format == WeightFormat::F32 || !has_fast_kernels(dims)) return WorkArea::Kind::Exact;
        return format == WeightFormat::BF16 ? WorkArea::Kind::Fast : WorkArea::Kind::FastInteger;
    }
    Form form(std::int64_t T) const {
        if (kind_ == WorkArea::Kind::Exact) return Form::Exact;
        return T <= kShortTokens ? Form::Short : Form::Long;
    }
    bool float8(std::int64_t T) const { return parts_->long_weights.in_float8(T, padded(T)); }
    WorkArea& work(std::int64_t T) {
        if (T > parts_->work.max_tokens) {
            throw_internal("a step of " + std::to_string(T) + " tokens where " +
                           std::to_string(parts_->work.max_tokens) + " were reserved");
        }
        return parts_->work;
    }
    std::int64_t padded(std::int64_t T) const {
        return std::min((T + kPad - 1) / kPad * kPad, parts_->work.max_tokens);
    }

    // Runs what was collected, then the operation; after a loss throws it again and does nothing.
    template <class Operation>
    void guarded(const Operation& operation) {
        collected([&] {
            parts_->short_run.run();
            operation();
        });
    }
    // The same for an operation that only joins those of a short run.
    template <class Operation>
    void collected(const Operation& operation) {
        try {
            loss_->watch([&] {
                if (late_) throw Error(*std::exchange(late_, std::nullopt));
                choose_device();
                operation();
            });
        } catch (const Error&) {
            parts_->short_run.clear();
            throw;
        }
    }
    void stay_close();
    void choose_device();

    const std::shared_ptr<Loss> loss_ = std::make_shared<Loss>();
    std::unique_ptr<BackendParts> parts_;
    WorkArea::Kind kind_;
    std::size_t layer_ = 0;      ///< of long steps, see stay_close
    std::thread::id thread_;     ///< that the device was last chosen on
    std::optional<Error> late_;  ///< of what ran as memory was let go of: told by the next operation
};

void CudaBackend::reserve(const Dims& dims, std::int64_t max_tokens) {
    guarded([&] {
        if (max_tokens <= parts_->work.max_tokens) return;
        parts_->wait();  // what is there may be in use
        if (kind_ != WorkArea::Kind::Exact && !parts_->long_linear) parts_->long_linear.emplace();
        const bool float8 = parts_->long_weights.float8();
        WorkArea area = WorkArea::allocate(dims, kind_, float8, max_tokens);
        check(cudaMemsetAsync(area.memory.as<void>(), 0, WorkArea::bytes(dims, kind_, float8, max_tokens),
                              parts_->context.stream),
              "clearing GPU memory");
        parts_->graphs.clear();  // they use the old one
        parts_->work = std::move(area);
    });
}

// CUDA's current device belongs to a thread, and an answer may have one of its own.
void CudaBackend::choose_device() {
    if (thread_ == std::this_thread::get_id()) return;
    check(cudaSetDevice(parts_->device.ordinal), "cudaSetDevice");
    thread_ = std::this_thread::get_id();
}

// Launches run ahead of the device without limit; a stop must not wait for a whole chunk of them, and
// progress must be true. So the host is never more than a few layers ahead.
void CudaBackend::stay_close() {
    Event& event = parts_->layers[layer_++ % parts_->layers.size()];
    event.wait();
    event.record(parts_->context.stream);
}

void CudaBackend::norm_linear(const Dims& dims, const LayerWeights& layer, const float* residual,
                              std::int64_t T, void* zxbcdt) {
    if (form(T) == Form::Short) {
        collected([&] {
            parts_->short_run.linear(
                layer.in_proj, layer.in_proj_dt,
                {.x = residual,
                 .stride = dims.d_model,
                 .norm_weight = layer.norm_weight,
                 .eps = dims.norm_eps},
                T, {.out = Projected::in(zxbcdt, dims, Form::Short, T).all, .stride = dims.in_proj_rows()});
        });
        return;
    }
    guarded([&] {
        WorkArea& area = work(T);
        const Form how = form(T);
        if (how == Form::Long) {
            const std::int64_t rows = padded(T);
            const Projected out = Projected::in(zxbcdt, dims, how, rows);
            if (float8(T)) {
                rms_norm_float8(parts_->context, residual, layer.norm_weight, dims.norm_eps, T, dims.d_model,
                                area.normed, area.normed8, area.token_scales);
                parts_->long_linear->run_float8(parts_->context, area, parts_->long_weights.kept(),
                                                layer.in_proj, area.normed8, dims.d_model, rows, out.zxbc,
                                                dims.zxbc_rows(), Matmul::Out::BF16);
            } else {
                rms_norm(parts_->context, residual, layer.norm_weight, dims.norm_eps, T, dims.d_model,
                         area.normed);
                parts_->long_linear->run(parts_->context, area, parts_->long_weights.kept(), layer.in_proj,
                                         area.normed, rows, out.zxbc, dims.zxbc_rows(), Matmul::Out::BF16);
            }
            parts_->long_linear->run(parts_->context, area, parts_->long_weights.kept(), layer.in_proj_dt,
                                     area.normed, rows, out.dt, dims.n_heads, Matmul::Out::F32);
            return;
        }
        const Projected out = Projected::in(zxbcdt, dims, how, T);
        rms_norm_exact(parts_->context, residual, layer.norm_weight, dims.norm_eps, T, dims.d_model,
                       area.normed32);
        linear_exact(parts_->context, layer.in_proj, area.normed32, dims.d_model, T, out.all,
                     dims.in_proj_rows(), false);
        linear_exact(parts_->context, layer.in_proj_dt, area.normed32, dims.d_model, T,
                     out.all + dims.zxbc_rows(), dims.in_proj_rows(), false);
    });
}

void CudaBackend::mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state,
                        const void* zxbcdt, std::int64_t T, void* y) {
    if (form(T) == Form::Short) {
        collected([&] {
            const Projected in = Projected::in(const_cast<void*>(zxbcdt), dims, Form::Short, T);
            const Mixed out = Mixed::in(y, dims, Form::Short, T);
            parts_->short_run.mixer(dims, weights, state, in.all, T, out.y, out.head_squares,
                                    work(T).arrivals);
        });
        return;
    }
    guarded([&] {
        WorkArea& area = work(T);
        const Form how = form(T);
        const Projected in =
            Projected::in(const_cast<void*>(zxbcdt), dims, how, how == Form::Long ? padded(T) : T);
        const Mixed out = Mixed::in(y, dims, how, T);
        if (how == Form::Long) {
            stay_close();
            mixer_chunk(parts_->context, dims, weights, state, in.zxbc, in.dt, T,
                        {area.tiles, area.head_squares, float8(T) ? area.token_scales : nullptr}, out.y16);
        } else {
            if (T > kShortTokens) stay_close();
            mixer_exact(parts_->context, dims, weights, state, in.all, T, area.xbc32, out.y);
        }
    });
}

void CudaBackend::linear_add(const Dims& dims, const WeightView& out_proj, const void* y, std::int64_t T,
                             float* residual) {
    const Form how = form(T);
    const Mixed in = Mixed::in(const_cast<void*>(y), dims, how, T);
    if (how == Form::Short) {
        collected([&] {
            parts_->short_run.linear(out_proj, {},
                                     {.x = in.y,
                                      .stride = dims.d_inner,
                                      .head_squares = in.head_squares,
                                      .n_heads = dims.n_heads,
                                      .n_groups = dims.n_groups,
                                      .eps = dims.norm_eps},
                                     T, {.out = residual, .stride = dims.d_model, .add = true});
        });
        return;
    }
    guarded([&] {
        if (how == Form::Exact) {
            linear_exact(parts_->context, out_proj, in.y, dims.d_inner, T, residual, dims.d_model, true);
        } else if (float8(T)) {
            parts_->long_linear->run_float8(parts_->context, work(T), parts_->long_weights.kept(), out_proj,
                                            reinterpret_cast<const unsigned char*>(in.y16), 2 * dims.d_inner,
                                            padded(T), residual, dims.d_model, Matmul::Out::F32Add);
        } else {
            parts_->long_linear->run(parts_->context, work(T), parts_->long_weights.kept(), out_proj, in.y16,
                                     padded(T), residual, dims.d_model, Matmul::Out::F32Add);
        }
    });
}

void CudaBackend::logits(const Dims& dims, const float* norm_weight, const WeightView& head,
                         const float* residual, std::int64_t T, float* logits) {
    for (std::int64_t t = 0; t < T; t += kShortTokens) {
        const std::int64_t n = std::min(kShortTokens, T - t);
        const float* x = residual + t * dims.d_model;
        float* out = logits + t * dims.vocab;
        if (kind_ == WorkArea::Kind::Exact) {
            guarded([&] {
                float* normed = work(T).normed32;
                rms_norm_exact(parts_->context, x, norm_weight, dims.norm_eps, n, dims.d_model, normed);
                linear_exact(parts_->context, head, normed, dims.d_model, n, out, dims.vocab, false);
            });
        } else {
            collected([&] {
                parts_->short_run.linear(
                    head, {},
                    {.x = x, .stride = dims.d_model, .norm_weight = norm_weight, .eps = dims.norm_eps}, n,
                    {.out = out, .stride = dims.vocab});
            });
        }
    }
}

}  // namespace

std::unique_ptr<Backend> make_backend(const Dims& dims, WeightFormat format, bool float8_prefill) {
    return std::make_unique<CudaBackend>(dims, format, float8_prefill);
}

}  // namespace sidewinder::kernels::cuda
