#pragma once

#include "kernels/cuda/scan_norm.cuh"
#include "kernels/cuda/scan_tiles.cuh"

/// scan_chunk's out warps: y before the gate, each 16 of its columns. They also copy the tiles and time steps
/// in.
namespace sidewinder::kernels::cuda::scan {

/// Operands of 16 state columns: C's for every token, the state's for this warp's rows of it.
template <int Q>
struct StateOperands {
    std::uint32_t c[Q / 16][4];
    std::uint32_t s[4];  // B fragments of rows 0..7, then 8..15

    __device__ __forceinline__ void load(const char* c_tile, const char* state, int k, const LaneSpot& at) {
        ldmatrix_x4(
            s, state + wide_piece(at.warp * 16 + at.lane % 8 + at.lane / 16 * 8, 2 * k + at.lane / 8 % 2));
#pragma unroll
        for (int m = 0; m < Q / 16; ++m) {
            ldmatrix_x4(c[m], c_tile + wide_piece(m * 16 + at.lane % 16, 2 * k + at.lane / 16));
        }
    }
    __device__ __forceinline__ void multiply(float (&Y)[Q / 16][2][4]) const {
#pragma unroll
        for (int m = 0; m < Q / 16; ++m) {
            mma_f16(Y[m][0], c[m][0], c[m][1], c[m][2], c[m][3], s[0], s[1]);
            mma_f16(Y[m][1], c[m][0], c[m][1], c[m][2], c[m][3], s[2], s[3]);
        }
    }
};

/// Y = diag(exp(cs)) C S^T; the operands of the next product are on their way during each.
template <int Q>
__device__ __forceinline__ void from_state(float (&Y)[Q / 16][2][4], const char* state, const char* c,
                                           const Steps<Q>& steps, const LaneSpot& at) {
    StateOperands<Q> operands[2];
    operands[0].load(c, state, 0, at);
#pragma unroll
    for (int k = 0; k < kStateDim / 16; ++k) {
        if (k + 1 < kStateDim / 16) operands[(k + 1) % 2].load(c, state, k + 1, at);
        operands[k % 2].multiply(Y);
    }
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
        const float upper = exp2_approx(steps.log2_decay[m * 16 + at.group]);
        const float lower = exp2_approx(steps.log2_decay[m * 16 + at.group + 8]);
#pragma unroll
        for (int p = 0; p < 2; ++p) {
            Y[m][p][0] *= upper;
            Y[m][p][1] *= upper;
            Y[m][p][2] *= lower;
            Y[m][p][3] *= lower;
        }
    }
}

/// Y += scores x, the blocks on and below the diagonal.
template <int Q>
__device__ __forceinline__ void from_chunk(float (&Y)[Q / 16][2][4], const char* x_tile, const char* scores,
                                           const LaneSpot& at) {
#pragma unroll
    for (int k = 0; k < Q / 16; ++k) {
        std::uint32_t x[4];
        load_x(x, x_tile, k, at);
#pragma unroll
        for (int m = k; m < Q / 16; ++m) {
            const char* from = scores + (m * (m + 1) / 2 + k) * 512 + at.lane * 8;
            const uint2 left = *reinterpret_cast<const uint2*>(from);
            const uint2 right = *reinterpret_cast<const uint2*>(from + 256);
            mma_f16(Y[m][0], left.x, left.y, right.x, right.y, x[0], x[1]);
            mma_f16(Y[m][1], left.x, left.y, right.x, right.y, x[2], x[3]);
        }
    }
}

/// This warp's 16 columns of Y into shared memory, float16, for the prepare warps to gate.
template <int Q>
__device__ __forceinline__ void hand_over(const float (&Y)[Q / 16][2][4], char* y, const LaneSpot& at) {
#pragma unroll
    for (int m = 0; m < Q / 16; ++m) {
#pragma unroll
        for (int half = 0; half < 2; ++half) {
#pragma unroll
            for (int p = 0; p < 2; ++p) {
                char* to = y + narrow_piece(m * 16 + half * 8 + at.group, 2 * at.warp + p) + at.pair * 2;
                *reinterpret_cast<std::uint32_t*>(to) =
                    pack_f16_saturated(Y[m][p][2 * half], Y[m][p][2 * half + 1]);
            }
        }
    }
}

