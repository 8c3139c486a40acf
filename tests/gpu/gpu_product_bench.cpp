// The two long products in every way that cuBLASLt offers, each for long enough that the device's power limit
// counts, on normally distributed weights that take turns: `gpu_product_bench [seconds] [most] [T...]`.
#include <cuda_bf16.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <numeric>
#include <vector>

#include "kernels/cuda/memory.h"
#include "tests/gpu/bench_fill.h"
#include "tests/gpu/bench_timer.h"
#include "tests/gpu/product_choices.h"

namespace {

using namespace sidewinder::kernels::cuda;
using namespace sidewinder::bench;

constexpr int kWeights = 16;
constexpr std::size_t kWorkspace = std::size_t{64} << 20;

class Bench {
  public:
    explicit Bench(std::int64_t most_tokens) {
        check(cudaStreamCreateWithFlags(&stream_, cudaStreamNonBlocking), "cudaStreamCreate");
        cublasLtCreate(&handle_);
        for (int i = 0; i < kWeights; ++i) weights_.push_back(random(std::int64_t{18432} * 4096, 0.015f));
        x_ = random(most_tokens * 8192, 1.0f);
        out_ = DeviceMemory(static_cast<std::size_t>(most_tokens) * 18432 * 2);
        workspace_ = DeviceMemory(kWorkspace);
        check(cudaMemset(out_.as<void>(), 0, static_cast<std::size_t>(most_tokens) * 18432 * 2), "clearing");
        check(cudaDeviceSynchronize(), "filling");
    }
    ~Bench() { cublasLtDestroy(handle_); }

    void compare(const char* name, const ProductChoices::Shape& shape, double seconds, std::size_t most) {
        ProductChoices product(handle_, shape, kWorkspace, 40, nullptr);
        const int offered = product.count();
        if (most > 8) product.vary(6);
        std::printf("%s T %lld: %d offered, %d with variants\n", name, static_cast<long long>(shape.T),
                    offered, product.count());
        std::vector<double> first(static_cast<std::size_t>(product.count()));
        measure(product, 0, 0.6);
        for (int c = 0; c < product.count(); ++c) {
            first[static_cast<std::size_t>(c)] =
                works(product, c) ? measure(product, c, 0.02).microseconds : 1e9;
        }
        std::vector<int> order(first.size());
        std::iota(order.begin(), order.end(), 0);
        std::sort(order.begin() + 1, order.end(), [&](int a, int b) {
            return first[static_cast<std::size_t>(a)] < first[static_cast<std::size_t>(b)];
        });
        order.resize(std::min(most, order.size()));
        order.push_back(0);  // the library's own choice first and last
        for (const int c : order) {
            const Sustained s = measure(product, c, seconds);
            std::printf("  %3d %8.1f us %6.1f TFLOP/s %5.0f W %4u MHz %.3f pJ/FLOP (short %.1f) %s\n", c,
                        s.microseconds, product.tera_operations() / s.microseconds * 1e6, s.watts,
                        s.megahertz, s.joules / product.tera_operations(), first[static_cast<std::size_t>(c)],
                        product.describe(c).c_str());
            std::fflush(stdout);
        }
    }

  private:
    static DeviceMemory random(std::int64_t count, float deviation) {
        DeviceMemory memory(static_cast<std::size_t>(count) * 2);
        fill_bf16(memory.as<void>(), count, deviation);
        return memory;
    }
    bool run(ProductChoices& product, int choice, int i) {
        return product.run(choice, weights_[static_cast<std::size_t>(i)].as<void>(), x_.as<void>(),
                           out_.as<void>(), workspace_.as<void>(), stream_);
    }
    bool works(ProductChoices& product, int choice) {
        const bool started = run(product, choice, 0);
        check(cudaStreamSynchronize(stream_), "a product");
        return started;
    }
    Sustained measure(ProductChoices& product, int choice, double seconds) {
        return sustained(stream_, kWeights, seconds, meter_, [&](int i) { run(product, choice, i); });
    }

    PowerMeter meter_;
    cudaStream_t stream_ = nullptr;
    cublasLtHandle_t handle_ = nullptr;
    std::vector<DeviceMemory> weights_;
    DeviceMemory x_, out_, workspace_;
};

}  // namespace

int main(int argc, char** argv) {
    try {
        const double seconds = argc > 1 ? std::atof(argv[1]) : 0.9;
        const auto most = static_cast<std::size_t>(argc > 2 ? std::atoi(argv[2]) : 16);
        std::vector<std::int64_t> tokens;
        for (int i = 3; i < argc; ++i) tokens.push_back(std::atoll(argv[i]));
        if (tokens.empty()) tokens = {4096};
        Bench bench(*std::max_element(tokens.begin(), tokens.end()));
        for (const std::int64_t T : tokens) {
            bench.compare("in_proj", {18432, 4096, T, 18432}, seconds, most);
            bench.compare("out_proj F32Add", {4096, 8192, T, 4096, CUDA_R_32F, true}, seconds, most);
        }
        return 0;
    } catch (const sidewinder::kernels::Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
