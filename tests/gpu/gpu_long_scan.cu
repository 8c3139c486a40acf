// The chunked scan over 262,144 tokens in one call against the token-by-token float32 recurrence, at the real
// layer width (18,560 values a token): what shows a 32-bit offset or a decay that underflows. `gpu_long_scan
// [tokens]`.
#include <cuda_bf16.h>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "kernels/cuda/device.h"
#include "kernels/cuda/memory.h"
#include "kernels/cuda/ops.h"

namespace {

using namespace sidewinder::kernels;
using namespace sidewinder::kernels::cuda;

constexpr double kTolerance = 1e-2;  // bf16 in and out, 11-bit operands in between

__device__ float normal(std::uint64_t i) {
    std::uint64_t z = (i + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    z ^= z >> 31;
    const int sum = static_cast<int>(z & 0xFFFF) + static_cast<int>(z >> 16 & 0xFFFF) +
                    static_cast<int>(z >> 32 & 0xFFFF) + static_cast<int>(z >> 48);
    return static_cast<float>(sum - 131070) / 37837.0f;
}

// The same values for both forms: rounded to bf16, but for dt.
__global__ void make_inputs(std::int64_t T, std::int64_t rows, std::int64_t heads, float* exact,
                            __nv_bfloat16* zxbc, float* dt) {
    const std::int64_t width = rows + heads;
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < T * width;
         i += step) {
        const std::int64_t t = i / width, c = i % width;
        const float v = normal(static_cast<std::uint64_t>(i));
        if (c < rows) {
            const __nv_bfloat16 rounded = __float2bfloat16(v);
            zxbc[t * rows + c] = rounded;
            exact[i] = __bfloat162float(rounded);
        } else {
            dt[t * heads + c - rows] = v;
            exact[i] = v;
        }
    }
}

// sums[part] += |a - b|^2, |b|^2 of the part of y that a token belongs to.
__global__ void compare(std::int64_t T, std::int64_t width, int parts, const __nv_bfloat16* a, const float* b,
                        double* sums) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    const std::int64_t slice = (T + parts - 1) / parts * width;
    double difference = 0, size = 0;
    std::int64_t part = 0;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < T * width;
         i += step) {
        if (i / slice != part) {
            atomicAdd(&sums[2 * part], difference);
            atomicAdd(&sums[2 * part + 1], size);
            difference = size = 0;
            part = i / slice;
        }
        const double got = static_cast<double>(__bfloat162float(a[i])), want = static_cast<double>(b[i]);
        difference += (got - want) * (got - want);
        size += want * want;
    }
    atomicAdd(&sums[2 * part], difference);
    atomicAdd(&sums[2 * part + 1], size);
}

std::vector<float> download(const float* from, std::int64_t count) {
    std::vector<float> host(static_cast<std::size_t>(count));
    check(cudaMemcpy(host.data(), from, host.size() * sizeof(float), cudaMemcpyDeviceToHost), "copying");
    return host;
}

float* upload(std::vector<DeviceMemory>& owners, const std::vector<float>& host) {
    owners.emplace_back(host.size() * sizeof(float));
    check(cudaMemcpy(owners.back().as<void>(), host.data(), host.size() * sizeof(float),
                     cudaMemcpyHostToDevice),
          "copying");
    return owners.back().as<float>();
}

Dims real_width() {
    Dims d;
    d.d_model = 4096;
    d.d_inner = 8192;
    d.n_heads = 128;
    d.headdim = 64;
    d.n_groups = 8;
    d.d_state = 128;
    return d;
}

MixerWeights make_weights(const Dims& d, std::vector<DeviceMemory>& owners) {
    std::srand(3);
    const auto uniform = [](double low, double high) {
        return static_cast<float>(low + (high - low) * std::rand() / RAND_MAX);
    };
    std::vector<float> conv(static_cast<std::size_t>(d.conv_dim() * 4)),
        bias(static_cast<std::size_t>(d.conv_dim()));
    std::vector<float> dt_bias(static_cast<std::size_t>(d.n_heads)), A(dt_bias), D(dt_bias);
    std::vector<float> norm(static_cast<std::size_t>(d.d_inner));
    for (float& v : conv) v = uniform(-0.5, 0.5);
    for (float& v : bias) v = uniform(-0.5, 0.5);
    for (float& v : dt_bias) v = uniform(-7.0, -2.0);  // dt from 0.001 to 0.1
    for (float& v : A) v = -uniform(1.0, 16.0);
    for (float& v : D) v = uniform(0.8, 1.2);
    for (float& v : norm) v = uniform(0.9, 1.1);
    return {upload(owners, conv), upload(owners, bias), upload(owners, dt_bias),
            upload(owners, A),    upload(owners, D),    upload(owners, norm)};
}

