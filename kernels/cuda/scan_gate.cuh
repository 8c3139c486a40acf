#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// The end of a chunk, which is the prepare warps': gate and, where all heads are on the device at once,
/// norm.
namespace sidewinder::kernels::cuda::scan {

/// A thread's share of a chunk, in 16-byte pieces: eight channels of a token, eight lanes a token.
template <int Q>
inline constexpr int kPieces = Q * 8 / kPrepareThreads;

/// Heads of a group whose sums a norm can add up: two of each of its eight lanes.
inline constexpr int kMostHeads = 16;

/// u = y silu(z), bfloat16, of two channels; adds the squares.
__device__ __forceinline__ std::uint32_t gated_pair(std::uint32_t y, std::uint32_t z, float& squares) {
    __half2 halves;
    memcpy(static_cast<void*>(&halves), &y, sizeof halves);
    const float2 scan = __half22float2(halves);
    float gate[2] = {low_bf16(z), high_bf16(z)};
    silu_pair(gate[0], gate[1]);
    const float u0 = scan.x * gate[0];
    const float u1 = scan.y * gate[1];
    squares = fmaf(u0, u0, fmaf(u1, u1, squares));
    return pack_bf16(u0, u1);
}

/// Without kNorm the gated values go to y and another kernel norms them. With it they stay in registers until
/// all heads of the group have published their sums of squares, and y gets them normed, the same bits.
template <int Q, bool kNorm>
class Gate {
  public:
    __device__ __forceinline__ Gate(const Arguments& args, int head, int thread)
        : args_(args), head_(head), row_(thread / 8), piece_(thread % 8) {
        if constexpr (kNorm) {
            const float* weight = args.norm_weight + head * kHeadDim + piece_ * 8;
            weight_[0] = *reinterpret_cast<const float4*>(weight);
            weight_[1] = *reinterpret_cast<const float4*>(weight + 4);
        }
    }

    /// Step `chunk`: norms the last chunk but one, gates the last, loads z for the next time.
    __device__ __forceinline__ void step(const char* smem, int chunk) {
        if (chunk >= 2) norm(chunk - 2);
        if (chunk >= 1) gate(smem, chunk - 1);
        if (chunk >= 0 && chunk < args_.chunks) load_z(chunk);
    }

    /// Asks for the sums of squares of a chunk that has been gated, for its norm.
    __device__ __forceinline__ void look_ahead(int chunk) {
        if constexpr (!kNorm) return;
        if (chunk < 0) return;
        each_sum(chunk, [&](float& sum, const float* place) { sum = look(place); });
    }

    /// The chunk that was gated last, and looked at since.
    __device__ __forceinline__ void norm(int chunk) {
        if constexpr (!kNorm) return;
        each_sum(chunk, [](float& sum, const float* place) {
            if (sum < 0.0f) sum = wait_published(place);
        });
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {  // the order of gated_norm.cu
            float sum = seen_[i][0] + seen_[i][1];
#pragma unroll
            for (int mask = 4; mask > 0; mask /= 2) sum += __shfl_xor_sync(kAllLanes, sum, mask);
            const float r = inverse_rms(sum, args_.group_size, args_.norm_eps);
            const uint4 u = u_[i];
            store(chunk, i,
                  {normed_pair(u.x, r, weight_[0].x, weight_[0].y),
                   normed_pair(u.y, r, weight_[0].z, weight_[0].w),
                   normed_pair(u.z, r, weight_[1].x, weight_[1].y),
                   normed_pair(u.w, r, weight_[1].z, weight_[1].w)});
        }
    }

  private:
    __device__ __forceinline__ int token(int chunk, int i) const {
        return chunk * Q + row_ + i * (kPrepareThreads / 8);
    }
    __device__ __forceinline__ void store(int chunk, int i, const uint4& values) {
        const int t = token(chunk, i);
        if (t >= args_.T) return;
        *reinterpret_cast<uint4*>(args_.y + t * args_.d_inner + head_ * kHeadDim + piece_ * 8) = values;
    }
    __device__ __forceinline__ void load_z(int chunk) {
        const __nv_bfloat16* from = args_.zxbc + head_ * kHeadDim + piece_ * 8;
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {
            const int t = token(chunk, i);
            z_[i] = load_once(from + min(t, args_.T - 1) * args_.stride);
        }
    }
    __device__ __forceinline__ void gate(const char* smem, int chunk) {
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {
            const uint4 y = *reinterpret_cast<const uint4*>(
                smem + Layout<Q>::y(chunk) + narrow_piece(row_ + i * (kPrepareThreads / 8), piece_));
            float squares = 0.0f;
            const uint4 u{gated_pair(y.x, z_[i].x, squares), gated_pair(y.y, z_[i].y, squares),
                          gated_pair(y.z, z_[i].z, squares), gated_pair(y.w, z_[i].w, squares)};
#pragma unroll
            for (int mask = 1; mask < 8; mask *= 2) squares += __shfl_xor_sync(kAllLanes, squares, mask);
            const int t = token(chunk, i);
            float* sum = args_.head_squares + static_cast<std::int64_t>(t) * args_.n_heads + head_;
            if constexpr (kNorm) {
                if (piece_ == 0 && t < args_.T) publish(sum, squares);
                u_[i] = u;
            } else {
                if (piece_ == 0 && t < args_.T) *sum = squares;
                store(chunk, i, u);
            }
        }
    }
    /// For this lane's heads of each of its tokens: `visit` its sum of squares and where that is published.
    template <class Visit>
    __device__ __forceinline__ void each_sum(int chunk, const Visit& visit) {
        const int heads = args_.heads_per_group;
        const float* sums = args_.head_squares + head_ / heads * heads + piece_;
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {
            const int t = token(chunk, i);
#pragma unroll
            for (int n = 0; n < kMostHeads / 8; ++n) {
                if (piece_ + 8 * n < heads && t < args_.T) {
                    visit(seen_[i][n], sums + static_cast<std::int64_t>(t) * args_.n_heads + 8 * n);
                }
            }
        }
    }

    const Arguments& args_;
    int head_;
    int row_;
    int piece_;
    uint4 z_[kPieces<Q>] = {};
    uint4 u_[kPieces<Q>] = {};                     // gated, not yet normed
    float seen_[kPieces<Q>][kMostHeads / 8] = {};  // sums of squares, negative if not published yet
    float4 weight_[2] = {};
};

}  // namespace sidewinder::kernels::cuda::scan
