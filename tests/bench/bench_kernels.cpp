// Operations of the CPU backend at the shape of Mamba-Codestral-7B, as shares of what this machine can do,
// measured in the same run.  bench_kernels [format …] [layers=8] [threads=0] [T=1,2,4,8,16,128] [group=128]

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

#include "kernels/cpu/ceilings.h"
#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/error.h"

using namespace sidewinder::kernels;

namespace {

double now() {
    using namespace std::chrono;
    return duration<double>(steady_clock::now().time_since_epoch()).count();
}

/// The best of `runs` timings in seconds, as for the ceilings: other work on the machine only ever adds.
template <class F>
double best_time(int runs, F&& f) {
    double best = 1e9;
    for (int i = 0; i <= runs; ++i) {
        const double start = now();
        f();
        best = std::min(best, now() - start);
    }
    return best;
}

/// Values of a realistic size, made by repeating one random mebibyte.
Buffer filled(Backend& backend, std::size_t bytes, const std::vector<std::byte>& tile) {
    Buffer buffer = backend.allocate(bytes);
    for (std::size_t at = 0; at < bytes; at += tile.size()) {
        std::memcpy(buffer.as<std::byte>() + at, tile.data(), std::min(tile.size(), bytes - at));
    }
    return buffer;
}

std::vector<std::byte> random_tile(WeightFormat format, float size) {
    std::vector<std::byte> tile(std::size_t{1} << 20);
    for (std::size_t i = 0; i < tile.size() / 4; ++i) {
        const float v = size * (static_cast<float>(std::rand()) / static_cast<float>(RAND_MAX) - 0.5f);
        if (format == WeightFormat::F32) {
            std::memcpy(tile.data() + 4 * i, &v, 4);
        } else if (format == WeightFormat::BF16) {
            const std::uint16_t pair[2] = {bf16_from_float(v), bf16_from_float(-v)};
            std::memcpy(tile.data() + 4 * i, pair, 4);
        } else {
            const auto bits = static_cast<std::uint32_t>(std::rand()) * 2654435761u;
            std::memcpy(tile.data() + 4 * i, &bits, 4);
        }
    }
    return tile;
}

struct Weight {
    Buffer data, scales;
    WeightView view;
    Weight(Backend& backend, WeightFormat format, std::int64_t rows, std::int64_t cols, std::int64_t group) {
        view.layout = {format, rows, cols,
                       format == WeightFormat::F32 || format == WeightFormat::BF16 ? 0 : group};
        data = filled(backend, view.layout.data_bytes(), random_tile(format, 0.06f));
        view.data = data.data();
        if (view.layout.scale_count()) {
            scales = filled(backend, view.layout.scale_count() * 4, random_tile(WeightFormat::F32, 1e-3f));
            view.scales = scales.as<float>();
        }
    }
    double bytes() const {
        return static_cast<double>(view.layout.data_bytes() + view.layout.scale_count() * sizeof(float));
    }
    double flops() const { return 2.0 * static_cast<double>(view.layout.rows * view.layout.cols); }
};

struct Layer {
    Weight in_proj, in_proj_dt, out_proj;
    Buffer conv, ssm;
    Layer(Backend& backend, const Dims& dims, WeightFormat format, std::int64_t group)
        : in_proj(backend, format, dims.zxbc_rows(), dims.d_model, group),
          in_proj_dt(backend, WeightFormat::BF16, dims.n_heads, dims.d_model, 0),
          out_proj(backend, format, dims.d_model, dims.d_inner, group),
          conv(backend.allocate(static_cast<std::size_t>(dims.conv_state_size()) * 4)),
          ssm(backend.allocate(static_cast<std::size_t>(dims.ssm_state_size()) * 4)) {
        backend.zero(conv.data(), conv.bytes());
        backend.zero(ssm.data(), ssm.bytes());
    }
    LayerState state() const { return {conv.as<float>(), ssm.as<float>()}; }
};

class Model {
  public:
    Model(Backend& backend, WeightFormat format, int layers, std::int64_t group)
        : backend_(backend),
          small_(filled(backend, std::size_t{1} << 20, random_tile(WeightFormat::F32, 1.0f))),
          head_(backend, format == WeightFormat::Int4 ? WeightFormat::Int8 : format, 32768, 4096, group) {
        dims_.d_model = 4096;
        dims_.d_inner = 8192;
        dims_.n_heads = 128;
        dims_.headdim = 64;
        dims_.n_groups = 8;
        dims_.d_state = 128;
        dims_.vocab = 32768;
        for (int i = 0; i < layers; ++i)
            layers_.push_back(std::make_unique<Layer>(backend, dims_, format, group));
        decay_.assign(128, -4.0f);
    }

