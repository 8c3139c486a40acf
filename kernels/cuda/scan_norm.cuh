#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// The group norm within scan_chunk, in a cooperative launch: the heads of a group, a block each, tell each
/// other their sums of squares. What chunk c has in step c + 1, it has told in c + 2, by a counter of the
/// chunk and group; in c + 3 the group's sums become 1 / rms here, each out warp 16 tokens; in c + 4 (kLag)
/// the prepare warps use it. So a head waits only where it is more than a step ahead of another.
namespace sidewinder::kernels::cuda::scan {

inline constexpr int kHeadsALane = 4;  // 16 bytes of head_squares
inline constexpr int kLanesAToken = 4;

template <int Q, bool kNorms>
class Norm {
  public:
    __device__ __forceinline__ Norm(const Arguments& args, char* smem, int head, const LaneSpot& at)
        : args_(args), smem_(smem), group_(head / args.heads_per_group), at_(at) {}

    /// What this head wrote of the chunk before the last barrier is there for the others.
    __device__ __forceinline__ void tell(int chunk) {
        if (kNorms && chunk >= 0 && at_.warp == 0 && at_.lane == 0)
            add_release(args_.work.counter(chunk, group_), 1);
    }
    /// 1 / rms of the chunk's tokens, once all heads of the group have told; summed in a fixed order.
    __device__ __forceinline__ void collect(int chunk) {
        if (!kNorms || chunk < 0) return;
        const auto heads = static_cast<unsigned>(args_.heads_per_group);
        if (at_.lane == 0) wait_until_reached(args_.work.counter(chunk, group_), heads);
        __syncwarp();
        auto* scales = reinterpret_cast<float*>(smem_ + Layout<Q>::scales(chunk));
        const float size = static_cast<float>(args_.heads_per_group * kHeadDim);
#pragma unroll
        for (int i = 0; i < kTokens * kLanesAToken / kWarp; ++i) {
            const int token = at_.warp * kTokens + i * (kWarp / kLanesAToken) + at_.lane / kLanesAToken;
            float sum = squares(min(chunk * Q + token, args_.T - 1));
            sum += __shfl_xor_sync(kAllLanes, sum, 1);
            sum += __shfl_xor_sync(kAllLanes, sum, 2);
            if (at_.lane % kLanesAToken == 0) scales[token] = rsqrtf(sum / size + args_.eps);
        }
    }

  private:
    static constexpr int kTokens = Q / kOutWarps;  // a warp's

    __device__ __forceinline__ float squares(int t) const {
        const float* from = args_.head_squares + static_cast<std::int64_t>(t) * args_.n_heads +
                            group_ * args_.heads_per_group;
        float sum = 0.0f;
        for (int h = at_.lane % kLanesAToken * kHeadsALane; h < args_.heads_per_group;
             h += kLanesAToken * kHeadsALane) {
            const float4 v = __ldcg(reinterpret_cast<const float4*>(from + h));
            sum += (v.x + v.y) + (v.z + v.w);
        }
        return sum;
    }

    const Arguments& args_;
    char* smem_;
    int group_;
    const LaneSpot& at_;
};

}  // namespace sidewinder::kernels::cuda::scan