/// Starts the copies of `kBytes` that lie in shared memory as they do here.
template <int kBytes>
__device__ __forceinline__ void copy_as_it_lies(char* to, const char* from, int thread) {
    constexpr int kRound = kOutThreads * 16;
#pragma unroll
    for (int at = 0; at < kBytes; at += kRound) {
        if (kBytes - at >= kRound || thread * 16 < kBytes - at) {
            cp_async_16(to + at + thread * 16, from + at + thread * 16);
        }
    }
}

/// Starts the copies of a chunk's raw x: `kWhole` where none of its rows is past the end. Those repeat the
/// last token: finite, with dt = 0. Within a chunk 32-bit offsets do: mixer_chunk bounds the row length.
template <int Q, bool kWhole>
__device__ __forceinline__ void copy_x(const Arguments& args, char* smem, int chunk, int last, int head,
                                       int thread) {
    using L = Layout<Q>;
    const std::int64_t first = static_cast<std::int64_t>(chunk) * Q;
    const int stride = static_cast<int>(args.stride);
    const __nv_bfloat16* x =
        args.zxbc + (first - 3) * args.stride + args.d_inner + head * kHeadDim + thread % 8 * 8;
#pragma unroll
    for (int i = 0; i < (Q + 3) * 8 / kOutThreads + 1; ++i) {
        const int row = thread / 8 + i * (kOutThreads / 8);
        // The first chunk's three rows before the start come from the state, not from here.
        if (row >= Q + 3 || (chunk == 0 && row < 3)) continue;
        cp_async_16(smem + L::raw(chunk) + row * 128 + thread % 8 * 16,
                    x + (kWhole ? row : min(row, last + 3)) * stride);
    }
}

template <int Q>
__device__ __forceinline__ void copy_tiles(const Arguments& args, char* smem, int chunk, int head,
                                           int thread) {
    using L = Layout<Q>;
    const int group = head / args.heads_per_group;
    copy_as_it_lies<2 * L::kTile>(smem + L::b(chunk), args.work.group_part<Q>(chunk, group), thread);
    copy_as_it_lies<sizeof(Steps<Q>)>(smem + L::steps(chunk),
                                      reinterpret_cast<const char*>(args.work.steps<Q>(chunk, head)), thread);
    const int left = args.T - chunk * Q;
    if (left >= Q) {
        copy_x<Q, true>(args, smem, chunk, Q - 1, head, thread);
    } else {
        copy_x<Q, false>(args, smem, chunk, left - 1, head, thread);
    }
    cp_async_commit();
}

/// The out warps' walk over the sequence.
template <int Q, bool kNorms>
__device__ __forceinline__ void put_out(const Arguments& args, char* smem, int head, int thread) {
    using L = Layout<Q>;
    const int lane = thread % kWarp;
    const LaneSpot at{thread / kWarp, lane, lane / 4, lane % 4 * 2};
    Norm<Q> norm(args, head, at);
#pragma unroll 1
    for (int chunk = -2; chunk < args.chunks; ++chunk) {
        if (kNorms) norm.load(chunk - 3);
        if (chunk + 2 < args.chunks) copy_tiles<Q>(args, smem, chunk + 2, head, thread);
        if (chunk >= 0) {
            float Y[Q / 16][2][4] = {};
            from_state<Q>(Y, smem + L::state(chunk), smem + L::c(chunk), steps_of<Q>(smem, chunk), at);
            from_chunk<Q>(Y, smem + L::x(chunk), smem + L::scores(chunk), at);
            hand_over<Q>(Y, smem + L::y(chunk), at);
        }
        if (kNorms) norm.write(smem, chunk - 3);
        cp_async_wait<0>();
        end_step<Q>();
    }
#pragma unroll 1
    for (int i = 0; i < kDrain<kNorms>; ++i) {
        norm.load(args.chunks + i - 3);
        norm.write(smem, args.chunks + i - 3);
        end_step<Q>();
    }
}

}  // namespace sidewinder::kernels::cuda::scan