    void report(std::int64_t T, const Ceilings& top) {
        residual_ = filled(backend_, static_cast<std::size_t>(T * dims_.d_model) * 4,
                           random_tile(WeightFormat::F32, 2.0f));
        zxbcdt_ = filled(backend_, static_cast<std::size_t>(T * dims_.in_proj_rows()) * 4,
                         random_tile(WeightFormat::F32, 2.0f));
        y_ = filled(backend_, static_cast<std::size_t>(T * dims_.d_inner) * 4,
                    random_tile(WeightFormat::F32, 2.0f));
        logits_ = backend_.allocate(static_cast<std::size_t>(dims_.vocab) * 4);
        const int runs = T == 1 ? 15 : T <= 16 ? 7 : 3;
        const auto n = static_cast<double>(layers_.size());
        const Layer& first = *layers_.front();
        const double in_bytes = first.in_proj.bytes() + first.in_proj_dt.bytes(),
                     out_bytes = first.out_proj.bytes();
        const double state_bytes = 2.0 * static_cast<double>(dims_.ssm_state_size()) * 4;
        const double in_flops = first.in_proj.flops() + first.in_proj_dt.flops(),
                     out_flops = first.out_proj.flops();
        const double tokens = static_cast<double>(T);
        line("norm_linear", best_time(runs, [&] { each([&](Layer& l) { norm_linear(l, T); }); }),
             n * in_bytes, n * in_flops * tokens, top);
        line("mixer", best_time(runs, [&] { each([&](Layer& l) { mixer(l, T); }); }), n * state_bytes,
             n * 5.0 * static_cast<double>(dims_.ssm_state_size()) * tokens, top);
        line("linear_add", best_time(runs, [&] { each([&](Layer& l) { linear_add(l, T); }); }), n * out_bytes,
             n * out_flops * tokens, top);
        line("head, one row", best_time(runs, [&] { head(); }), head_.bytes(), head_.flops(), top);
        const double all = best_time(runs, [&] {
            each([&](Layer& l) {
                norm_linear(l, T);
                mixer(l, T);
                linear_add(l, T);
            });
            head();
        });
        line("layers + head", all, n * (in_bytes + out_bytes + state_bytes) + head_.bytes(),
             n * (in_flops + out_flops) * tokens + head_.flops(), top);
        std::printf("    %-14s %8.2f tokens/s\n", "", tokens / all);
    }

  private:
    template <class F>
    void each(F&& f) {
        for (const auto& layer : layers_) f(*layer);
    }
    static void line(const char* name, double seconds, double bytes, double flops, const Ceilings& top) {
        std::printf("    %-14s %9.3f ms  %6.2f GB/s (%3.0f %%)  %7.1f GFLOP/s (%3.0f %%)\n", name,
                    seconds * 1e3, bytes / seconds * 1e-9,
                    100.0 * bytes / seconds / top.read_bytes_per_second, flops / seconds * 1e-9,
                    100.0 * flops / seconds / top.fma_flop_per_second);
    }
    void norm_linear(Layer& l, std::int64_t T) {
        LayerWeights weights;
        weights.norm_weight = small_.as<float>();
        weights.in_proj = l.in_proj.view;
        weights.in_proj_dt = l.in_proj_dt.view;
        backend_.norm_linear(dims_, weights, residual_.as<float>(), T, zxbcdt_.data());
    }
    void mixer(Layer& l, std::int64_t T) {
        const float* s = small_.as<float>();
        const MixerWeights weights{s, s + 65536, s + 80000, decay_.data(), s + 81000, s + 90000};
        backend_.mixer(dims_, weights, l.state(), zxbcdt_.data(), T, y_.data());
    }
    void linear_add(Layer& l, std::int64_t T) {
        backend_.linear_add(dims_, l.out_proj.view, y_.data(), T, residual_.as<float>());
    }
    void head() {
        backend_.logits(dims_, small_.as<float>(), head_.view, residual_.as<float>(), 1, logits_.as<float>());
    }

    Backend& backend_;
    Dims dims_;
    Buffer small_;
    Weight head_;
    std::vector<std::unique_ptr<Layer>> layers_;
    std::vector<float> decay_;
    Buffer residual_, zxbcdt_, y_, logits_;
};

}  // namespace

int main(int argc, char** argv) try {
    std::vector<WeightFormat> formats;
    std::vector<std::int64_t> tokens;
    int layers = 8, threads = 0;
    std::int64_t group = 128;
    for (int i = 1; i < argc; ++i) {
        const std::string arg = argv[i];
        const std::string value = arg.substr(arg.find('=') + 1);
        if (arg.starts_with("layers=")) layers = std::stoi(value);
        if (arg.starts_with("threads=")) threads = std::stoi(value);
        if (arg.starts_with("group=")) group = std::stoi(value);
        if (arg.starts_with("T=")) {
            for (std::size_t at = 0; at < value.size();
                 at = value.find(',', at) == std::string::npos ? value.size() : value.find(',', at) + 1) {
                tokens.push_back(std::stoi(value.substr(at)));
            }
        }
        for (int f = 0; f < 4; ++f) {
            if (arg == name_of(static_cast<WeightFormat>(f))) formats.push_back(static_cast<WeightFormat>(f));
        }
    }
    if (formats.empty()) formats = {WeightFormat::BF16, WeightFormat::Int8, WeightFormat::Int4};
    if (tokens.empty()) tokens = {1, 2, 4, 8, 16, 128};
    const auto backend = make_cpu_backend(threads);
    const int used = threads > 0 ? threads : cpu::ThreadPool::physical_cores();
    for (const WeightFormat format : formats) {
        Model model(*backend, format, layers, group);
        for (const std::int64_t T : tokens) {
            const Ceilings top = measure_ceilings(used);
            std::printf("%s, %s, %d layers, T = %lld; read %.2f GB/s, float32 %.1f GFLOP/s\n",
                        backend->device_name().c_str(), name_of(format).data(), layers,
                        static_cast<long long>(T), top.read_bytes_per_second * 1e-9,
                        top.fma_flop_per_second * 1e-9);
            model.report(T, top);
            std::fflush(stdout);
        }
    }
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
}
