#include "kernels/cuda/ops.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/refuse.h"
#include "kernels/cuda/sample_many.cuh"
#include "kernels/cuda/sample_parts.cuh"

/// One block. A thread holds 32 logits as keys in registers (more in turns), read once by 16-byte loads. The
/// common case, a top_k of a few dozens: a bound that some more than top_k of the threads' largest keys reach
/// finds the candidates, whose order is each one's count of the others before it. One thread walks along
/// them, because the order of its additions decides bits.
namespace sidewinder::kernels::cuda {
namespace {

constexpr int kGroups = 8;          // of 4 logits, a thread
constexpr int kHeld = 4 * kGroups;  // keys a thread
constexpr int kTile = kSampleThreads * kHeld;
constexpr std::int64_t kMaxVocab = std::int64_t{1} << 24;
constexpr float kInfinity = __builtin_huge_valf();

struct Draw {
    const float* logits;
    int vocab;
    SampleWork work;
    std::int32_t* token;
};

/// Which logit a thread's i-th key of a tile is.
__device__ __forceinline__ int id_of(int tile, int i) {
    return tile * kTile + 4 * static_cast<int>(threadIdx.x) + i / 4 * 4 * kSampleThreads + i % 4;
}

/// CTRL (Keskar et al. 2019); what was finite stays so.
__device__ __forceinline__ float penalized(float logit, float penalty) {
    if (!(logit > -kInfinity)) return logit;  // and a NaN stays one
    constexpr float kMax = 3.402823466e+38f;
    const float v = logit > 0 ? __fdiv_rn(logit, penalty) : __fmul_rn(logit, penalty);
    return v < -kMax ? -kMax : v > kMax ? kMax : v;
}

/// This thread's keys of a tile; behind the end they are -infinity. `bad`: the lowest id of a logit that is
/// not finite.
__device__ __forceinline__ void load_keys(const Draw& p, const SamplingState& state, int tile,
                                          unsigned (&keys)[kHeld], int& bad) {
    float v[kHeld];
#pragma unroll
    for (int g = 0; g < kGroups; ++g) {
        const int id = id_of(tile, 4 * g);
        if (id + 4 <= p.vocab) {
            const float4 four = *reinterpret_cast<const float4*>(p.logits + id);
            v[4 * g] = four.x;
            v[4 * g + 1] = four.y;
            v[4 * g + 2] = four.z;
            v[4 * g + 3] = four.w;
        } else {
#pragma unroll
            for (int i = 0; i < 4; ++i) v[4 * g + i] = id + i < p.vocab ? p.logits[id + i] : -kInfinity;
        }
    }
#pragma unroll
    for (int i = 0; i < kHeld; ++i) {
        const int id = id_of(tile, i);
        if (!(v[i] < kInfinity)) bad = id < bad ? id : bad;
    }
    if (state.ring_slots > 0) {
        const float penalty = state.options.repetition_penalty;
#pragma unroll
        for (int i = 0; i < kHeld; ++i) {
            const int id = id_of(tile, i);
            if (id < p.vocab && p.work.counts[id] > 0) v[i] = penalized(v[i], penalty);
        }
    }
#pragma unroll
    for (int i = 0; i < kHeld; ++i) keys[i] = key_of(v[i]);
}

/// The best key and the lowest bad id of the block.
__device__ __forceinline__ void reduce_block(unsigned& best, int& bad, SampleShared& s) {
    const int lane = threadIdx.x % kWarp, warp = threadIdx.x / kWarp;
    best = warp_max(best);
    bad = warp_min(bad);
    if (lane == 0) {
        s.key_parts[warp] = best;
        s.id_parts[warp] = bad;
    }
    if (threadIdx.x == 0) s.count = 0;
    __syncthreads();
    best = warp_max(s.key_parts[lane]);
    bad = warp_min(s.id_parts[lane]);
}

/// A key that at least k of the threads' largest reach, and not many more: found bit by bit.
__device__ __forceinline__ unsigned bound_of_top(unsigned largest, int k) {
    const int enough = k + k / 4 + 8;
    unsigned bound = 0;
    for (unsigned bit = 0x80000000u; bit > 0; bit >>= 1) {
        const int reached = __syncthreads_count(largest >= (bound | bit));
        if (reached < k) continue;
        bound |= bit;
        if (reached <= enough) break;
    }
    return bound < kLowestKey ? kLowestKey : bound;
}

/// The draw among n found items, of which the top_k likeliest are candidates. Thread 0 gets the token.
__device__ __noinline__ int draw_from_few(const SamplingState& state, int n, unsigned best_key,
                                          SampleShared& s) {
    const SamplingOptions& options = state.options;
    const int tid = static_cast<int>(threadIdx.x);
    const int k = n < options.top_k ? n : options.top_k;
    const Item found = tid < n ? s.items[tid] : 0;
    if (tid < n) {
        int rank = 0;
        for (int i = 0; i < n; ++i) rank += s.items[i] < found;
        if (rank < k) s.sorted[rank] = found;
    }
    __syncthreads();
    if (tid < k) {
        const Item item = s.sorted[tid];
        int rank = 0;
        for (int i = 0; i < k; ++i) rank += id_of_item(s.sorted[i]) < id_of_item(item);
        const double weight =
            sampling_weight(logit_of(key_of_item(item)), logit_of(best_key), options.temperature);
        s.items[rank] = item;  // from here in the order of ids
        s.weights[rank] = weight;
        s.sorted_weights[tid] = weight;
    }
    __syncthreads();
    if (tid > 0) return -1;

    const Item* items = s.items;
    const double* weights = s.weights;
    int kept = k;
    double least = 0, sum = add_weights(weights, k, 0.0, 0.0);
    if (options.top_p < 1) {
        items = s.sorted;
        weights = s.sorted_weights;
        least = negligible_weight(options.top_p, sum, k);
        double kept_sum = 0;
        const int taken =
            reach(weights, k, least, rounded_product(static_cast<double>(options.top_p), sum), kept_sum);
        if (taken <= k) {
            kept = taken;
            sum = kept_sum;
        }
    }
    if (options.min_p > 0) {
        const auto min_p = static_cast<double>(options.min_p);
        least = min_p > least ? min_p : least;
        sum = add_weights(weights, kept, least, 0.0);
    }
    double left = rounded_product(uniform(options.seed, state.position), sum);
    int last = 0;
    const int chosen = walk(weights, kept, least, left, last);
    return id_of_item(items[chosen >= 0 ? chosen : last]);
}

/// By one thread: the token goes out and joins the history.
__device__ __forceinline__ void finish(const Draw& p, SamplingState& state, int token) {
    p.token[0] = token;
    state.drawn = Drawn{token, Drawn::Fault::None, -1};
    const std::uint64_t position = state.position++;
    if (state.ring_slots == 0) return;
    std::int32_t* slot = state.ring + position % static_cast<std::uint64_t>(state.ring_slots);
    if (position >= static_cast<std::uint64_t>(state.options.repetition_window)) {
        const std::int32_t gone = *slot;  // the ring is as long as the window here
        if (gone >= 0 && gone < p.vocab) --p.work.counts[gone];
    }
    *slot = token;
    ++p.work.counts[token];
}

/// The draw among all: first their keys go to global memory. Thread 0 gets the token.
__device__ __noinline__ int draw_from_all(Draw p, const SamplingState& state, int tiles, unsigned best,
                                          SampleShared& s) {
    unsigned keys[kHeld];
    int bad = 0;
    for (int tile = 0; tile < tiles; ++tile) {
        load_keys(p, state, tile, keys, bad);
#pragma unroll
        for (int i = 0; i < kHeld; ++i) {
            const int id = id_of(tile, i);
            if (id < p.vocab) p.work.keys[id] = keys[i];
        }
    }
    __syncthreads();
    return draw_from_many(p.work, state, p.vocab, best, s);
}

/// Puts what reaches `bound` into shared memory, in any order. Returns how many there are, which may be more
/// than there is room for.
__device__ __forceinline__ int collect(const Draw& p, const SamplingState& state, int tiles, unsigned bound,
                                       unsigned largest, unsigned (&keys)[kHeld], SampleShared& s) {
    for (int tile = 0; tile < tiles && largest >= bound; ++tile) {
        int bad = 0;
        if (tiles > 1) load_keys(p, state, tile, keys, bad);
#pragma unroll
        for (int i = 0; i < kHeld; ++i) {
            if (keys[i] < bound) continue;
            const int slot = atomicAdd(&s.count, 1);
            const int id = id_of(tile, i);
            if (slot < kSampleThreads) s.items[slot] = item_of(keys[i], id);
        }
    }
    __syncthreads();
    return s.count;
}

/// The lowest id with the best key.
__device__ __forceinline__ int find_best(const Draw& p, const SamplingState& state, int tiles, unsigned best,
                                         unsigned (&keys)[kHeld], SampleShared& s) {
    int lowest = p.vocab;
    for (int tile = tiles - 1; tile >= 0; --tile) {
        int bad = 0;
        if (tiles > 1) load_keys(p, state, tile, keys, bad);
#pragma unroll
        for (int i = kHeld - 1; i >= 0; --i) {
            const int id = id_of(tile, i);
            if (keys[i] == best) lowest = id;
        }
    }
    lowest = warp_min(lowest);
    if (threadIdx.x % kWarp == 0) s.count_parts[threadIdx.x / kWarp] = lowest;
    __syncthreads();
    return warp_min(s.count_parts[threadIdx.x % kWarp]);
}

__global__ void __launch_bounds__(kSampleThreads) sample_kernel(Draw p) {
    __shared__ SampleShared s;
    wait_prior_grid();
    SamplingState& state = *p.work.state;

    const int tiles = (p.vocab + kTile - 1) / kTile;
    unsigned keys[kHeld];
    unsigned largest = 0;
    int bad = p.vocab;
    for (int tile = 0; tile < tiles; ++tile) {
        load_keys(p, state, tile, keys, bad);
#pragma unroll
        for (int i = 0; i < kHeld; ++i) largest = keys[i] > largest ? keys[i] : largest;
    }
    unsigned best = largest;
    reduce_block(best, bad, s);
    if (bad < p.vocab || best <= kMinusInfinityKey) {
        const bool nothing = bad == p.vocab;
        if (threadIdx.x == 0) {
            state.drawn = Drawn{-1, nothing ? Drawn::Fault::NothingFinite : Drawn::Fault::NotFinite,
                                nothing ? -1 : bad};
        }
        return;
    }

    const int top_k = state.options.top_k;
    int token = 0;
    if (state.options.temperature == 0 || top_k == 1) {
        token = find_best(p, state, tiles, best, keys, s);
    } else {
        int found = kSampleThreads + 1;  // more than there is room for
        if (top_k > 0 && top_k <= kSampleThreads) {
            found = collect(p, state, tiles, bound_of_top(largest, top_k), largest, keys, s);
        }
        token = found <= kSampleThreads ? draw_from_few(state, found, best, s)
                                        : draw_from_all(p, state, tiles, best, s);
    }
    if (threadIdx.x == 0) finish(p, state, token);
}

}  // namespace

void sample(const Context& context, const float* logits, std::int64_t vocab, const SampleWork& work,
            std::int32_t* token) {
    if (vocab < 1 || vocab > kMaxVocab || reinterpret_cast<std::uintptr_t>(logits) % sizeof(float4) != 0) {
        refuse("The sampler was asked to draw from " + std::to_string(vocab) + " logits");
    }
    const Draw p{logits, static_cast<int>(vocab), work, token};
    const LaunchShape shape{.grid = dim3(1), .block = dim3(kSampleThreads), .overlap = true};
    launch(context, "sample", shape, sample_kernel, p);
}

}  // namespace sidewinder::kernels::cuda
