#include "kernels/cuda/cuda_backend.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "kernels/cuda/activations.h"
#include "kernels/cuda/event.h"
#include "kernels/cuda/float8.h"
#include "kernels/cuda/graphs.h"
#include "kernels/cuda/long_linear.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/sampling_memory.h"
#include "kernels/cuda/short_program.h"
#include "kernels/cuda/snapshots.h"
#include "kernels/cuda/staging.h"
#include "kernels/cuda/work_area.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr std::int64_t kChunk = 4096;         // long enough that the products run at the matrix units' pace
constexpr std::int64_t kFloat8Tokens = 1024;  // from here on it pays to make the weights float8 at each step
constexpr std::size_t kRuntimeBytes = std::size_t{340} << 20;  // what CUDA and cuBLASLt load by themselves
constexpr std::size_t kBarrierBytes = 2 * sizeof(unsigned);
constexpr std::int64_t kPad = 64;  // long steps are rounded up to it: fewer shapes for cuBLASLt to plan

[[noreturn]] void throw_internal(const std::string& what) {
    throw Error(Error::Kind::Internal,
                "The GPU engine was called wrongly: " + what + ". Please report this.");
}

class CudaBackend final : public Backend {
  public:
    CudaBackend(const Dims& dims, WeightFormat format, bool float8)
        : kind_(kind_for(dims, format)),
          traits_(open_device()),
          context_{stream_.handle(), &traits_},
          float8_(float8 && kind_ != WorkArea::Kind::Exact && has_float8(traits_, dims)) {
        check(cudaMemset(barrier_.as<void>(), 0, kBarrierBytes), "clearing GPU memory");
    }

    ~CudaBackend() override {
        short_.clear();
        if (!lost_) check_quietly(cudaStreamSynchronize(context_.stream));
    }

    std::string device_name() const override { return traits_.name; }
    std::string state_format() const override {
        return "cuda-f32-2-" + std::to_string(traits_.compute) + "-" +
               std::to_string(traits_.multiprocessors) + "-" + std::to_string(cublasLtGetVersion()) +
               (float8_ ? "-float8" : "");
    }
    std::size_t available_memory() const override {
        std::size_t free = 0, total = 0;
        check(cudaMemGetInfo(&free, &total), "cudaMemGetInfo");
        return free;
    }

    std::int64_t best_chunk(const Dims&) const override {
        return kind_ == WorkArea::Kind::Exact ? 256 : kChunk;
    }
    std::size_t zxbcdt_bytes(const Dims& dims, std::int64_t max_tokens) const override;
    std::size_t y_bytes(const Dims& dims, std::int64_t max_tokens) const override;
    std::size_t work_bytes(const Dims& dims, std::int64_t max_tokens) const override {
        return WorkArea::bytes(dims, kind_, float8_, max_tokens) +
               (kind_ == WorkArea::Kind::Exact ? 0 : Matmul::kWorkspaceBytes) + kRuntimeBytes;
    }
    void reserve(const Dims& dims, std::int64_t max_tokens) override;

