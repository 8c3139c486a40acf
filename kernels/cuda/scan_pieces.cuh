#pragma once

#include <cstdint>

#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/scan_work.h"

/// Addresses that conv_bc and scan_chunk share.
namespace sidewinder::kernels::cuda::scan {

/// Byte offset of 16-byte piece `piece` of a row of 128 bytes: pieces are exchanged within eight so that
/// eight rows' same piece, what ldmatrix reads at once, lies in different banks. Rows of 256 bytes are two
/// tiles of `kRows` halves. The order is also that in which wgmma reads.
__device__ __forceinline__ int narrow_piece(int row, int piece) {
    return row * 128 + ((piece ^ (row & 7)) << 4);
}
template <int kRows>
__device__ __forceinline__ int wide_piece(int row, int piece) {
    return (piece >> 3) * (kRows * 128) + narrow_piece(row, piece & 7);
}

/// Where a 16x16 block of the scores, counted row by row, stands: row and column of blocks.
struct BlockSpot {
    int row;
    int column;
};
__device__ __forceinline__ BlockSpot block_spot(int block) {  // up to ten
    const int row = (block >= 1) + (block >= 3) + (block >= 6);
    return {row, block - row * (row + 1) / 2};
}

/// The parts of scan_work.h.
struct WorkView {
    char* groups;
    char* heads;
    unsigned* counters;
    int n_groups;
    int n_heads;

    template <int Q>
    __device__ __forceinline__ char* group_part(int chunk, int group) const {
        return groups + (static_cast<std::int64_t>(chunk) * n_groups + group) * GroupPart<Q>::kBytes;
    }
    template <int Q>
    __device__ __forceinline__ Steps<Q>* steps(int chunk, int head) const {
        return reinterpret_cast<Steps<Q>*>(heads) + static_cast<std::int64_t>(chunk) * n_heads + head;
    }
    /// The heads of the group that have gated the chunk.
    __device__ __forceinline__ unsigned* counter(int chunk, int group) const {
        return counters + static_cast<std::int64_t>(chunk) * n_groups + group;
    }
};

template <int Q>
WorkView work_view(void* work, int chunks, int n_groups, int n_heads) {
    char* const groups = static_cast<char*>(work);
    char* const heads = groups + std::int64_t{chunks} * n_groups * GroupPart<Q>::kBytes;
    char* const counters = heads + std::int64_t{chunks} * n_heads * static_cast<int>(sizeof(Steps<Q>));
    return {groups, heads, reinterpret_cast<unsigned*>(counters), n_groups, n_heads};
}

}  // namespace sidewinder::kernels::cuda::scan
