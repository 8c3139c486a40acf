#include "tests/gpu/bench_fill.h"

#include <cuda_bf16.h>

#include "kernels/cuda/errors.h"

namespace sidewinder::bench {
namespace {

__device__ std::uint32_t scrambled(std::int64_t i) {
    std::uint64_t z = (static_cast<std::uint64_t>(i) + 1) * 0x9E3779B97F4A7C15ULL;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    return static_cast<std::uint32_t>(z >> 32);
}
__global__ void words_kernel(std::uint32_t* words, std::int64_t count, std::uint32_t keep,
                             std::uint32_t set) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += step) {
        words[i] = (scrambled(i) & keep) | set;
    }
}
// The sum of four even numbers is near enough to normal.
__global__ void bf16_kernel(__nv_bfloat16* values, std::int64_t count, float deviation) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += step) {
        float sum = -2.0f;
        for (int k = 0; k < 4; ++k) sum += static_cast<float>(scrambled(4 * i + k)) * 0x1p-32f;
        values[i] = __float2bfloat16(sum * 1.7320508f * deviation);
    }
}
__global__ void floats_kernel(float* values, std::int64_t count, float mean, float range) {
    const std::int64_t step = static_cast<std::int64_t>(gridDim.x) * blockDim.x;
    for (std::int64_t i = static_cast<std::int64_t>(blockIdx.x) * blockDim.x + threadIdx.x; i < count;
         i += step) {
        values[i] = mean + range * (static_cast<float>(scrambled(i)) * 0x1p-32f * 2.0f - 1.0f);
    }
}

}  // namespace

void fill_words(void* words, std::size_t bytes, std::uint32_t keep, std::uint32_t set) {
    words_kernel<<<1024, 256>>>(static_cast<std::uint32_t*>(words), static_cast<std::int64_t>(bytes / 4),
                                keep, set);
    kernels::cuda::check(cudaGetLastError(), "fill");
}

void fill_bf16(void* values, std::int64_t count, float deviation) {
    bf16_kernel<<<1024, 256>>>(static_cast<__nv_bfloat16*>(values), count, deviation);
    kernels::cuda::check(cudaGetLastError(), "fill");
}

void fill_floats(float* values, std::int64_t count, float mean, float range) {
    floats_kernel<<<1024, 256>>>(values, count, mean, range);
    kernels::cuda::check(cudaGetLastError(), "fill");
}

}  // namespace sidewinder::bench
