#pragma once

#include "kernels/cuda/signed_floats.cuh"
#include "kernels/cuda/small_linear_units.cuh"

/// Weights times operand: everything is a tensor-core product with the tokens as columns, so T = 1 and T = 8
/// take the same time and a token has the same bits in each. kMostTokens: 1, 8 or 16.
namespace sidewinder::kernels::cuda::small {

template <int kMostTokens>
inline constexpr int kColumnTiles = kMostTokens > 8 ? 2 : 1;

/// A lane's B registers: token g of each column tile. Where there is no such token it reads another's:
/// columns of a product do not touch each other, and nobody looks at that one.
template <int kMostTokens>
struct Operand {
    const char* address[kColumnTiles<kMostTokens>];
    int stride;  ///< from pair to pair

    __device__ __forceinline__ Operand(const char* operand, int T) {
        const int lane = static_cast<int>(threadIdx.x) % 32;
        stride = kMostTokens == 1 ? 64 : T * 64;
#pragma unroll
        for (int c = 0; c < kColumnTiles<kMostTokens>; ++c) {
            const int token = kMostTokens == 1 ? 0 : min(lane / 4 + 8 * c, T - 1);
            address[c] = operand + token * 64 + lane % 4 * 16;
        }
    }
    __device__ __forceinline__ uint4 load(int c, int pair) const {
        return *reinterpret_cast<const uint4*>(address[c] + pair * stride);
    }
};

/// C registers: 0 and 2 alone where there is one token, which is column 0.
template <int kMostTokens>
using Accumulator = float[kColumnTiles<kMostTokens>][4];
template <int kMostTokens>
inline constexpr int kAccumulatorStep = kMostTokens == 1 ? 2 : 1;

/// By how much weights without sign make the sums of a lane's tokens too large: see small_linear_stage.cuh.
template <int kMostTokens>
__device__ __forceinline__ float2 correction(const float* sums, int part, int c) {
    if constexpr (kMostTokens == 1) return {sums[part], 0.0f};
    return *reinterpret_cast<const float2*>(sums + part * kMostTokens + 8 * c + threadIdx.x % 4 * 2);
}

/// A lane's scales of a unit: of row g and of row g + 8.
template <int kGroups>
struct Scales {
    float low[kGroups + 1], high[kGroups + 1];

    /// `scales`: of row 0; rows lie `stride` apart, aligned to their size up to 16 bytes.
    __device__ __forceinline__ Scales(const float* scales, int stride) {
        if constexpr (kGroups == 0) return;
        const float* from = scales + static_cast<int>(threadIdx.x) % 32 / 4 * stride;
        load(low, from);
        load(high, from + 8 * stride);
    }