struct States {
    DeviceMemory conv, ssm;
    explicit States(const Dims& d)
        : conv(static_cast<std::size_t>(d.conv_state_size()) * 4),
          ssm(static_cast<std::size_t>(d.ssm_state_size()) * 4) {
        check(cudaMemset(conv.as<void>(), 0, static_cast<std::size_t>(d.conv_state_size()) * 4), "clearing");
        check(cudaMemset(ssm.as<void>(), 0, static_cast<std::size_t>(d.ssm_state_size()) * 4), "clearing");
    }
    LayerState view() const { return {conv.as<float>(), ssm.as<float>()}; }
};

double distance(const std::vector<float>& a, const std::vector<float>& b) {
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
        size += std::pow(static_cast<double>(b[i]), 2);
    }
    return std::sqrt(difference / size);
}

int run(std::int64_t T) {
    const DeviceTraits traits = open_device();
    KernelAttributes attributes;
    const Context context{nullptr, &traits, &attributes};
    const Dims d = real_width();
    std::vector<DeviceMemory> owners;
    const MixerWeights weights = make_weights(d, owners);
    const auto bytes = [T](std::int64_t width, std::size_t element) {
        return static_cast<std::size_t>(T * width) * element;
    };
    const DeviceMemory exact(bytes(d.in_proj_rows(), 4)), zxbc(bytes(d.zxbc_rows(), 2)),
        dt(bytes(d.n_heads, 4));
    const DeviceMemory xbc(bytes(d.conv_dim(), 4)), y(bytes(d.d_inner, 4)), y16(bytes(d.d_inner, 2));
    const DeviceMemory tiles(static_cast<std::size_t>(mixer_chunk_bytes(d, T))), squares(bytes(d.n_heads, 4));
    const States sequential(d), chunked(d);

    launch(context, "make_inputs", {.grid = dim3(1024), .block = dim3(256)}, make_inputs, T, d.zxbc_rows(),
           d.n_heads, exact.as<float>(), zxbc.as<__nv_bfloat16>(), dt.as<float>());
    mixer_exact(context, d, weights, sequential.view(), exact.as<float>(), T, xbc.as<float>(), y.as<float>());
    mixer_chunk(context, d, weights, chunked.view(), zxbc.as<__nv_bfloat16>(), dt.as<float>(), T,
                {tiles.as<void>(), squares.as<float>()}, y16.as<__nv_bfloat16>());

    constexpr int kParts = 8;
    const DeviceMemory sums(kParts * 2 * sizeof(double));
    check(cudaMemset(sums.as<void>(), 0, kParts * 2 * sizeof(double)), "clearing");
    launch(context, "compare", {.grid = dim3(1024), .block = dim3(256)}, compare, T, d.d_inner, kParts,
           y16.as<__nv_bfloat16>(), y.as<float>(), sums.as<double>());
    double host[kParts * 2];
    check(cudaMemcpy(host, sums.as<void>(), sizeof host, cudaMemcpyDeviceToHost), "copying");
    bool good = true;
    std::printf("%lld tokens; y by eighths:", static_cast<long long>(T));
    for (int part = 0; part < kParts; ++part) {
        const double error = std::sqrt(host[2 * part] / host[2 * part + 1]);
        std::printf(" %.2e", error);
        good = good && error < kTolerance;
    }
    const double ssm = distance(download(chunked.ssm.as<float>(), d.ssm_state_size()),
                                download(sequential.ssm.as<float>(), d.ssm_state_size()));
    const double conv = distance(download(chunked.conv.as<float>(), d.conv_state_size()),
                                 download(sequential.conv.as<float>(), d.conv_state_size()));
    std::printf("; ssm_state %.2e, conv_state %.2e: %s\n", ssm, conv,
                good && ssm < kTolerance ? "good" : "BAD");
    return good && ssm < kTolerance && conv < 1e-6 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc > 1 ? std::atoll(argv[1]) : 262144);
    } catch (const Error& error) {
        std::fprintf(stderr, "%s\n", error.what());
        return 2;
    }
}
