#pragma once

#include "kernels/cuda/sample_parts.cuh"

/// Drawing from more candidates than shared memory holds: all keys, then the candidates and their weights
/// are in global memory. A token's time grows with vocab: for options off the beaten track.
namespace sidewinder::kernels::cuda {

/// How many of the keys are `least` or more.
__device__ inline int count_keys(const unsigned* keys, int vocab, unsigned least, int* parts) {
    int count = 0;
    for (int id = threadIdx.x; id < vocab; id += kSampleThreads) count += keys[id] >= least;
#pragma unroll
    for (int mask = kWarp / 2; mask > 0; mask /= 2) count += __shfl_xor_sync(kAllLanes, count, mask);
    __syncthreads();  // `parts` may still be read
    if (threadIdx.x % kWarp == 0) parts[threadIdx.x / kWarp] = count;
    __syncthreads();
    int sum = 0;
    for (int warp = 0; warp < kSampleWarps; ++warp) sum += parts[warp];
    return sum;
}

/// Which keys are candidates: all above `key`, and the first `ties` of those equal to it.
struct Cut {
    unsigned key = kMinusInfinityKey;
    int ties = 0;
    int candidates = 0;
};
__device__ inline Cut cut_top_k(const unsigned* keys, int vocab, int top_k, int* parts) {
    Cut cut;
    cut.candidates = count_keys(keys, vocab, kLowestKey, parts);
    if (top_k == 0 || top_k >= cut.candidates) return cut;
    cut.candidates = top_k;
    cut.key = 0;  // becomes the top_k-th largest, bit by bit
    for (unsigned bit = 0x80000000u; bit > 0; bit >>= 1) {
        if (count_keys(keys, vocab, cut.key | bit, parts) >= top_k) cut.key |= bit;
    }
    cut.ties = top_k - count_keys(keys, vocab, cut.key + 1, parts);
    return cut;
}

/// The candidates in the order of ids; those without weight are left out, which changes no sum. Returns how
/// many.
__device__ inline int list_candidates(const SampleWork& work, int vocab, const Cut& cut, float best,
                                      float temperature, int* parts) {
    const int ties = sampling_weight(logit_of(cut.key), best, temperature) > 0 ? cut.ties : 0;
    int above_so_far = 0, ties_so_far = 0;
    for (int base = 0; base < vocab; base += kSampleThreads) {
        const int id = base + static_cast<int>(threadIdx.x);
        const unsigned key = id < vocab ? work.keys[id] : 0u;
        const double weight =
            key >= cut.key && id < vocab ? sampling_weight(logit_of(key), best, temperature) : 0.0;
        const bool above = key > cut.key && weight > 0, tie = ties > 0 && key == cut.key;
        const Counts counts = count_flags(above, tie, parts);
        const int ties_before = ties_so_far + static_cast<int>(counts.before >> 16);
        if (above || (tie && ties_before < ties)) {
            const int at = above_so_far + static_cast<int>(counts.before & 0xffffu) +
                           (ties_before < ties ? ties_before : ties);
            work.items[at] = item_of(key, id);
            work.weights[at] = weight;
        }
        above_so_far += static_cast<int>(counts.all & 0xffffu);
        ties_so_far += static_cast<int>(counts.all >> 16);
    }
    return above_so_far + (ties_so_far < ties ? ties_so_far : ties);
}

/// Leaves out those lighter than `least`, in place. Returns how many are left.
__device__ inline int drop_lighter(const SampleWork& work, int n, double least, int* parts) {
    int kept = 0;
    for (int base = 0; base < n; base += kSampleThreads) {
        const int from = base + static_cast<int>(threadIdx.x);
        const Item item = from < n ? work.items[from] : 0;
        const bool keep = from < n && !(work.weights[from] < least);
        const Counts counts = count_flags(keep, false, parts);  // its barriers part reading from writing
        if (keep) work.items[kept + static_cast<int>(counts.before)] = item;
        kept += static_cast<int>(counts.all);
    }
    return kept;
}

/// Bitonic, ascending, with all comparisons in one direction (Knuth 5.3.4, exercise 51), so that any n will
/// do.
__device__ inline void sort_items(Item* items, int n) {
    for (int size = 2; size / 2 < n; size *= 2) {
        for (int stride = size / 2; stride > 0; stride /= 2) {
            __syncthreads();
            for (int pair = threadIdx.x;; pair += kSampleThreads) {
                const int low = pair / stride * 2 * stride + pair % stride;
                if (low >= n) break;
                const int high = stride == size / 2 ? low ^ (size - 1) : low + stride;
                if (high >= n) continue;
                const Item a = items[low], b = items[high];
                if (b < a) {
                    items[low] = b;
                    items[high] = a;
                }
            }
        }
    }
    __syncthreads();
}

/// Calls walk(weights, first, count) by one thread for each piece of the list, in order, from shared memory.
template <class Walk>
__device__ __forceinline__ void for_each_piece(const double* weights, int n, SampleShared& s,
                                               const Walk& walk) {
    for (int base = 0; base < n; base += kSampleThreads) {
        const int count = n - base < kSampleThreads ? n - base : kSampleThreads;
        __syncthreads();
        if (static_cast<int>(threadIdx.x) < count) s.weights[threadIdx.x] = weights[base + threadIdx.x];
        __syncthreads();
        if (threadIdx.x == 0) walk(s.weights, base, count);
    }
}

__device__ inline double sum_list(const double* weights, int n, double least, SampleShared& s) {
    double sum = 0;
    for_each_piece(weights, n, s,
                   [&](const double* piece, int, int count) { sum = add_weights(piece, count, least, sum); });
    if (threadIdx.x == 0) s.sum = sum;
    __syncthreads();
    return s.sum;
}

/// Sorts the list and cuts it where top_p of `sum`, which becomes theirs, is reached. Returns how many are
/// left.
__device__ inline int cut_top_p(const SampleWork& work, const SamplingOptions& options, int n, int candidates,
                                float best, double& sum, SampleShared& s) {
    const double wanted = rounded_product(static_cast<double>(options.top_p), sum);
    n = drop_lighter(work, n, negligible_weight(options.top_p, sum, candidates), s.count_parts);
    sort_items(work.items, n);
    for (int i = threadIdx.x; i < n; i += kSampleThreads) {
        work.weights[i] = sampling_weight(logit_of(key_of_item(work.items[i])), best, options.temperature);
    }
    if (threadIdx.x == 0) {
        s.count = n;
        s.sum = sum;
    }
    double kept_sum = 0;
    bool reached = false;
    for_each_piece(work.weights, n, s, [&](const double* piece, int base, int count) {
        if (reached) return;
        const int taken = reach(piece, count, 0.0, wanted, kept_sum);
        reached = taken <= count;
        if (!reached) return;
        s.count = base + taken;
        s.sum = kept_sum;
    });
    __syncthreads();
    sum = s.sum;
    return s.count;
}

/// Returns the token that is drawn, to thread 0 only. work.keys are ready.
__device__ inline int draw_from_many(const SampleWork& work, const SamplingState& state, int vocab,
                                     unsigned best_key, SampleShared& s) {
    const SamplingOptions& options = state.options;
    const float best = logit_of(best_key);
    const Cut cut = cut_top_k(work.keys, vocab, options.top_k, s.count_parts);
    int n = list_candidates(work, vocab, cut, best, options.temperature, s.count_parts);
    double sum = sum_list(work.weights, n, 0.0, s);
    if (options.top_p < 1) n = cut_top_p(work, options, n, cut.candidates, best, sum, s);
    const double least = options.min_p > 0 ? static_cast<double>(options.min_p) : 0.0;
    if (least > 0) sum = sum_list(work.weights, n, least, s);

    double left = rounded_product(uniform(options.seed, state.position), sum);
    int chosen = -1, last = 0;
    for_each_piece(work.weights, n, s, [&](const double* piece, int base, int count) {
        if (chosen >= 0) return;
        int last_here = -1;
        const int at = walk(piece, count, least, left, last_here);
        if (last_here >= 0) last = base + last_here;
        if (at >= 0) chosen = base + at;
    });
    return id_of_item(work.items[chosen >= 0 ? chosen : last]);
}

}  // namespace sidewinder::kernels::cuda