  private:
    static __device__ __forceinline__ void load(float (&to)[kGroups + 1], const float* from) {
        if constexpr (kGroups % 4 == 0) {
#pragma unroll
            for (int i = 0; i < kGroups; i += 4) {
                const float4 v = *reinterpret_cast<const float4*>(from + i);
                to[i] = v.x, to[i + 1] = v.y, to[i + 2] = v.z, to[i + 3] = v.w;
            }
        } else if constexpr (kGroups == 2) {
            const float2 v = *reinterpret_cast<const float2*>(from);
            to[0] = v.x, to[1] = v.y;
        } else {
#pragma unroll
            for (int i = 0; i < kGroups; ++i) to[i] = from[i];
        }
    }
};

/// `acc` += step `s` of a unit. Per quantisation group the sums start at zero, are corrected for the weights'
/// missing sign and scaled in float32; each of the two mmas of a pair has its own sum, which halves the chain
/// of dependent instructions.
template <class Ring, int kMostTokens, int kGroups>
__device__ __forceinline__ void multiply_step(const Ring& ring, int s, const Scales<kGroups>& scales,
                                              const Operand<kMostTokens>& operand, int first_pair,
                                              const float* sums, Accumulator<kMostTokens>& acc) {
    using Format = typename Ring::Format;
    constexpr int kTiles = kColumnTiles<kMostTokens>;
    constexpr int kPairs = Format::kStepPairs;
    constexpr int kPairsPerGroup =
        kGroups > 0 ? Ring::kUnitSteps * kPairs / (kGroups > 0 ? kGroups : 1) : kPairs;
    uint4 rows_low, rows_high;
    ring.step(s, rows_low, rows_high);
    Accumulator<kMostTokens> even = {}, odd = {};
#pragma unroll
    for (int q = 0; q < kPairs; ++q) {
        std::uint32_t low[4], high[4];
        Format::decode(rows_low, q, low);
        Format::decode(rows_high, q, high);
#pragma unroll
        for (int c = 0; c < kTiles; ++c) {
            const uint4 b = operand.load(c, first_pair + q);
            Format::multiply(kGroups > 0 ? even[c] : acc[c], low[0], high[0], low[1], high[1], b.x, b.y);
            Format::multiply(kGroups > 0 ? odd[c] : acc[c], low[2], high[2], low[3], high[3], b.z, b.w);
        }
        // A group that fills more than one step is scaled a step at a time.
        if constexpr (kGroups > 0) {
            if ((q + 1) % kPairsPerGroup != 0 && q + 1 != kPairs) continue;
            const int group = (s * kPairs + q) / kPairsPerGroup;
            const int part = (first_pair + q) * (Format::kStepColumns / kPairs) / Format::kSumColumns;
#pragma unroll
            for (int c = 0; c < kTiles; ++c) {
                const float2 extra = correction<kMostTokens>(sums, part, c);
#pragma unroll
                for (int i = 0; i < 4; i += kAccumulatorStep<kMostTokens>) {
                    const float scale = i < 2 ? scales.low[group] : scales.high[group];
                    const float exact = Format::combine(even[c][i], odd[c][i]) - (i % 2 ? extra.y : extra.x);
                    acc[c][i] = fmaf(scale, exact, acc[c][i]);
                }
#pragma unroll
                for (int i = 0; i < 4; ++i) even[c][i] = odd[c][i] = 0.0f;
            }
        }
    }
}

/// The warps' sums of some tiles, before they are added up: an entry for each tile and sum block, in it
/// [kWarps][kFloats].
template <int kMostTokens>
struct Partials {
    static constexpr int kFloats = kMostTokens == 1 ? 16 : kColumnTiles<kMostTokens> * 128;
    static constexpr int kEntry = kWarps * kFloats;
    static constexpr int kEntries = kMostTokens == 1 ? 12 : kMostTokens == 8 ? 5 : 2;
    /// Behind them: sums of whole rows that are kept from one part of the columns to the next.
    static constexpr int kKept = kKeptTiles * kTileRows * kMostTokens;
    static constexpr int kBytes = (kEntries * kEntry + kKept) * 4;

    static __device__ __forceinline__ void put(const Accumulator<kMostTokens>& acc, float* entry) {
        const int lane = static_cast<int>(threadIdx.x) % 32;
        float* to = entry + threadIdx.x / 32 * kFloats;
        if constexpr (kMostTokens == 1) {
            if (lane % 4 != 0) return;
            to[lane / 4] = acc[0][0];
            to[lane / 4 + 8] = acc[0][2];
        } else {
#pragma unroll
            for (int c = 0; c < kColumnTiles<kMostTokens>; ++c) {
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    to[place(lane / 4 + i / 2 * 8, 8 * c + lane % 4 * 2 + i % 2)] = acc[c][i];
                }
            }
        }
    }
    /// Where a warp's sum of a tile's row and token lies: a pair of tokens has a line of shared memory's
    /// banks, turned by 8 from pair to pair, so that neither `put` nor whoever reads a pair meets a conflict.
    static __device__ __forceinline__ int place(int row, int token) {
        if constexpr (kMostTokens == 1) return row;
        return token / 2 * 32 + (token % 2 * 16 + row + token / 2 * 8) % 32;
    }
};

/// One phase's tiles of one block.
template <class Ring, int kMostTokens>
class Tiles {
  public:
    using Format = typename Ring::Format;
    using Sums = Partials<kMostTokens>;

    __device__ __forceinline__ Tiles(const LinearPhase& p, const char* operand, const float* sums,
                                     float* partials, Ring& ring)
        : p_(p),
          operand_(operand, p.T),
          sums_(sums),
          partials_(partials),
          ring_(ring),
          count_(iterations<Format, kUnitSteps>(p.columns)),
          steps_(p.columns / Format::kStepColumns) {}