    void upload(void* to, const void* host, std::size_t bytes) override {
        guarded([&] { staging_.upload(context_.stream, to, host, bytes); });
    }
    void upload(void* to, const HostCopy& copy) override {
        guarded([&] {
            if (!snapshots_.put_back(context_.stream, to, copy)) {
                staging_.upload(context_.stream, to, copy.bytes().data(), copy.size());
            } else {
                synchronize();  // the copy may be let go of as soon as this returns
            }
        });
    }
    std::shared_ptr<const HostCopy> download_later(const void* from, std::size_t bytes) override {
        std::shared_ptr<const HostCopy> copy;
        guarded([&] { copy = snapshots_.take(context_.stream, from, bytes); });
        return copy;
    }
    void download(void* host, const void* from, std::size_t bytes) override {
        guarded([&] { staging_.download(context_.stream, host, from, bytes); });
    }
    void copy(void* to, const void* from, std::size_t bytes) override {
        guarded([&] {
            check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice, context_.stream),
                  "copying on the GPU");
        });
    }
    void zero(void* to, std::size_t bytes) override {
        guarded([&] { check(cudaMemsetAsync(to, 0, bytes, context_.stream), "clearing GPU memory"); });
    }

    void embed(const WeightView& table, const std::int32_t* ids, std::int64_t T, float* residual) override {
        guarded([&] { cuda::embed(context_, table, ids, T, residual); });
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
            sampling_.begin(context_.stream, staging_, area.sampling, area.sampling_ring, dims.vocab, options,
                            history);
        });
    }
    void sample(const Dims& dims, const float* logits, std::int32_t* token) override {
        guarded([&] { cuda::sample(context_, logits, dims.vocab, work(1).sampling, token); });
    }
    Drawn drawn() override {
        Drawn drawn;
        guarded([&] { drawn = sampling_.drawn(context_.stream, staging_); });
        return drawn;
    }

    void replay(std::uint64_t key, const std::function<void()>& step) override {
        guarded([&] {
            graphs_.replay(context_.stream, key, [&] {
                step();
                short_.run();
            });
        });
    }
    void synchronize() override {
        guarded([&] {
            done_.record(context_.stream);
            done_.wait();
        });
    }

  private:
    void* allocate_bytes(std::size_t bytes) override {
        void* data = nullptr;
        guarded([&] { check(cudaMalloc(&data, bytes), "cudaMalloc"); });
        return data;
    }
    void release_bytes(void* data, std::size_t) noexcept override {
        try {
            guarded([] {});  // what has been collected may use it still
        } catch (const Error& error) {
            late_ = error;
        }
        if (!lost_) check_quietly(cudaFree(data));
    }

    static WorkArea::Kind kind_for(const Dims& dims, WeightFormat format) {
        if (format == WeightFormat::F32 || !has_fast_kernels(dims)) return WorkArea::Kind::Exact;
        return format == WeightFormat::BF16 ? WorkArea::Kind::Fast : WorkArea::Kind::FastInteger;
    }
    Form form(std::int64_t T) const {
        if (kind_ == WorkArea::Kind::Exact) return Form::Exact;
        return T <= kShortTokens ? Form::Short : Form::Long;
    }
    bool float8(std::int64_t T) const {  // which cuBLASLt wants in sixteens
        return float8_ && T >= kFloat8Tokens && padded(T) % 16 == 0;
    }
    WorkArea& work(std::int64_t T) {
        if (T > work_.max_tokens) {
            throw_internal("a step of " + std::to_string(T) + " tokens where " +
                           std::to_string(work_.max_tokens) + " were reserved");
        }
        return work_;
    }
    std::int64_t padded(std::int64_t T) const {
        return std::min((T + kPad - 1) / kPad * kPad, work_.max_tokens);
    }

    // After a fault that CUDA calls sticky nothing works any more: say so again without asking the device.
    template <class Operation>
    void guarded(const Operation& operation) {
        collected([&] {
            short_.run();
            operation();
        });
    }
    // The same for an operation that only joins those of a short run.
    template <class Operation>
    void collected(const Operation& operation) {
        if (lost_) throw *lost_;
        if (late_) throw Error(*std::exchange(late_, std::nullopt));
        try {
            choose_device();
            operation();
        } catch (const Error& error) {
            short_.clear();
            if (error.kind() == Error::Kind::DeviceLost) lost_ = error;
            throw;
        }
    }
    void stay_close();
    void choose_device();

    WorkArea::Kind kind_;
    DeviceTraits traits_;
    Stream stream_;
    Context context_;
    DeviceMemory barrier_{kBarrierBytes};
    ShortProgram short_{context_, barrier_.as<unsigned>()};
    bool float8_;
    Staging staging_;
    Snapshots snapshots_;
    Graphs graphs_;
    std::optional<LongLinear> long_;
    WorkArea work_;
    SamplingMemory sampling_;
    Event done_;
    std::array<Event, 4> layers_;  ///< of long steps, see stay_close
    std::size_t layer_ = 0;
    std::thread::id thread_;  ///< that the device was last chosen on
    std::optional<Error> lost_;
    std::optional<Error> late_;  ///< of what ran as memory was let go of: told by the next operation
};

std::size_t CudaBackend::zxbcdt_bytes(const Dims& dims, std::int64_t max_tokens) const {
    const std::int64_t few = std::min(max_tokens, kShortTokens);
    if (kind_ == WorkArea::Kind::Exact) return Projected::bytes(dims, Form::Exact, max_tokens);
    return std::max(Projected::bytes(dims, Form::Short, few), Projected::bytes(dims, Form::Long, max_tokens));
}

std::size_t CudaBackend::y_bytes(const Dims& dims, std::int64_t max_tokens) const {
    const std::int64_t few = std::min(max_tokens, kShortTokens);
    if (kind_ == WorkArea::Kind::Exact) return Mixed::bytes(dims, Form::Exact, max_tokens);
    return std::max(Mixed::bytes(dims, Form::Short, few), Mixed::bytes(dims, Form::Long, max_tokens));
}

