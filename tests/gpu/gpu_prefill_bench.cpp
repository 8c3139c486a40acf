// Time of a long step's operations alone, layer by layer in one CUDA graph, on weights of the 7B's width:
// `gpu_prefill_bench [layers] [ops|sustained|narrow|all] [T...]`. `sustained`: the same operations, each for
// a second, so that the device's power limit counts.
#include <cuda_bf16.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/float8.h"
#include "kernels/cuda/matmul.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/mixer_chunk.h"
#include "kernels/cuda/ops.h"
#include "tests/gpu/bench_fill.h"
#include "tests/gpu/bench_timer.h"

namespace {

using namespace sidewinder::kernels;
using namespace sidewinder::kernels::cuda;
namespace bench = sidewinder::bench;
using sidewinder::bench::median_microseconds;
using sidewinder::bench::Sustained;

class Bench {
  public:
    Bench(int layers, std::int64_t most_tokens) : context_{nullptr, &traits_, &attributes_} {
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
        context_.stream = stream_;
        few_.multiprocessors = 1;
        apart_ = {stream_, &few_, &attributes_};
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
        normed8_ = memory<unsigned char>(static_cast<std::size_t>(T * d_.d_model));
        token_scales_ = floats(T, 1e-2f, 1e-3f);
        scales_ = floats(T > d_.zxbc_rows() ? T : d_.zxbc_rows(), 1e-2f, 1e-3f);
        normed_ = bf16(T * d_.d_model, 1.0f);
        zxbc_ = bf16(T * d_.zxbc_rows(), 1.0f);
        y_ = bf16(T * d_.d_inner, 1.0f);
        tiles_ = memory<void>(static_cast<std::size_t>(mixer_chunk_bytes(d_, T)));
        tile_ = bf16(d_.zxbc_rows() * d_.d_model, 0.015f);
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

    void operations(std::int64_t T) {
        const double t = static_cast<double>(T), MB = t * 1e-6;
        const double in_ops = 2e-12 * 18432 * 4096 * t, out_ops = 2e-12 * 8192 * 4096 * t;
        std::printf("T %lld, us a layer\n", static_cast<long long>(T));
        double sum = line("rms_norm", MB * 4096 * 6, 0, T, [&](int) { norm(T); });
        sum += line("in_proj", 0, in_ops, T, [&](int i) { in_proj(i, T); });
        sum += line("dt product", MB * (4096 * 2 + 512), 0, T, [&](int i) { dt(i, T); });
        const double tiles_MB = 1e-6 * static_cast<double>(mixer_chunk_bytes(d_, T));
        sum += line("conv_bc", MB * (2048 * 2 + 512) + tiles_MB, 0, T,
                    [&](int i) { conv_bc(context_, call(i, T)); });
        sum += line("scan_chunk", MB * (8192 * 6 + 512) + tiles_MB, 2.62e-12 * 1e6 * 128 * t / 64, T,
                    [&](int i) { scan_chunk(context_, call(i, T)); });
        line("gated_norm", MB * 8192 * 4, 0, T, [&](int i) { gated_norm(context_, call(i, T)); });
        line("mixer", 0, 0, T, [&](int i) { mix(context_, i, T); });
        line("norm apart", 0, 0, T, [&](int i) { mix(apart_, i, T); });
        sum += line("out_proj", 0, out_ops, T, [&](int i) { out_proj(i, T); });
        const double all = line("whole layer", 0, in_ops + out_ops, T, [&](int i) {
            norm(T);
            in_proj(i, T);
            dt(i, T);
            mix(context_, i, T);
            out_proj(i, T);
        });
        line("norm apart", 0, in_ops + out_ops, T, [&](int i) {
            norm(T);
            in_proj(i, T);
            dt(i, T);
            mix(apart_, i, T);
            out_proj(i, T);
        });
        std::printf("  sum of the parts %.1f; 64 layers: %.1f k tokens/s\n", sum, t / all / 64 * 1e3);
        std::fflush(stdout);
    }

    void sustain(double seconds) { seconds_ = seconds; }

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

    // What steps without and with bf16 copies take: tiles by the whole weight's algorithm and by their own.
    void tiled_layers(std::int64_t T) {
        for (const WeightFormat format : {WeightFormat::Int8, WeightFormat::Int4}) {
            std::vector<WeightView> in, out;
            for (std::size_t i = 0; i < layers_.size(); ++i) {
                in.push_back(weight({format, d_.zxbc_rows(), d_.d_model, 128}));
                out.push_back(weight({format, d_.d_model, d_.d_inner, 128}));
            }
            std::printf("layer %s T %lld, in_proj tile rows / out_proj:",
                        std::string(name_of(format)).c_str(), static_cast<long long>(T));
            const int steps[][2] = {{4096, 2048}, {2048, 1024}, {2048, 2048}, {2048, 4096},
                                    {3072, 2048}, {6144, 4096}, {18432, 4096}};
            for (const auto& step : steps) {
                double us[2];
                for (const bool own : {false, true}) {
                    us[own] = layer(T, [&](int i, bool first) {
                        const auto at = static_cast<std::size_t>(i);
                        tiles(first ? in[at] : out[at], T, step[first ? 0 : 1], first, own);
                    });
                }
                std::printf(" %d/%d %.1f (own %.1f)", step[0], step[1], us[0], us[1]);
            }
            const double kept = layer(T, [&](int i, bool first) { first ? in_proj(i, T) : out_proj(i, T); });
            std::printf(" bf16 copies %.1f\n", kept);
            std::fflush(stdout);
            float8_layers(name_of(format).data(), T, in, out);
        }
        std::vector<WeightView> in, out;
        for (const Layer& l : layers_) in.push_back(l.in_proj), out.push_back(l.out_proj);
        float8_layers("bf16", T, in, out);
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
    __nv_bfloat16* bf16(std::int64_t count, float deviation) {
        auto* values = memory<__nv_bfloat16>(static_cast<std::size_t>(count) * sizeof(__nv_bfloat16));
        bench::fill_bf16(values, count, deviation);
        return values;
    }
    WeightView weight(const WeightLayout& layout) {
        void* data = memory<void>(layout.data_bytes());
        if (layout.format == WeightFormat::BF16) {
            bench::fill_bf16(data, layout.rows * layout.cols, 0.015f);
        } else {
            bench::fill_words(data, layout.data_bytes(), 0xFFFFFFFFU, 0);
        }
        const auto scales = static_cast<std::int64_t>(layout.scale_count());
        return {layout, data, scales ? floats(scales, 1e-4f, 1e-5f) : nullptr};
    }
    MixerChunkCall call(int i, std::int64_t T) {
        return {d_, mixer_, layers_[static_cast<std::size_t>(i)].state, zxbc_, dt_, T, {tiles_, squares_},
                y_};
    }
    // mixer_chunk without its checks.
    void mix(const Context& context, int i, std::int64_t T) {
        conv_bc(context, call(i, T));
        scan_chunk(context, call(i, T));
        if (!scan_norms(*context.device, call(i, T))) gated_norm(context, call(i, T));
    }
    // A layer's time with its two large products by `product(layer, is in_proj)`.
    double layer(std::int64_t T, const std::function<void(int, bool)>& product) {
        return median_microseconds(stream_, static_cast<int>(layers_.size()), T > 1024 ? 7 : 15, [&](int i) {
            norm(T);
            product(i, true);
            dt(i, T);
            mix(context_, i, T);
            product(i, false);
        });
    }
    void tiles(const WeightView& view, std::int64_t T, std::int64_t step, bool first, bool own) {
        const std::int64_t whole = own ? 0 : view.layout.rows;
        for (std::int64_t row = 0; row < view.layout.rows; row += step) {
            const std::int64_t rows = std::min(step, view.layout.rows - row);
            dequantize(context_, view, row, rows, tile_);
            if (first) {
                matmul_.run(context_, tile_, rows, d_.d_model, normed_, T, zxbc_ + row, d_.zxbc_rows(),
                            Matmul::Out::BF16, whole);
            } else {
                matmul_.run(context_, tile_, rows, d_.d_inner, y_, T, residual_ + row, d_.d_model,
                            Matmul::Out::F32Add, whole);
            }
        }
    }
    void float8_product(const unsigned char* weight, std::int64_t row, std::int64_t rows, std::int64_t T,
                        bool first) {
        if (first) {
            matmul_.run(context_, {weight, scales_}, rows, d_.d_model, {normed8_, token_scales_}, d_.d_model,
                        T, zxbc_ + row, d_.zxbc_rows(), Matmul::Out::BF16);
        } else {
            matmul_.run(context_, {weight, scales_}, rows, d_.d_inner,
                        {reinterpret_cast<const unsigned char*>(y_), token_scales_}, 2 * d_.d_inner, T,
                        residual_ + row, d_.d_model, Matmul::Out::F32Add);
        }
    }
    void float8_layers(const char* name, std::int64_t T, const std::vector<WeightView>& in,
                       const std::vector<WeightView>& out) {
        auto* tile = reinterpret_cast<unsigned char*>(tile_);
        const auto make = [&](const WeightView& view, std::int64_t step, bool first, bool multiply) {
            for (std::int64_t row = 0; row < view.layout.rows; row += step) {
                const std::int64_t rows = std::min(step, view.layout.rows - row);
                weight_to_float8(context_, view, row, rows, tile, scales_);
                if (multiply) float8_product(tile, row, rows, T, first);
            }
        };
        const auto whole = [&](const std::function<void(int, bool)>& product) {
            return median_microseconds(stream_, static_cast<int>(in.size()), 7, [&](int i) {
                rms_norm_float8(context_, residual_, norm_, 1e-5f, T, d_.d_model, normed_, normed8_,
                                token_scales_);
                product(i, true);
                dt(i, T);
                conv_bc(context_, call(i, T));
                scan_chunk(context_, call(i, T));
                gated_norm_float8(context_, d_, y_, squares_, norm_, T, token_scales_);
                product(i, false);
            });
        };
        std::printf("float8 layer from %s T %lld:", name, static_cast<long long>(T));
        for (const std::int64_t step : {4096, 8192, 18432}) {
            const double us = whole([&](int i, bool first) {
                make(first ? in[static_cast<std::size_t>(i)] : out[static_cast<std::size_t>(i)], step, first,
                     true);
            });
            std::printf(" tiles of %lld %.1f", static_cast<long long>(step), us);
        }
        const double kept = whole(
            [&](int, bool first) { float8_product(tile, 0, first ? d_.zxbc_rows() : d_.d_model, T, first); });
        const auto alone = [&](const std::function<void(int)>& work) {
            return median_microseconds(stream_, static_cast<int>(in.size()), 7, work);
        };
        std::printf(
            ", kept %.1f; alone: in %.1f out %.1f make in %.1f out %.1f norm %.1f gated %.1f\n", kept,
            alone([&](int) { float8_product(tile, 0, d_.zxbc_rows(), T, true); }),
            alone([&](int) { float8_product(tile, 0, d_.d_model, T, false); }),
            alone([&](int i) { make(in[static_cast<std::size_t>(i)], 8192, true, false); }),
            alone([&](int i) { make(out[static_cast<std::size_t>(i)], 8192, false, false); }),
            alone([&](int) {
                rms_norm_float8(context_, residual_, norm_, 1e-5f, T, d_.d_model, normed_, normed8_,
                                token_scales_);
            }),
            alone([&](int) { gated_norm_float8(context_, d_, y_, squares_, norm_, T, token_scales_); }));
        float8_bits(in[0], T);
        bench::fill_bf16(y_, T * d_.d_inner, 1.0f);
    }
    // in_proj as one product and a tile of long_linear's at a time.
    void float8_bits(const WeightView& in, std::int64_t T) {
        auto* tile = reinterpret_cast<unsigned char*>(tile_);
        std::vector<std::uint16_t> whole(static_cast<std::size_t>(T * d_.zxbc_rows())), tiled(whole);
        for (auto* result : {&whole, &tiled}) {
            const std::int64_t step = result == &whole ? d_.zxbc_rows() : 8192;
            for (std::int64_t row = 0; row < d_.zxbc_rows(); row += step) {
                const std::int64_t rows = std::min(step, d_.zxbc_rows() - row);
                weight_to_float8(context_, in, row, rows, tile, scales_);
                float8_product(tile, row, rows, T, true);
            }
            check(cudaStreamSynchronize(stream_), "float8 products");
            check(cudaMemcpy(result->data(), zxbc_, 2 * result->size(), cudaMemcpyDeviceToHost), "reading");
        }
        std::printf("  in_proj in one product and in tiles: %s\n",
                    whole == tiled ? "same bits" : "DIFFERENT");
        std::fflush(stdout);
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
        const int count = static_cast<int>(layers_.size());
        const Sustained s = seconds_ > 0
                                ? bench::sustained(stream_, count, seconds_, meter_, work)
                                : Sustained{median_microseconds(stream_, count, T > 1024 ? 7 : 15, work)};
        const double us = s.microseconds;
        std::printf("  %-12s %8.2f", name, us);
        if (seconds_ > 0) std::printf("  %4.0f W %4u MHz %6.1f mJ", s.watts, s.megahertz, s.joules * 1e3);
        if (MB > 0) std::printf("  %5.0f GB/s", MB / us * 1e3);
        if (TF > 0) std::printf("  %5.0f TFLOP/s", TF / us * 1e6);
        std::printf("\n");
        return us;
    }

    DeviceTraits traits_ = open_device();
    double seconds_ = 0;
    bench::PowerMeter meter_;
    cudaStream_t stream_ = nullptr;
    KernelAttributes attributes_;
    Context context_;
    DeviceTraits few_ = traits_;  // too few multiprocessors for the norm to be in the scan
    Context apart_;
    Matmul matmul_;
    Dims d_;
    std::vector<DeviceMemory> memory_;
    std::vector<Layer> layers_;
    MixerWeights mixer_;
    float *residual_ = nullptr, *dt_ = nullptr, *squares_ = nullptr, *norm_ = nullptr, *scales_ = nullptr;
    __nv_bfloat16 *normed_ = nullptr, *zxbc_ = nullptr, *y_ = nullptr, *tile_ = nullptr;
    unsigned char* normed8_ = nullptr;
    float* token_scales_ = nullptr;
    void* tiles_ = nullptr;
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
        if (what == "ops" || what == "all") {
            for (const std::int64_t T : tokens) bench.operations(T);
        }
        if (what == "sustained") {
            bench.sustain(1.0);
            for (const std::int64_t T : tokens) bench.operations(T);
        }
        if (what == "narrow" || what == "all") {
            bench.dequantizing();
            for (const std::int64_t T : tokens) bench.tiled_layers(T);
        }
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