    /// All threads; ends with a barrier. The block's tiles are blockIdx.x + n * gridDim.x, n from 0.
    __device__ __forceinline__ void run() {
        const int blocks = (count_ + p_.sum_iterations - 1) / p_.sum_iterations;
        const int most = Sums::kEntries / blocks;
        int n = 0;
        for (int first = 0; is_there(first); first = n) {
            for (; n < first + most && is_there(n); ++n) {
                multiply(partials_ + (n - first) * blocks * Sums::kEntry,
                         kMostTokens > 1 && p_.prepared && n == 0);
            }
            flush(first, n - first, blocks);
        }
    }

  private:
    static constexpr int kUnitSteps = Ring::kUnitSteps;

    static __device__ __forceinline__ int tile(int n) {
        return static_cast<int>(blockIdx.x) + n * static_cast<int>(gridDim.x);
    }
    __device__ __forceinline__ bool is_there(int n) const { return tile(n) * kTileRows < p_.rows; }
    static __device__ __forceinline__ int warp() { return static_cast<int>(threadIdx.x) / 32; }

    /// One tile's products, a partial sum a block. The operand may still be on its way to the first.
    __device__ __forceinline__ void multiply(float* entry, bool operand_comes) {
        for (int i = 0; i < count_;) {
            Accumulator<kMostTokens> acc = {};
            for (const int end = min(count_, i + p_.sum_iterations); i < end; ++i) {
                if (operand_comes) ring_.wait_operand(p_, count_ - 1 - i);
                ring_.wait();
                multiply_unit(i, acc);
                ring_.refill();
            }
            Sums::put(acc, entry);
            entry += Sums::kEntry;
        }
    }

    __device__ __forceinline__ void multiply_unit(int i, Accumulator<kMostTokens>& acc) const {
        const Scales<kUnitGroups<Format, kUnitSteps>> scales(ring_.scales(), Ring::kScaleStride);
        const int pair = (warp() + kWarps * i) * (kUnitSteps * Format::kStepPairs);
        const int steps = steps_of_unit<kUnitSteps>(steps_, i);
        const auto step = [&](int s) {
            multiply_step(ring_, s, scales, operand_, pair + s * Format::kStepPairs, sums_, acc);
        };
        if (steps == kUnitSteps) {  // all of them without a branch between
#pragma unroll
            for (int s = 0; s < kUnitSteps; ++s) step(s);
        } else {
#pragma unroll
            for (int s = 0; s < kUnitSteps; ++s) {
                if (s < steps) step(s);
            }
        }
    }

    /// Adds the warps' sums in their order, and the sum blocks in theirs.
    __device__ __forceinline__ void flush(int first, int tiles, int blocks) const {
        team_barrier();
        const int T = kMostTokens == 1 ? 1 : p_.T;
#pragma unroll 1
        for (int e = static_cast<int>(threadIdx.x); e < tiles * kTileRows * kMostTokens; e += kThreads) {
            const int n = e / (kTileRows * kMostTokens), token = e / kTileRows % kMostTokens;
            const int row = tile(first + n) * kTileRows + e % kTileRows;
            if (row >= p_.rows || token >= T) continue;
            float* out = p_.out + static_cast<std::int64_t>(token) * p_.out_stride + row;
            float* kept = partials_ + Sums::kEntries * Sums::kEntry + first * (kTileRows * kMostTokens) + e;
            float total = p_.adds_kept ? *kept : p_.add ? sum_before(p_, out) : 0.0f;
            const float* from = partials_ + n * blocks * Sums::kEntry + Sums::place(e % kTileRows, token);
#pragma unroll 1
            for (int b = 0; b < blocks; ++b, from += Sums::kEntry) {
                float sum = from[0];
#pragma unroll
                for (int w = 1; w < kWarps; ++w) sum += from[w * Sums::kFloats];
                total = fmaf(sum, Format::kUnscale, total);
            }
            if (p_.keeps_sums) {
                *kept = total;
            } else {
                store_signed(out, total, p_.out_sign);
            }
        }
        team_barrier();
    }

    const LinearPhase& p_;
    const Operand<kMostTokens> operand_;
    const float* sums_;
    float* partials_;
    Ring& ring_;
    const int count_;  ///< iterations a tile
    const int steps_;  ///< of a row
};

}  // namespace sidewinder::kernels::cuda::small
