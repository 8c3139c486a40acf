// Time of a decoded token's layers alone, in one CUDA graph, on weights of the 7B's width:
// `gpu_decode_bench [layers] [T...]`. What the host adds to a token is not in it.
#include <cuda_bf16.h>

#include <cstdio>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/short_program.h"
#include "tests/gpu/bench_timer.h"

namespace {

using namespace sidewinder::kernels;
using namespace sidewinder::kernels::cuda;
namespace bench = sidewinder::bench;

// Bytes that are finite weights in every format: bf16 between +-2^-7 and +-2^-6, any int8 and int4.
__global__ void fill(std::uint32_t* words, std::int64_t count, bool bf16) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += step) {
        std::uint64_t z = (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15ULL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
        const auto word = static_cast<std::uint32_t>(z >> 32);
        words[i] = bf16 ? (word & 0x807F807FU) | 0x3C003C00U : word;
    }
}
__global__ void fill_floats(float* values, std::int64_t count, float value) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += step) {
        values[i] = value;
    }
}

class Bench {
  public:
    Bench(WeightFormat format, std::int64_t group, int layers) : context_{nullptr, &traits_, &attributes_} {
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
        context_.stream = stream_;
        d_.d_model = 4096;
        d_.d_inner = 8192;
        d_.n_heads = 128;
        d_.headdim = 64;
        d_.n_groups = 8;
        d_.d_state = 128;
        x_ = floats(16 * d_.d_model, 0.5f);
        zxbcdt_ = floats(16 * d_.in_proj_rows(), 0.1f);
        y_ = floats(16 * d_.d_inner, 0.5f);
        squares_ = floats(16 * d_.n_heads, 8.0f);
        norm_ = floats(d_.d_inner, 1.0f);
        program_ = {reinterpret_cast<unsigned*>(floats(4, 0.0f)),
                    reinterpret_cast<char*>(
                        floats(static_cast<std::int64_t>(ShortProgram::operand_bytes(d_.d_inner) / 4), 0.0f)),
                    d_.d_inner};
        arrivals_ = reinterpret_cast<std::int32_t*>(floats(d_.n_groups, 0.0f));
        mixer_ = {floats(d_.conv_state_size(), 0.1f), floats(d_.conv_dim(), 0.1f), floats(d_.n_heads, -4.0f),
                  floats(d_.n_heads, -1.0f),          floats(d_.n_heads, 1.0f),    norm_};
        for (int i = 0; i < layers; ++i) {
            Layer layer;
            layer.in_proj = weight({format, d_.zxbc_rows(), d_.d_model, group});
            layer.in_proj_dt = weight({WeightFormat::BF16, d_.n_heads, d_.d_model, 0});
            layer.out_proj = weight({format, d_.d_model, d_.d_inner, group});
            layer.state = {floats(d_.conv_state_size(), 0.1f), floats(d_.ssm_state_size(), 0.1f)};
            layers_.push_back(layer);
        }
        check(cudaDeviceSynchronize(), "filling");
    }

    void report(const char* name, std::int64_t T) {
        const double all = time([&](ShortProgram& program) {
            for (const Layer& l : layers_) {
                project(program, l, T);
                step(program, l, T);
                add(program, l, T);
            }
        });
        const double in = time([&](ShortProgram& program) {
            for (const Layer& l : layers_) project(program, l, T);
        });
        const double mix = time([&](ShortProgram& program) {
            for (const Layer& l : layers_) step(program, l, T);
        });
        const double out = time([&](ShortProgram& program) {
            for (const Layer& l : layers_) add(program, l, T);
        });
        const double state = 2.0 * static_cast<double>(d_.ssm_state_size() + d_.conv_state_size()) * 4;
        const double in_bytes = bytes(layers_[0].in_proj) + bytes(layers_[0].in_proj_dt);
        const double out_bytes = bytes(layers_[0].out_proj);
        std::printf(
            "%-6s T %2lld: layer %6.2f us (%4.0f GB/s), in_proj %6.2f (%4.0f), mixer %5.2f, out_proj %6.2f "
            "(%4.0f)\n",
            name, static_cast<long long>(T), all, (in_bytes + out_bytes + state) / all * 1e-3, in,
            in_bytes / in * 1e-3, mix, out, out_bytes / out * 1e-3);
        std::fflush(stdout);
    }

