#pragma once

#include "kernels/cuda/small_linear_ring.cuh"

/// Weights times operand: everything is a tensor-core product with the tokens as columns, so T = 1 and T = 8
/// take the same time and a token has the same bits in each.
namespace sidewinder::kernels::cuda::small {

/// A lane's B registers: token g of each column tile, or zeros where there is no such token.
template <class Format, int kColumnTiles>
struct Operand {
    const char* address[kColumnTiles];
    int stride[kColumnTiles];  ///< from pair to pair

    __device__ __forceinline__ Operand(const char* operand, const char* zeros, int T) {
        const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
        for (int c = 0; c < kColumnTiles; ++c) {
            const int token = lane / 4 + 8 * c;
            address[c] = (token < T ? operand + token * 64 : zeros) + lane % 4 * 16;
            stride[c] = token < T ? T * 64 : 0;
        }
    }
    __device__ __forceinline__ uint4 load(int c, int pair) const {
        return *reinterpret_cast<const uint4*>(address[c] + pair * stride[c]);
    }
};

template <int kColumnTiles>
using Accumulator = float[kColumnTiles][4];

/// `acc` += one step of a unit. Per quantisation group the sums start at zero, are corrected for the weights'
/// missing sign (`sums`: [columns / kSumColumns, 8 * kColumnTiles]) and scaled in float32; each of the two
/// mmas of a pair has its own sum, which halves the chain of dependent instructions.
template <class Format, int kColumnTiles>
__device__ __forceinline__ void multiply_step(const Unit<Format>& unit, int s,
                                              const Operand<Format, kColumnTiles>& operand, int first_pair,
                                              const float* sums, Accumulator<kColumnTiles>& acc) {
    constexpr int kGroups = Format::kUnitGroups;
    constexpr int kPairs = Format::kStepPairs;
    constexpr int kPairsPerGroup = kGroups > 0 ? kUnitSteps * kPairs / kGroups : kPairs;
    Accumulator<kColumnTiles> even = {}, odd = {};
#pragma unroll
    for (int q = 0; q < kPairs; ++q) {
        std::uint32_t low[4], high[4];
        Format::decode(unit.low[s], q, low);
        Format::decode(unit.high[s], q, high);
#pragma unroll
        for (int c = 0; c < kColumnTiles; ++c) {
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
            for (int c = 0; c < kColumnTiles; ++c) {
                const float2 sum = *reinterpret_cast<const float2*>(sums + part * (8 * kColumnTiles) + 8 * c +
                                                                    threadIdx.x % 4 * 2);
#pragma unroll
                for (int i = 0; i < 4; ++i) {
                    const float scale = i < 2 ? unit.scale_low[group] : unit.scale_high[group];
                    const float exact = Format::combine(even[c][i], odd[c][i]) - (i % 2 ? sum.y : sum.x);
                    acc[c][i] = fmaf(scale, exact, acc[c][i]);
                    even[c][i] = odd[c][i] = 0.0f;
                }
            }
        }
    }
}

/// A team's barrier: named, since the other team is somewhere else.
template <int kTeams>
__device__ __forceinline__ void team_barrier() {
    if constexpr (kTeams == 1) {
        __syncthreads();
    } else {
        named_barrier(1 + static_cast<int>(threadIdx.x) / kTeamThreads, kTeamThreads);
    }
}

/// Floats of a team's partial sums; twice where that is little, which saves a barrier.
template <int kColumnTiles>
inline constexpr int kPartialBuffers = kColumnTiles == 1 ? 2 : 1;
template <int kColumnTiles>
inline constexpr int kPartials = kPartialBuffers<kColumnTiles>* kTeamWarps* kColumnTiles * 128;

/// Adds the sums of a team's warps in their order. Thread i of the team holds the total of accumulator i.
template <class Format, int kColumnTiles, int kTeams>
__device__ __forceinline__ void add_warps(const Accumulator<kColumnTiles>& acc, float* partials,
                                          float& total) {
    constexpr int kCount = kColumnTiles * 128;
    const int thread = static_cast<int>(threadIdx.x) % kTeamThreads, lane = thread % 32;
#pragma unroll
    for (int c = 0; c < kColumnTiles; ++c) {
        *reinterpret_cast<float4*>(partials + thread / 32 * kCount + c * 128 + lane * 4) =
            make_float4(acc[c][0], acc[c][1], acc[c][2], acc[c][3]);
    }
    team_barrier<kTeams>();
    if (thread < kCount) {
        float sum = partials[thread];
#pragma unroll
        for (int w = 1; w < kTeamWarps; ++w) sum += partials[w * kCount + thread];
        total = fmaf(sum, Format::kUnscale, total);
    }
}

/// Which element of a tile the team's thread of that accumulator writes.
struct Element {
    int row, token;
    __device__ __forceinline__ explicit Element(int thread) {
        const int lane = thread / 4 % 32, i = thread % 4;
        row = lane / 4 + i / 2 * 8;
        token = lane % 4 * 2 + i % 2 + thread / 128 * 8;
    }
};

/// One phase's tiles of one team. `slot`: the ring's oldest, moved on. `partials`: the team's.
template <class Format, int kColumnTiles, int kTeams>
__device__ __forceinline__ void multiply_tiles(const LinearPhase& p, int slots, const char* staged,
                                               const char* zeros, const float* sums, float* partials,
                                               Ring<Format, kTeams>& ring, int& slot) {
    constexpr int kUnitPairs = kUnitSteps * Format::kStepPairs;
    const int thread = static_cast<int>(threadIdx.x) % kTeamThreads, warp = thread / 32;
    const int count = iterations<Format>(p.columns);
    const Operand<Format, kColumnTiles> operand(staged, zeros, p.T);
    const Element element(thread);
    const bool writes = thread < kColumnTiles * 128 && element.token < p.T;
    int buffer = 0;
    for (int tile = ring.first_tile(); tile * kTileRows < p.rows; tile += ring.tile_stride()) {
        const int row = tile * kTileRows + element.row;
        float* out = p.out + static_cast<std::int64_t>(element.token) * p.out_stride + row;
        float total = p.add && writes && row < p.rows ? __ldcg(out) : 0.0f;
        Accumulator<kColumnTiles> acc = {};
        for (int i = 0, left = p.sum_iterations; i < count; ++i) {
            Unit<Format> unit;
            ring.take(slot, unit);
            ring.load(slot);
            slot = slot + 1 == slots ? 0 : slot + 1;
            const int index = warp + kTeamWarps * i;
            const int column = index * kUnitColumns<Format>;
            if (column + kUnitColumns<Format> <= p.columns) {
#pragma unroll
                for (int s = 0; s < kUnitSteps; ++s) {
                    const int pair = index * kUnitPairs + s * Format::kStepPairs;
                    multiply_step<Format, kColumnTiles>(unit, s, operand, pair, sums, acc);
                }
            } else if (kHasHalfUnits<Format> && column < p.columns) {
                multiply_step<Format, kColumnTiles>(unit, 0, operand, index * kUnitPairs, sums, acc);
            }
            if (--left == 0 || i + 1 == count) {
                add_warps<Format, kColumnTiles, kTeams>(
                    acc, partials + buffer * (kTeamWarps * kColumnTiles * 128), total);
                if constexpr (kPartialBuffers<kColumnTiles> == 1) {
                    team_barrier<kTeams>();
                } else {
                    buffer ^= 1;
                }
                left = p.sum_iterations;
#pragma unroll
                for (int c = 0; c < kColumnTiles; ++c) acc[c][0] = acc[c][1] = acc[c][2] = acc[c][3] = 0.0f;
            }
        }
        if (writes && row < p.rows) *out = total;
    }
}

}  // namespace sidewinder::kernels::cuda::small
