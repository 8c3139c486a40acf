// Time of a long step's operations alone, layer by layer in one CUDA graph, on weights of the 7B's width, and
// of cuBLASLt's choices for its products: `gpu_prefill_bench [layers] [ops|products|all] [T...]`.
#include <cuda_bf16.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/mixer_chunk.h"
#include "kernels/cuda/ops.h"
#include "tests/gpu/bench_fill.h"
#include "tests/gpu/bench_timer.h"
#include "tests/gpu/product_choices.h"

namespace {

using namespace sidewinder::kernels;
using namespace sidewinder::kernels::cuda;
namespace bench = sidewinder::bench;
using sidewinder::bench::median_microseconds;
using sidewinder::bench::ProductChoices;

class Bench {
  public:
    Bench(int layers, std::int64_t most_tokens) : context_{nullptr, &traits_}, most_tokens_(most_tokens) {
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
        context_.stream = stream_;
        cublasLtCreate(&handle_);
        d_.d_model = 4096;
        d_.d_inner = 8192;
        d_.n_heads = 128;
        d_.headdim = 64;
        d_.n_groups = 8;
        d_.d_state = 128;
        const std::int64_t T = most_tokens;
        residual_ = floats(T * d_.d_model, 0.0f, 1.0f);
        dt_ = floats(T * d_.n_heads, -2.0f, 1.5f);
        squares_ = floats(T * d_.n_heads, 8.0f, 0.0f);
        norm_ = floats(d_.d_inner, 1.0f, 0.1f);
        scales_ = floats(T > d_.zxbc_rows() ? T : d_.zxbc_rows(), 1e-2f, 1e-3f);
        normed_ = bf16(T * d_.d_model, 0x3F003F00U);
        zxbc_ = bf16(T * d_.zxbc_rows(), 0x3F003F00U);
        y_ = bf16(T * d_.d_inner, 0x3F003F00U);
        bc_ = reinterpret_cast<__half*>(bf16(T * 2 * d_.n_groups * d_.d_state, 0));
        tile_ = bf16(d_.zxbc_rows() * d_.d_model, 0x3C003C00U);
        workspace_ = bf16(std::int64_t{64} << 20, 0);
        mixer_ = {floats(d_.conv_state_size(), 0.1f, 0.3f), floats(d_.conv_dim(), 0.1f, 0.1f),
                  floats(d_.n_heads, 0.0f, 0.5f),           floats(d_.n_heads, -1.5f, 0.5f),
                  floats(d_.n_heads, 1.0f, 0.5f),           norm_};
        for (int i = 0; i < layers; ++i) {
            layers_.push_back(
                {weight({WeightFormat::BF16, d_.zxbc_rows(), d_.d_model, 0}),
                 weight({WeightFormat::BF16, d_.n_heads, d_.d_model, 0}),
                 weight({WeightFormat::BF16, d_.d_model, d_.d_inner, 0}),
                 {floats(d_.conv_state_size(), 0.1f, 0.1f), floats(d_.ssm_state_size(), 0.0f, 0.1f)}});
        }
        check(cudaDeviceSynchronize(), "filling");
    }
    ~Bench() { cublasLtDestroy(handle_); }

    void operations(std::int64_t T) {
        const double t = static_cast<double>(T), MB = t * 1e-6;
        const double in_ops = 2e-12 * 18432 * 4096 * t, out_ops = 2e-12 * 8192 * 4096 * t;
        std::printf("T %lld, us a layer\n", static_cast<long long>(T));
        double sum = line("rms_norm", MB * 4096 * 6, 0, T, [&](int) { norm(T); });
        sum += line("in_proj", 0, in_ops, T, [&](int i) { in_proj(i, T); });
        sum += line("dt product", MB * (4096 * 2 + 512), 0, T, [&](int i) { dt(i, T); });
        sum += line("conv_bc", MB * 2048 * 4, 0, T, [&](int i) { conv_bc(context_, call(i, T)); });
        sum += line("scan_chunk", MB * (8192 * 6 + 2048 * 2 + 1024), 3.67e-12 * 1e6 * 128 * t / 64, T,
                    [&](int i) { scan_chunk(context_, call(i, T)); });
        sum += line("gated_norm", MB * 8192 * 4, 0, T, [&](int i) { gated_norm(context_, call(i, T)); });
        sum += line("out_proj", 0, out_ops, T, [&](int i) { out_proj(i, T); });
        const double all = line("whole layer", 0, in_ops + out_ops, T, [&](int i) {
            norm(T);
            in_proj(i, T);
            dt(i, T);
            conv_bc(context_, call(i, T));
            scan_chunk(context_, call(i, T));
            gated_norm(context_, call(i, T));
            out_proj(i, T);
        });
        std::printf("  sum of the parts %.1f; 64 layers: %.1f k tokens/s\n", sum, t / all / 64 * 1e3);
        std::fflush(stdout);
    }

