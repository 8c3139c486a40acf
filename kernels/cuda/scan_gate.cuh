#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// The end of a chunk, which is the prepare warps': the gate, and the group norm where it is not another
/// kernel's.
namespace sidewinder::kernels::cuda::scan {

/// A thread's share of a chunk, in 16-byte pieces: eight channels of a token, eight lanes a token.
template <int Q>
inline constexpr int kPieces = Q * 8 / kPrepareThreads;

/// u = y silu(z), bfloat16, of two channels; adds the squares.
__device__ __forceinline__ std::uint32_t gated_pair(std::uint32_t y, std::uint32_t z, float& squares) {
    __half2 halves;
    memcpy(static_cast<void*>(&halves), &y, sizeof halves);
    const float2 scan = __half22float2(halves);
    const float u0 = scan.x * silu(low_bf16(z));
    const float u1 = scan.y * silu(high_bf16(z));
    squares = fmaf(u0, u0, fmaf(u1, u1, squares));
    return pack_bf16(u0, u1);
}

/// The sums of squares of the gated values go to head_squares. The values stay in shared memory and go to y
/// three steps later, times what scan_norm.cuh has then made of the squares; without kNorms they go to y as
/// they are, for another kernel.
template <int Q, bool kNorms>
class Gate {
  public:
    __device__ __forceinline__ Gate(const Arguments& args, int head, int thread)
        : args_(args), head_(head), row_(thread / 8), piece_(thread % 8) {}

    /// Step `chunk`: gates the last chunk, loads z for the next time; norms an earlier one.
    __device__ __forceinline__ void step(char* smem, int chunk) {
        if (kNorms && chunk >= kLag) norm(smem, chunk - kLag);
        if (chunk >= 1 && chunk <= args_.chunks) gate(smem, chunk - 1);
        if (chunk >= 0 && chunk < args_.chunks) load_z(chunk);
    }

  private:
    __device__ __forceinline__ int token(int chunk, int i) const {
        return chunk * Q + row_ + i * (kPrepareThreads / 8);
    }
    __device__ __forceinline__ void load_z(int chunk) {
        const __nv_bfloat16* from = args_.zxbc + head_ * kHeadDim + piece_ * 8;
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {
            const int t = token(chunk, i);
            z_[i] = load_once(from + min(t, args_.T - 1) * args_.stride);
        }
    }
    __device__ __forceinline__ int spot(int chunk, int i) const {
        return Layout<Q>::y(chunk) + narrow_piece(row_ + i * (kPrepareThreads / 8), piece_);
    }
    __device__ __forceinline__ void put(int t, uint4 v) {
        *reinterpret_cast<uint4*>(args_.y + t * args_.d_inner + head_ * kHeadDim + piece_ * 8) = v;
    }
    __device__ __forceinline__ void gate(char* smem, int chunk) {
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {
            auto* const here = reinterpret_cast<uint4*>(smem + spot(chunk, i));
            const uint4 y = *here;
            float squares = 0.0f;
            const uint4 u{gated_pair(y.x, z_[i].x, squares), gated_pair(y.y, z_[i].y, squares),
                          gated_pair(y.z, z_[i].z, squares), gated_pair(y.w, z_[i].w, squares)};
#pragma unroll
            for (int mask = 1; mask < 8; mask *= 2) squares += __shfl_xor_sync(kAllLanes, squares, mask);
            const int t = token(chunk, i);
            if (kNorms) *here = u;
            if (t >= args_.T) continue;
            if (!kNorms) put(t, u);
            if (piece_ == 0) {
                args_.head_squares[static_cast<std::int64_t>(t) * args_.n_heads + head_] = squares;
            }
        }
    }

    __device__ __forceinline__ void norm(const char* smem, int chunk) {
        const float* weight = args_.norm_weight + head_ * kHeadDim + piece_ * 8;
        const float4 w0 = *reinterpret_cast<const float4*>(weight);
        const float4 w1 = *reinterpret_cast<const float4*>(weight + 4);
        const auto* scales = reinterpret_cast<const float*>(smem + Layout<Q>::scales(chunk));
#pragma unroll
        for (int i = 0; i < kPieces<Q>; ++i) {
            const uint4 u = *reinterpret_cast<const uint4*>(smem + spot(chunk, i));
            const float r = scales[row_ + i * (kPrepareThreads / 8)];
            const int t = token(chunk, i);
            if (t >= args_.T) continue;
            put(t, {normed_pair(u.x, r, w0.x, w0.y), normed_pair(u.y, r, w0.z, w0.w),
                    normed_pair(u.z, r, w1.x, w1.y), normed_pair(u.w, r, w1.z, w1.w)});
        }
    }

    const Arguments& args_;
    int head_;
    int row_;
    int piece_;
    uint4 z_[kPieces<Q>] = {};
};

}  // namespace sidewinder::kernels::cuda::scan
