#pragma once

#include <cstdint>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/reduce.cuh"
#include "kernels/sampling_math.h"

/// What both ways through sample.cu are made of. One block; every function is called by all of its threads
/// unless it says otherwise.
namespace sidewinder::kernels::cuda {

inline constexpr int kSampleThreads = 1024;
inline constexpr int kSampleWarps = kSampleThreads / kWarp;
static_assert(kSampleWarps == kWarp, "a lane for each warp's part of a reduction");

/// Unsigned numbers in the order of the logits; -0 is 0.
inline constexpr unsigned kMinusInfinityKey = 0x007fffffu;
inline constexpr unsigned kLowestKey = 0x00800000u;  ///< of the lowest finite logit

__device__ __forceinline__ unsigned key_of(float logit) {
    const unsigned bits = __float_as_uint(logit);
    if (bits == 0x80000000u) return 0x80000000u;
    return bits & 0x80000000u ? ~bits : bits | 0x80000000u;
}
__device__ __forceinline__ float logit_of(unsigned key) {
    return __uint_as_float(key & 0x80000000u ? key & 0x7fffffffu : ~key);
}

/// A candidate as one number: the likelier one is less, the lower id in a tie.
using Item = unsigned long long;
__device__ __forceinline__ Item item_of(unsigned key, int id) {
    return static_cast<Item>(~key) << 32 | static_cast<unsigned>(id);
}
__device__ __forceinline__ unsigned key_of_item(Item item) {
    return ~static_cast<unsigned>(item >> 32);
}
__device__ __forceinline__ int id_of_item(Item item) {
    return static_cast<int>(item & 0xffffffffu);
}

struct SampleShared {
    Item items[kSampleThreads];
    Item sorted[kSampleThreads];
    double weights[kSampleThreads];
    double sorted_weights[kSampleThreads];
    unsigned key_parts[kSampleWarps];
    int id_parts[kSampleWarps];
    int count_parts[kSampleWarps];
    int count;
    double sum;
};

__device__ __forceinline__ unsigned warp_max(unsigned v) {
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) {
        const unsigned other = __shfl_xor_sync(kAllLanes, v, mask);
        v = other > v ? other : v;
    }
    return v;
}
__device__ __forceinline__ int warp_min(int v) {
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) {
        const int other = __shfl_xor_sync(kAllLanes, v, mask);
        v = other < v ? other : v;
    }
    return v;
}

/// Two flags a thread: how many threads before this one have them, and how many in all; `first` in the lower
/// 16 bits, `second` in the upper.
struct Counts {
    unsigned before, all;
};
__device__ inline Counts count_flags(bool first, bool second, int* parts) {
    const unsigned lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
    const unsigned lower = (1u << lane) - 1;
    const unsigned of_first = __ballot_sync(kAllLanes, first), of_second = __ballot_sync(kAllLanes, second);
    __syncthreads();  // `parts` may still be read
    if (lane == 0) parts[warp] = __popc(of_first) | __popc(of_second) << 16;
    __syncthreads();
    unsigned sums = static_cast<unsigned>(parts[lane]);
#pragma unroll
    for (unsigned step = 1; step < kWarp; step *= 2) {
        const unsigned other = __shfl_up_sync(kAllLanes, sums, step);
        if (lane >= step) sums += other;
    }
    Counts counts;
    counts.all = __shfl_sync(kAllLanes, sums, kWarp - 1);
    const unsigned warps_before = __shfl_sync(kAllLanes, sums, static_cast<int>((warp + kWarp - 1) % kWarp));
    counts.before = (warp > 0 ? warps_before : 0u) + (static_cast<unsigned>(__popc(of_first & lower)) |
                                                      static_cast<unsigned>(__popc(of_second & lower)) << 16);
    return counts;
}

// --- The walks along the candidates, whose order of additions decides bits: by one thread, over `n` weights
// in shared memory. Loads go in batches, so that only the additions wait for each other.

inline constexpr int kBatch = 8;

__device__ __forceinline__ void load_batch(const double* weights, int at, int n, double (&batch)[kBatch]) {
#pragma unroll
    for (int i = 0; i < kBatch; ++i) batch[i] = at + i < n ? weights[at + i] : 0.0;
}

/// Adds those that are not less than `least`.
__device__ inline double add_weights(const double* weights, int n, double least, double sum) {
    for (int at = 0; at < n; at += kBatch) {
        double batch[kBatch];
        load_batch(weights, at, n, batch);
#pragma unroll
        for (int i = 0; i < kBatch; ++i) sum = batch[i] < least ? sum : sum + batch[i];
    }
    return sum;
}

/// Adds them until `wanted` is reached: returns how many that took, or n + 1 if they do not.
__device__ inline int reach(const double* weights, int n, double least, double wanted, double& sum) {
    for (int at = 0; at < n; at += kBatch) {
        double batch[kBatch];
        load_batch(weights, at, n, batch);
#pragma unroll
        for (int i = 0; i < kBatch; ++i) {
            if (at + i >= n) break;
            if (batch[i] < least) continue;
            sum += batch[i];
            if (sum >= wanted) return at + i + 1;
        }
    }
    return n + 1;
}

/// Takes them from `left` until that is negative: returns at which, or -1. `last`: the last that could be
/// drawn.
__device__ inline int walk(const double* weights, int n, double least, double& left, int& last) {
    for (int at = 0; at < n; at += kBatch) {
        double batch[kBatch];
        load_batch(weights, at, n, batch);
#pragma unroll
        for (int i = 0; i < kBatch; ++i) {
            if (at + i >= n) break;
            if (batch[i] < least) continue;
            left -= batch[i];
            if (left < 0) return at + i;
            if (batch[i] > 0) last = at + i;
        }
    }
    return -1;
}

}  // namespace sidewinder::kernels::cuda
