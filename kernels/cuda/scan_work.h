#pragma once

#include <cuda_fp16.h>

#include <cstdint>

/// What conv_bc leaves in device memory for scan_chunk, which takes it chunk by chunk as it lies: first the
/// groups' parts, [chunks, n_groups], then the heads' time steps, [chunks, n_heads], then a counter for each
/// chunk and group, 0. Tokens past the end have finite B and C.
namespace sidewinder::kernels::cuda::scan {

inline constexpr int kStateDim = 128;

/// A chunk's time steps of one head, with a_i = dt_i A and cs_i = a_1 + .. + a_i in the chunk. Tokens past
/// the end have dt = 0: they neither decay nor add.
template <int Q>
struct alignas(16) Steps {
    float log2_decay[Q];  // cs, in powers of two
    float log2_in[Q];     // of dt / exp(cs): with log2_decay[i] the power of exp(cs_i - cs_j) dt_j
    __half to_end[Q];  // exp(cs_Q - cs_j) dt_j / grow: at most 1, so that float16 holds a small dt as well
    float shrink;      // exp(cs_Q) / grow
    float grow;        // a power of two
};

/// A chunk of one group, bytes: B, then C, float16 [Q, 128] each, in the order of their shared memory
/// (wide_piece); then the 16x16 blocks of C B^T on and below the diagonal, row by row, float32: the left half
/// of a block, then the right one, each as the four accumulators of 32 lanes.
template <int Q>
struct GroupPart {
    static constexpr int kTile = Q * kStateDim * 2;
    static constexpr int kBlocks = (Q / 16) * (Q / 16 + 1) / 2;
    static constexpr int kHalfBlocks = 2 * kBlocks;
    static constexpr int kHalfBlockBytes = 512;
    static constexpr int kScores = 2 * kTile;
    static constexpr int kBytes = kScores + kHalfBlocks * kHalfBlockBytes;
};

template <int Q>
constexpr std::int64_t work_bytes(std::int64_t T, std::int64_t n_groups, std::int64_t n_heads) {
    return (T + Q - 1) / Q *
           (n_groups * (GroupPart<Q>::kBytes + static_cast<std::int64_t>(sizeof(unsigned))) +
            n_heads * static_cast<std::int64_t>(sizeof(Steps<Q>)));
}

static_assert(sizeof(Steps<64>) == 656 && sizeof(Steps<32>) == 336, "copied in pieces of 16 bytes");

}  // namespace sidewinder::kernels::cuda::scan