    void dequantizing() {
        for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
            std::vector<WeightView> in, out;
            for (std::size_t i = 0; i < layers_.size(); ++i) {
                in.push_back(weight({format, d_.zxbc_rows(), d_.d_model, 128}));
                out.push_back(weight({format, d_.d_model, d_.d_inner, 128}));
            }
            const auto tiles = [&](const WeightView& view, std::int64_t step) {
                for (std::int64_t row = 0; row < view.layout.rows; row += step) {
                    const std::int64_t rows = std::min(step, view.layout.rows - row);
                    dequantize(context_, view, row, rows, tile_);
                }
            };
            const auto time = [&](const std::vector<WeightView>& views, std::int64_t step) {
                return median_microseconds(stream_, static_cast<int>(views.size()), 11,
                                           [&](int i) { tiles(views[static_cast<std::size_t>(i)], step); });
            };
            std::printf(
                "dequantize %s: in_proj by 2048 %.1f, 4096 %.1f, whole %.1f; out_proj by 1024 %.1f, 2048 "
                "%.1f, whole %.1f us\n",
                std::string(name_of(format)).c_str(), time(in, 2048), time(in, 4096), time(in, 1 << 20),
                time(out, 1024), time(out, 2048), time(out, 1 << 20));
            std::fflush(stdout);
        }
    }

    void products(std::int64_t T) {
        const std::int64_t zx = d_.zxbc_rows(), m = d_.d_model, in = d_.d_inner;
        choices("in_proj", {zx, m, T, zx}, true);
        choices("in_proj 4096 rows", {4096, m, T, zx}, false);
        choices("in_proj 2048 rows", {2048, m, T, zx}, false);
        choices("dt F32", {d_.n_heads, m, T, d_.n_heads, CUDA_R_32F}, false);
        choices("out_proj F32Add", {m, in, T, m, CUDA_R_32F, true}, true);
        choices("out_proj F32", {m, in, T, m, CUDA_R_32F}, false);
        choices("out_proj BF16", {m, in, T, m}, false);
        choices("out_proj F32Add 2048 rows", {2048, in, T, m, CUDA_R_32F, true}, false);
    }

    void narrow_products(std::int64_t T) {
        const std::int64_t zx = d_.zxbc_rows(), m = d_.d_model, in = d_.d_inner;
        for (std::size_t i = 0; i < layers_.size(); ++i) refill(layers_[i]);
        const auto type = CUDA_R_8F_E4M3;
        for (const bool rows : {false, true}) {
            const std::string how = rows ? "fp8 row scales " : "fp8 one scale ";
            choices(how + "in_proj BF16", {zx, m, T, zx, CUDA_R_16BF, false, type, rows}, false);
            choices(how + "out_proj F32Add", {m, in, T, m, CUDA_R_32F, true, type, rows}, false);
            choices(how + "out_proj BF16", {m, in, T, m, CUDA_R_16BF, false, type, rows}, false);
        }
    }

  private:
    struct Layer {
        WeightView in_proj, in_proj_dt, out_proj;
        LayerState state;
    };

    template <class T>
    T* memory(std::size_t bytes) {
        memory_.emplace_back(bytes);
        return memory_.back().as<T>();
    }
    float* floats(std::int64_t count, float mean, float range) {
        float* values = memory<float>(static_cast<std::size_t>(count) * sizeof(float));
        bench::fill_floats(values, count, mean, range);
        return values;
    }
    // Of one power of two: `exponent`'s, in both halves.
    __nv_bfloat16* bf16(std::int64_t count, std::uint32_t exponent) {
        const std::size_t bytes = static_cast<std::size_t>(count) * sizeof(__nv_bfloat16);
        auto* values = memory<__nv_bfloat16>(bytes);
        bench::fill_words(values, bytes, 0x807F807FU, exponent);
        return values;
    }
    WeightView weight(const WeightLayout& layout) {
        void* data = memory<void>(layout.data_bytes());
        const bool wide = layout.format == WeightFormat::BF16;
        bench::fill_words(data, layout.data_bytes(), wide ? 0x807F807FU : 0xFFFFFFFFU,
                          wide ? 0x3C003C00U : 0);
        const auto scales = static_cast<std::int64_t>(layout.scale_count());
        return {layout, data, scales ? floats(scales, 1e-4f, 1e-5f) : nullptr};
    }
    // As e4m3 of magnitudes around 1.
    void refill(Layer& layer) {
        for (const WeightView* view : {&layer.in_proj, &layer.out_proj}) {
            bench::fill_words(const_cast<void*>(view->data), view->layout.data_bytes(), 0x8F8F8F8FU,
                              0x30303030U);
        }
        bench::fill_words(y_, static_cast<std::size_t>(most_tokens_ * d_.d_inner), 0x8F8F8F8FU, 0x30303030U);
    }

