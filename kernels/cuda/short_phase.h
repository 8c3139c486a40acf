#pragma once

#include <cuda_bf16.h>

#include <cstdint>

#include "kernels/tensor.h"

/// What the persistent kernel of short runs (short_kernel.cuh) is given: a list of phases, by value.
namespace sidewinder::kernels::cuda::small {

inline constexpr int kWarps = 8;  ///< of a block: they share a tile of 16 rows, and have 255 registers each
inline constexpr int kThreads = kWarps * 32;  ///< that multiply; a ring may have a warp more
inline constexpr int kTileRows = 16;
inline constexpr int kHeaddim = 64;
inline constexpr int kState = 128;
inline constexpr int kStateRows = kHeaddim / kWarps;  ///< of a head, a warp
inline constexpr unsigned kNoSign = 2;                ///< no sign is waited for
inline constexpr int kMostSigned = 8;
inline constexpr int kKeptTiles = 2;     ///< of a block: their sums stay there between parts of the columns
inline constexpr int kMostPhases = 200;  ///< a kernel's parameters may be 32,764 bytes

/// out[t, r] (+)= sum_c weight[r, c] operand[t, c], c in [first_column, first_column + columns).
struct LinearPhase {
    const char* weight;  ///< the first of `columns`
    const float* scales;
    const __nv_bfloat16* side;  ///< [side_rows, x_columns]
    const float* norm_weight;
    const float* head_squares;
    const float* x;
    float* out;
    float* side_out;
    std::int64_t row_bytes;
    int x_stride;
    int out_stride;
    int row_scales;
    int padded_columns;  ///< of a whole row of the weight
    int rows;
    int columns;
    int sum_iterations;  ///< the warps' sums are added once so many units: fixes the order, whatever T
    int x_columns;       ///< of a whole row
    int first_column;
    int T;
    int side_rows;
    int n_heads;
    int n_groups;
    unsigned group_reciprocal;  ///< 2^32 / (x_columns / n_groups), rounded up
    float eps;
    int heads_in_group;
    float column_share;       ///< 1 / x_columns
    unsigned x_sign : 2;      ///< that x and head_squares have when they are there, or kNoSign
    unsigned out_sign : 2;    ///< to write; kNoSign: a part of a sum
    unsigned part_bits : 4;   ///< log2 of the parts in which a token is staged
    unsigned adds_kept : 1;   ///< to what the block has kept of the part of the columns before, not to `out`
    unsigned keeps_sums : 1;  ///< for the next part, instead of writing them to `out`
    unsigned staged;          ///< parts of tokens that blocks have staged by then, since the launch began
    bool add;
    bool add_side;
    bool prepares;  ///< parts of tokens are staged by a block each into Program::operand first
    bool prepared;  ///< the operand is a part of what lies there
};

/// One step of one layer's mixer: see mixer_step in ops.h.
struct MixerPhase {
    MixerWeights w;
    LayerState state;
    const float* zxbcdt;
    float* y;
    float* head_squares;
    unsigned* arrivals;
    int T;
    int d_inner;
    int n_heads;
    int n_groups;
    int heads_in_group;
    int width;  ///< of a row of zxbcdt
    unsigned in_sign;
    unsigned out_sign;  ///< of y and head_squares
};

struct Phase {
    enum class Kind : std::uint8_t { Linear, Mixer };
    Phase() : linear{} {}
    Kind kind = Kind::Linear;
    bool meets = false;  ///< all blocks meet before it reads what others wrote
    /// Or they say by a counter when it is worth looking for the signs: the launch's n-th time, or 0.
    std::int16_t hint = 0;
    union {
        LinearPhase linear;
        MixerPhase mixer;
    };
};

/// Dynamic shared memory, offsets in bytes: ring | partial sums | scratch | column sums | operand. A mixer's
/// tokens lie where the operand is.
struct Shared {
    int partials = 0;
    int scratch = 0;
    int sums = 0;
    int operand = 0;
    int bytes = 0;
};

/// Floats that are handed over by their signs (signed_floats.cuh).
struct SignedFloats {
    float* begin;
    std::int64_t count;
};

struct Program {
    int count = 0;
    bool joint = false;  ///< blocks wait for each other: see meets() in short_plan.h
    int signed_count = 0;
    SignedFloats signed_floats[kMostSigned];
    Shared shared;
    /// GridBarrier's two counters, one of hints and one of staged tokens. Null: no phase meets.
    unsigned* barrier = nullptr;
    char* operand = nullptr;  ///< device memory for operands that are prepared, 16-byte aligned; or null
    Phase phases[kMostPhases];
};
static_assert(sizeof(Program) <= 32764);

}  // namespace sidewinder::kernels::cuda::small