void CudaBackend::reserve(const Dims& dims, std::int64_t max_tokens) {
    guarded([&] {
        if (max_tokens <= work_.max_tokens) return;
        if (kind_ != WorkArea::Kind::Exact && !long_) long_.emplace();
        const std::size_t bytes = WorkArea::bytes(dims, kind_, float8_, max_tokens);
        WorkArea area = WorkArea::allocate(dims, kind_, float8_, max_tokens);
        check(cudaMemsetAsync(area.memory.as<void>(), 0, bytes, context_.stream), "clearing GPU memory");
        check(cudaStreamSynchronize(context_.stream), "clearing GPU memory");
        work_ = std::move(area);
    });
}

// CUDA's current device belongs to a thread, and an answer may have one of its own.
void CudaBackend::choose_device() {
    if (thread_ == std::this_thread::get_id()) return;
    check(cudaSetDevice(traits_.ordinal), "cudaSetDevice");
    thread_ = std::this_thread::get_id();
}

// Launches run ahead of the device without limit; a stop must not wait for a whole chunk of them, and
// progress must be true. So the host is never more than a few layers ahead.
void CudaBackend::stay_close() {
    Event& event = layers_[layer_++ % layers_.size()];
    event.wait();
    event.record(context_.stream);
}

void CudaBackend::norm_linear(const Dims& dims, const LayerWeights& layer, const float* residual,
                              std::int64_t T, void* zxbcdt) {
    if (form(T) == Form::Short) {
        collected([&] {
            short_.linear(
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
                rms_norm_float8(context_, residual, layer.norm_weight, dims.norm_eps, T, dims.d_model,
                                area.normed, area.normed8, area.token_scales);
                long_->run_float8(context_, area, layer.in_proj, area.normed8, dims.d_model, rows, out.zxbc,
                                  dims.zxbc_rows(), Matmul::Out::BF16);
            } else {
                rms_norm(context_, residual, layer.norm_weight, dims.norm_eps, T, dims.d_model, area.normed);
                long_->run(context_, area, layer.in_proj, area.normed, rows, out.zxbc, dims.zxbc_rows(),
                           Matmul::Out::BF16);
            }
            long_->run(context_, area, layer.in_proj_dt, area.normed, rows, out.dt, dims.n_heads,
                       Matmul::Out::F32);
            return;
        }
        const Projected out = Projected::in(zxbcdt, dims, how, T);
        rms_norm_exact(context_, residual, layer.norm_weight, dims.norm_eps, T, dims.d_model, area.normed32);
        linear_exact(context_, layer.in_proj, area.normed32, dims.d_model, T, out.all, dims.in_proj_rows(),
                     false);
        linear_exact(context_, layer.in_proj_dt, area.normed32, dims.d_model, T, out.all + dims.zxbc_rows(),
                     dims.in_proj_rows(), false);
    });
}

void CudaBackend::mixer(const Dims& dims, const MixerWeights& weights, const LayerState& state,
                        const void* zxbcdt, std::int64_t T, void* y) {
    if (form(T) == Form::Short) {
        collected([&] {
            const Projected in = Projected::in(const_cast<void*>(zxbcdt), dims, Form::Short, T);
            const Mixed out = Mixed::in(y, dims, Form::Short, T);
            short_.mixer(dims, weights, state, in.all, T, out.y, out.head_squares, work(T).arrivals);
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
            mixer_chunk(context_, dims, weights, state, in.zxbc, in.dt, T,
                        {area.tiles, area.head_squares, float8(T) ? area.token_scales : nullptr}, out.y16);
        } else {
            if (T > 1) stay_close();
            mixer_exact(context_, dims, weights, state, in.all, T, area.xbc32, out.y);
        }
    });
}

void CudaBackend::linear_add(const Dims& dims, const WeightView& out_proj, const void* y, std::int64_t T,
                             float* residual) {
    const Form how = form(T);
    const Mixed in = Mixed::in(const_cast<void*>(y), dims, how, T);
    if (how == Form::Short) {
        collected([&] {
            short_.linear(out_proj, {},
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
            linear_exact(context_, out_proj, in.y, dims.d_inner, T, residual, dims.d_model, true);
        } else if (float8(T)) {
            long_->run_float8(context_, work(T), out_proj, reinterpret_cast<const unsigned char*>(in.y16),
                              2 * dims.d_inner, padded(T), residual, dims.d_model, Matmul::Out::F32Add);
        } else {
            long_->run(context_, work(T), out_proj, in.y16, padded(T), residual, dims.d_model,
                       Matmul::Out::F32Add);
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
                rms_norm_exact(context_, x, norm_weight, dims.norm_eps, n, dims.d_model, normed);
                linear_exact(context_, head, normed, dims.d_model, n, out, dims.vocab, false);
            });
        } else {
            collected([&] {
                short_.linear(
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
