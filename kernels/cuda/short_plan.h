#pragma once

#include "kernels/cuda/device.h"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/short_phase.h"

/// How a program of short runs is laid out on a device. Host only.
namespace sidewinder::kernels::cuda::small {

/// Bytes of shared memory beside the ring and the partial sums: the most that any phase needs.
struct Need {
    int scratch = 0;
    int sums = 0;
    int operand = 0;
};

/// Do blocks wait for each other?
bool meets(const Program& program);
/// Blocks of the launch: no more than have work, and one a multiprocessor.
int grid_of(const Program& program, int multiprocessors);
/// T of the phase that has most.
int most_tokens(const Program& program);
/// Which of the two rings: small_linear_bulk_ring.cuh or small_linear_lane_ring.cuh.
bool has_bulk_rings(const DeviceTraits& device);

// The formats of small_linear_format.cuh.
struct FormatBf16;
template <int kGroupColumns>
struct FormatInt8;
template <int kGroupColumns>
struct FormatInt4;

/// Launches `program` on one block a multiprocessor, with as deep a ring as fits. One .cu file a format.
/// Throws Error(Unsupported) where the device has too little shared memory.
template <class Format>
void launch_short(const Context& context, Program& program);

/// How many columns are multiplied before the sum over the warps is taken. It fixes the order of additions,
/// so it follows from the format and the device alone, never from T.
struct SumBlock {
    int columns = 0;
    int iterations = 0;  ///< units a warp
    int tokens = 0;      ///< the most for which there is shared memory: more are run in two halves
};
template <class Format>
SumBlock sum_block(const DeviceTraits& device);

inline constexpr int kStagedBlocks = 2;  ///< sum blocks at a time, so that each has its partial sums
/// Columns that are staged at a time: whole sum blocks, few enough to leave the ring and the partial sums
/// their room.
int staged_columns(const DeviceTraits& device, int block_columns, int columns, int T);
/// log2 of the parts in which each token of a phase is staged, so that few blocks have more than one: a part
/// of a row can only be normed by itself where the norm is known (grouped).
int staged_part_bits(const DeviceTraits& device, const LinearPhase& phase);

}  // namespace sidewinder::kernels::cuda::small
