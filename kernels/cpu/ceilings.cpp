#include "kernels/cpu/ceilings.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cpu/thread_pool.h"

// clang warns of what gcc needs: vector types of 32 bytes in functions that are compiled for AVX2 only.
#if defined(__x86_64__)
#define SIDEWINDER_WIDE __attribute__((target("avx2,fma"), optimize("O3")))
#if defined(__clang__)
#undef SIDEWINDER_WIDE
#define SIDEWINDER_WIDE __attribute__((target("avx2,fma")))
#endif
#else
#define SIDEWINDER_WIDE
#endif

namespace sidewinder::kernels {

namespace {

using Clock = std::chrono::steady_clock;
typedef float Vector __attribute__((vector_size(32)));
typedef float Narrow __attribute__((vector_size(16)));

constexpr std::size_t kBytes = std::size_t{1} << 30;
constexpr std::int64_t kTasks = 256;
constexpr std::int64_t kSteps = 2'000'000;  // some 10 ms: far above the clock's grain
constexpr int kRuns = 7;
constexpr int kChains = 12;  // enough independent sums to fill both FMA pipes

template <class V>
inline __attribute__((always_inline)) float sum_block(const float* data, std::size_t count) {
    constexpr std::size_t lanes = sizeof(V) / sizeof(float);
    V sum[4] = {};
    for (std::size_t i = 0; i < count; i += 4 * lanes) {
        __builtin_prefetch(data + i + 1024);
        for (std::size_t j = 0; j < 4; ++j) sum[j] += *reinterpret_cast<const V*>(data + i + lanes * j);
    }
    const V total = sum[0] + sum[1] + sum[2] + sum[3];
    return total[0] + total[lanes - 1];
}

template <class V>
inline __attribute__((always_inline)) float multiply_block() {
    V a[kChains] = {};
    V b = {1.0f, 2.0f, 3.0f}, c = {0.5f, 0.25f};
    for (V& v : a) asm volatile("" : "+x"(v));  // else equal chains are computed once
    for (std::int64_t i = 0; i < kSteps; ++i) {
        for (V& v : a) v = v * b + c;
        asm volatile("" : "+x"(b), "+x"(c));  // keeps the loop from being folded
    }
    float sum = 0;
    for (const V& v : a) sum += v[0];
    return sum;
}

SIDEWINDER_WIDE float sum_wide(const float* data, std::size_t count) {
    return sum_block<Vector>(data, count);
}
SIDEWINDER_WIDE float multiply_wide() {
    return multiply_block<Vector>();
}
float sum_narrow(const float* data, std::size_t count) {
    return sum_block<Narrow>(data, count);
}
float multiply_narrow() {
    return multiply_block<Narrow>();
}

bool is_wide() {
#if defined(__x86_64__)
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
#else
    return false;
#endif
}

template <class F>
double best_seconds(F&& run) {
    double best = 1e9;
    for (int i = 0; i < kRuns; ++i) {
        const Clock::time_point start = Clock::now();
        run();
        best = std::min(best, std::chrono::duration<double>(Clock::now() - start).count());
    }
    return best;
}

}  // namespace

Ceilings measure_ceilings(int threads) {
    cpu::ThreadPool pool(threads > 0 ? threads : cpu::ThreadPool::physical_cores());
    const auto backend = make_cpu_backend(1);
    const Buffer buffer = backend->allocate(kBytes);
    std::memset(buffer.data(), 0, kBytes);
    const bool wide = is_wide();
    volatile float sink = 0;
    const double reading = best_seconds([&] {
        pool.run(kTasks, [&](std::int64_t task, int) {
            const std::size_t part = kBytes / kTasks / sizeof(float);
            const float* data = buffer.as<float>() + static_cast<std::size_t>(task) * part;
            sink = wide ? sum_wide(data, part) : sum_narrow(data, part);
        });
    });
    const double multiplying = best_seconds([&] {
        pool.run(pool.threads(),
                 [&](std::int64_t, int) { sink = wide ? multiply_wide() : multiply_narrow(); });
    });
    const double lanes = static_cast<double>((wide ? sizeof(Vector) : sizeof(Narrow)) / sizeof(float));
    const double flop = 2.0 * lanes * kChains * static_cast<double>(kSteps) * pool.threads();
    return {.read_bytes_per_second = static_cast<double>(kBytes) / reading,
            .fma_flop_per_second = flop / multiplying};
}

}  // namespace sidewinder::kernels