    MixerChunkCall call(int i, std::int64_t T) {
        return {d_, mixer_, layers_[static_cast<std::size_t>(i)].state, zxbc_, dt_, T, {bc_, squares_}, y_};
    }
    void norm(std::int64_t T) { rms_norm(context_, residual_, norm_, 1e-5f, T, d_.d_model, normed_); }
    const __nv_bfloat16* data(const WeightView& view) { return static_cast<const __nv_bfloat16*>(view.data); }
    void in_proj(int i, std::int64_t T) {
        matmul_.run(context_, data(layers_[static_cast<std::size_t>(i)].in_proj), d_.zxbc_rows(), d_.d_model,
                    normed_, T, zxbc_, d_.zxbc_rows(), Matmul::Out::BF16);
    }
    void dt(int i, std::int64_t T) {
        matmul_.run(context_, data(layers_[static_cast<std::size_t>(i)].in_proj_dt), d_.n_heads, d_.d_model,
                    normed_, T, dt_, d_.n_heads, Matmul::Out::F32);
    }
    void out_proj(int i, std::int64_t T) {
        matmul_.run(context_, data(layers_[static_cast<std::size_t>(i)].out_proj), d_.d_model, d_.d_inner, y_,
                    T, residual_, d_.d_model, Matmul::Out::F32Add);
    }

    double line(const char* name, double MB, double TF, std::int64_t T,
                const std::function<void(int)>& work) {
        const double us =
            median_microseconds(stream_, static_cast<int>(layers_.size()), T > 1024 ? 7 : 15, work);
        std::printf("  %-12s %8.2f", name, us);
        if (MB > 0) std::printf("  %5.0f GB/s", MB / us * 1e3);
        if (TF > 0) std::printf("  %5.0f TFLOP/s", TF / us * 1e6);
        std::printf("\n");
        return us;
    }
    void choices(const std::string& name, const ProductChoices::Shape& shape, bool more_workspace) {
        for (const int MiB : {32, 128}) {
            if (MiB == 128 && !more_workspace) break;
            ProductChoices product(handle_, shape, static_cast<std::size_t>(MiB) << 20, 8, scales_);
            std::printf("  %s T %lld, %d MiB:", name.c_str(), static_cast<long long>(shape.T), MiB);
            if (product.count() == 0) std::printf(" none, status %d", product.status());
            double best = 1e9;
            for (int c = 0; c < product.count(); ++c) {
                bool good = true;
                const double us =
                    median_microseconds(stream_, static_cast<int>(layers_.size()), 3, [&](int i) {
                        const Layer& l = layers_[static_cast<std::size_t>(i)];
                        const bool wide = shape.cols > d_.d_model;
                        good &= product.run(c, wide ? l.out_proj.data : l.in_proj.data, y_,
                                            shape.out_type == CUDA_R_32F ? static_cast<void*>(residual_)
                                                                         : static_cast<void*>(zxbc_),
                                            workspace_, stream_);
                    });
                std::printf(good ? " %.1f" : " (%.1f failed)", us);
                if (good && us < best) best = us;
            }
            std::printf(" | best %.0f TF\n", product.tera_operations() / best * 1e6);
            std::fflush(stdout);
        }
    }

    DeviceTraits traits_ = open_device();
    cudaStream_t stream_ = nullptr;
    Context context_;
    std::int64_t most_tokens_;
    cublasLtHandle_t handle_ = nullptr;
    Matmul matmul_;
    Dims d_;
    std::vector<DeviceMemory> memory_;
    std::vector<Layer> layers_;
    MixerWeights mixer_;
    float *residual_ = nullptr, *dt_ = nullptr, *squares_ = nullptr, *norm_ = nullptr, *scales_ = nullptr;
    __nv_bfloat16 *normed_ = nullptr, *zxbc_ = nullptr, *y_ = nullptr, *tile_ = nullptr,
                  *workspace_ = nullptr;
    __half* bc_ = nullptr;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const int layers = argc > 1 ? std::atoi(argv[1]) : 16;
        const std::string what = argc > 2 ? argv[2] : "all";
        std::vector<std::int64_t> tokens;
        for (int i = 3; i < argc; ++i) tokens.push_back(std::atoll(argv[i]));
        if (tokens.empty()) tokens = {512, 4096};
        Bench bench(layers, tokens.back());
        if (what != "products") {
            for (const std::int64_t T : tokens) bench.operations(T);
            if (what != "ops") bench.dequantizing();
        }
        if (what != "ops") {
            for (const std::int64_t T : tokens) bench.products(T);
            for (const std::int64_t T : tokens) bench.narrow_products(T);
        }
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
