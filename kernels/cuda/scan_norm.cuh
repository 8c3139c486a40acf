#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// The group norm within scan_chunk, in a cooperative launch: the heads of a group, a block each, tell each
/// other their sums of squares. What chunk c has in step c + 1, state warps tell the others in c + 2, by a
/// counter of the chunk and group, and wait for the others' before the step ends; in c + 3 the out warps make
/// 1 / rms of the group's sums, each of 16 tokens; in c + 4 (kLag) the prepare warps use it.
namespace sidewinder::kernels::cuda::scan {

inline constexpr int kHeadsALane = 4;  // 16 bytes of head_squares
inline constexpr int kLanesAToken = 4;
inline constexpr int kMostHeads = 2 * kHeadsALane * kLanesAToken;  // of a group

/// State warps: what this head wrote of the chunk before the last barrier is there for the others.
__device__ __forceinline__ void tell(const Arguments& args, int chunk, int head, const LaneSpot& at) {
    if (chunk < 0 || chunk >= args.chunks || at.warp != 1 || at.lane != 0) return;
    add_release(args.work.counter(chunk, head / args.heads_per_group), 1);
}
/// What the group's heads have told of the chunk is there for this block behind the next barrier.
__device__ __forceinline__ void await(const Arguments& args, int chunk, int head, const LaneSpot& at) {
    if (chunk < 0 || chunk >= args.chunks || at.warp != 0 || at.lane != 0) return;
    wait_until_reached(args.work.counter(chunk, head / args.heads_per_group),
                       static_cast<unsigned>(args.heads_per_group));
}

/// Out warps: 1 / rms of the chunk's tokens.
template <int Q>
class Norm {
  public:
    __device__ __forceinline__ Norm(const Arguments& args, int head, const LaneSpot& at)
        : args_(args), first_(head / args.heads_per_group * args.heads_per_group), at_(at) {}

    __device__ __forceinline__ void load(int chunk) {
        if (chunk < 0) return;
#pragma unroll
        for (int i = 0; i < kRounds; ++i) squares_[i] = squares(min(chunk * Q + token(i), args_.T - 1));
    }
    /// The sums are gated_norm's, bit for bit.
    __device__ __forceinline__ void write(char* smem, int chunk) {
        if (chunk < 0) return;
        auto* scales = reinterpret_cast<float*>(smem + Layout<Q>::scales(chunk));
        const float size = static_cast<float>(args_.heads_per_group * kHeadDim);
#pragma unroll
        for (int i = 0; i < kRounds; ++i) {
            const float4 v = plus_lane(plus_lane(squares_[i], 2), 1);
            const float sum = (v.x + v.z) + (v.y + v.w);
            if (at_.lane % kLanesAToken == 0) scales[token(i)] = rsqrtf(sum / size + args_.eps);
        }
    }

  private:
    static constexpr int kTokens = Q / kOutWarps;  // a warp's
    static constexpr int kRounds = kTokens * kLanesAToken / kWarp;

    __device__ __forceinline__ int token(int i) const {
        return at_.warp * kTokens + i * (kWarp / kLanesAToken) + at_.lane / kLanesAToken;
    }
    static __device__ __forceinline__ float4 plus(float4 a, float4 b) {
        return {a.x + b.x, a.y + b.y, a.z + b.z, a.w + b.w};
    }
    static __device__ __forceinline__ float4 plus_lane(float4 v, int mask) {
        return plus(v, {__shfl_xor_sync(kAllLanes, v.x, mask), __shfl_xor_sync(kAllLanes, v.y, mask),
                        __shfl_xor_sync(kAllLanes, v.z, mask), __shfl_xor_sync(kAllLanes, v.w, mask)});
    }
    /// This lane's four heads, and those 16 further.
    __device__ __forceinline__ float4 squares(int t) const {
        const float* from = args_.head_squares + static_cast<std::int64_t>(t) * args_.n_heads + first_;
        float4 sum{0.0f, 0.0f, 0.0f, 0.0f};
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            const int h = (i * kLanesAToken + at_.lane % kLanesAToken) * kHeadsALane;
            if (h < args_.heads_per_group) {
                sum = plus(sum, __ldcg(reinterpret_cast<const float4*>(from + h)));
            }
        }
        return sum;
    }

    const Arguments& args_;
    int first_;  // head of the group
    const LaneSpot& at_;
    float4 squares_[kRounds] = {};
};

}  // namespace sidewinder::kernels::cuda::scan