  private:
    struct Layer {
        WeightView in_proj, in_proj_dt, out_proj;
        LayerState state;
    };

    float* floats(std::int64_t count, float value) {
        memory_.emplace_back(static_cast<std::size_t>(count) * sizeof(float));
        float* values = memory_.back().as<float>();
        launch({nullptr, &traits_, &attributes_}, "fill", {.grid = dim3(1024), .block = dim3(256)},
               fill_floats, values, count, value);
        return values;
    }
    WeightView weight(const WeightLayout& layout) {
        memory_.emplace_back(layout.data_bytes());
        void* data = memory_.back().as<void>();
        launch({nullptr, &traits_, &attributes_}, "fill", {.grid = dim3(1024), .block = dim3(256)}, fill,
               static_cast<std::uint32_t*>(data), static_cast<std::int64_t>(layout.data_bytes() / 4),
               layout.format == WeightFormat::BF16);
        const auto scales = static_cast<std::int64_t>(layout.scale_count());
        return {layout, data, scales ? floats(scales, 1e-4f) : nullptr};
    }
    static double bytes(const WeightView& view) {
        return static_cast<double>(view.layout.data_bytes() + view.layout.scale_count() * sizeof(float));
    }

    void project(ShortProgram& program, const Layer& l, std::int64_t T) {
        program.linear(l.in_proj, l.in_proj_dt,
                       {.x = x_, .stride = d_.d_model, .norm_weight = norm_, .eps = 1e-5f}, T,
                       {.out = zxbcdt_, .stride = d_.in_proj_rows()});
    }
    void step(ShortProgram& program, const Layer& l, std::int64_t T) {
        program.mixer(d_, mixer_, l.state, zxbcdt_, T, y_, squares_, arrivals_);
    }
    void add(ShortProgram& program, const Layer& l, std::int64_t T) {
        program.linear(l.out_proj, {},
                       {.x = y_,
                        .stride = d_.d_inner,
                        .head_squares = squares_,
                        .n_heads = d_.n_heads,
                        .n_groups = d_.n_groups,
                        .eps = 1e-5f},
                       T, {.out = x_, .stride = d_.d_model, .add = true});
    }

    /// Median microseconds a layer, over all layers in one program and one graph.
    double time(const std::function<void(ShortProgram&)>& work) {
        const double all = bench::median_microseconds(stream_, 1, 20, [&](int) {
            ShortProgram program(context_, program_);
            work(program);
            program.run();
        });
        return all / static_cast<double>(layers_.size());
    }

    DeviceTraits traits_ = open_device();
    cudaStream_t stream_ = nullptr;
    KernelAttributes attributes_;
    Context context_;
    Dims d_;
    std::vector<DeviceMemory> memory_;
    std::vector<Layer> layers_;
    MixerWeights mixer_;
    float *x_ = nullptr, *zxbcdt_ = nullptr, *y_ = nullptr, *squares_ = nullptr, *norm_ = nullptr;
    std::int32_t* arrivals_ = nullptr;
    ShortProgram::Memory program_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const int layers = argc > 1 ? std::atoi(argv[1]) : 24;
        std::vector<std::int64_t> tokens;
        for (int i = 2; i < argc; ++i) tokens.push_back(std::atoll(argv[i]));
        if (tokens.empty()) tokens = {1, 8, 16};
        const struct {
            const char* name;
            WeightFormat format;
            std::int64_t group;
        } formats[] = {{"bf16", WeightFormat::BF16, 0},
                       {"int8", WeightFormat::Int8, 128},
                       {"int4", WeightFormat::Int4, 128}};
        for (const auto& f : formats) {
            Bench bench(f.format, f.group, layers);
            for (const std::int64_t T : tokens) bench.report(f.name, T);
        }
        return 0;
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
