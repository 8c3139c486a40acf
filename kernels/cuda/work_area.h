#pragma once

#include <cuda_bf16.h>

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/memory.h"
#include "kernels/cuda/ops.h"
#include "kernels/tensor.h"

namespace sidewinder::kernels::cuda {

/// Scratch memory of a backend, one allocation, sized for steps of up to `max_tokens`. Its size does not
/// depend on how much a prompt reads.
struct WorkArea {
    std::int64_t max_tokens = 0;
    DeviceMemory memory;
    std::int32_t* arrivals = nullptr;  ///< [n_groups], zero between steps
    SampleWork sampling;
    std::int32_t* sampling_ring = nullptr;  ///< [SamplingMemory::kRing]
    float* normed32 = nullptr;              ///< exact: [max_tokens, d_model]
    float* xbc32 = nullptr;                 ///< exact: [max_tokens, conv_dim]
    __nv_bfloat16* normed = nullptr;        ///< long: [max_tokens, d_model]
    std::byte* tiles = nullptr;             ///< long: mixer_chunk_bytes(max_tokens)
    float* head_squares = nullptr;          ///< long: [max_tokens, n_heads]
    __nv_bfloat16* weight_tile = nullptr;   ///< long, integer weights or float8: kWeightTileElements
    unsigned char* normed8 = nullptr;       ///< float8: [max_tokens, d_model]
    float* token_scales = nullptr;          ///< float8: [max_tokens]
    float* row_scales = nullptr;            ///< float8: [kWeightTileRows]

    /// Elements of a dequantised tile of weights: 32 MiB, so that it is still in the L2 of a large GPU when
    /// the product reads it.
    static constexpr std::int64_t kWeightTileElements = std::int64_t{16} << 20;

    /// Most rows of a float8 tile: its columns are 128 at the least.
    static constexpr std::int64_t kWeightTileRows = 2 * kWeightTileElements / 128;

    enum class Kind { Exact, Fast, FastInteger };
    static std::size_t bytes(const Dims& dims, Kind kind, bool float8, std::int64_t max_tokens);
    /// Contents are undefined but for `arrivals` and `sampling`, which the caller zeroes.
    static WorkArea allocate(const Dims& dims, Kind kind, bool float8, std::int64_t max_tokens);
};

}  // namespace sidewinder::kernels::cuda
