#pragma once

#include "kernels/cuda/scan_tiles.cuh"

/// The end of a chunk, which is the prepare warps': the gate.
namespace sidewinder::kernels::cuda::scan {

/// A thread's share of a chunk, in 16-byte pieces: eight channels of a token, eight lanes a token.
template <int Q>
inline constexpr int kPieces = Q * 8 / kPrepareThreads;

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

/// Gated values go to y, their sums of squares to head_squares: another kernel norms them.
template <int Q>
class Gate {
  public:
    __device__ __forceinline__ Gate(const Arguments& args, int head, int thread)
        : args_(args), head_(head), row_(thread / 8), piece_(thread % 8) {}

    /// Step `chunk`: gates the last chunk, loads z for the next time.
    __device__ __forceinline__ void step(const char* smem, int chunk) {
        if (chunk >= 1) gate(smem, chunk - 1);
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
            if (t >= args_.T) continue;
            *reinterpret_cast<uint4*>(args_.y + t * args_.d_inner + head_ * kHeadDim + piece_ * 8) = u;
            if (piece_ == 0) {
                args_.head_squares[static_cast<std::int64_t>(t) * args_.n_heads + head_] = squares;
            }
        }
    }

    const Arguments& args_;
    int head_;
    int row_;
    int piece_;
    uint4 z_[kPieces<Q>] = {};
};

}  // namespace sidewinder::kernels::cuda::scan
