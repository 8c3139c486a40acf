#pragma once

#include "kernels/cuda/scan_norm.cuh"
#include "kernels/cuda/scan_out_columns.cuh"
#include "kernels/cuda/scan_out_rows.cuh"
#include "kernels/cuda/scan_tiles.cuh"

/// scan_chunk's out warps: y before the gate. They also copy the tiles and time steps in.
namespace sidewinder::kernels::cuda::scan {

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
    const int lane = thread % kWarp;
    const LaneSpot at{thread / kWarp, lane, lane / 4, lane % 4 * 2};
    Norm<Q> norm(args, head, at);
#pragma unroll 1
    for (int chunk = -2; chunk < args.chunks; ++chunk) {
        if (kNorms) norm.load(chunk - 3);
        if (chunk + 2 < args.chunks) copy_tiles<Q>(args, smem, chunk + 2, head, thread);
        if (chunk >= 0) {
            if constexpr (kByRows<Q>) {
                out_rows<Q>(smem, chunk, at);
            } else {
                out_columns<Q>(smem, chunk, at);
            }
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
