#pragma once

#include "kernels/cuda/small_linear_side.cuh"
#include "kernels/cuda/small_linear_units.cuh"

/// How weights stream into a block of the short runs' kernel where a multiprocessor has less shared memory
/// than small_linear_bulk_ring.cuh asks for: by cp.async, 16 bytes a lane.
namespace sidewinder::kernels::cuda::small {

/// One warp's ring of units, which runs on across tiles and across phases: weights do not depend on the
/// tokens, so what a later phase needs is asked for while this one still waits for other blocks. A unit is
/// one group of cp.async; a lane copies the very bytes it reads itself, but for scales and split chunks.
template <class WeightFormat, int kSlots>
class LaneRing {
  public:
    using Format = WeightFormat;
    static constexpr bool kCompiled = true;
    static constexpr int kUnitSteps = 2;
    static constexpr int kBlockThreads = kThreads;
    using Scales = UnitScales<Format, kUnitSteps>;
    static constexpr int kUnit = kTileRows * kUnitBytes<kUnitSteps>;
    static constexpr int kBytes = kWarps * kSlots * (kUnit + Scales::kFloats * 4);

    static __device__ __forceinline__ void prepare(char*) {}
    template <int kMostTokens>
    static __device__ __forceinline__ void help(const Program&, char*) {}

    __device__ __forceinline__ LaneRing(const Program& program, char* smem)
        : walk_(program), lane_(static_cast<int>(threadIdx.x) % 32) {
        const int warp = static_cast<int>(threadIdx.x) / 32;
        data_ = smem + warp * (kSlots * kUnit);
        scales_ =
            reinterpret_cast<float*>(smem + kWarps * kSlots * kUnit) + warp * (kSlots * Scales::kFloats);
        start_tile();
#pragma unroll 1
        for (int i = 0; i < kSlots; ++i) refill();
    }

    /// Until the oldest unit is there, which the functions below read.
    __device__ __forceinline__ void wait() const {
        cp_async_wait<kSlots - 1>();
        if constexpr (kCrossesLanes) __syncwarp();
    }
    /// A lane's 16 bytes of row g of step s, and of row g + 8.
    __device__ __forceinline__ void step(int s, uint4& low, uint4& high) const {
        const char* from = data_ + slot_ * kUnit + s * (kTileRows * kStepBytes);
        low = chunk(from);
        high = chunk(from + kTileRows * kStepBytes / 2);
    }
    static constexpr int kScaleStride = Scales::kGroups;
    __device__ __forceinline__ const float* scales() const {
        return scales_ + slot_ * Scales::kFloats;
    }
    /// The oldest unit has been read: asks for the next one in its place.
    __device__ __forceinline__ void refill() {
        if constexpr (kCrossesLanes) __syncwarp();
        const int steps = walk_.steps();
        char* to = data_ + slot_ * kUnit + write_place();
#pragma unroll
        for (int s = 0; s < kUnitSteps; ++s) {
            if (s >= steps) break;
            cp_async_16(to + s * (kTileRows * kStepBytes), low_ + s * kStepBytes);
            cp_async_16(to + s * (kTileRows * kStepBytes) + kTileRows * kStepBytes / 2,
                        high_ + s * kStepBytes);
        }
        if constexpr (Scales::kGroups > 0) {
            from_.load(scales_ + slot_ * Scales::kFloats, walk_.iteration(), steps);
        }
        cp_async_commit();
        low_ += kWarps * kUnitBytes<kUnitSteps>;
        high_ += kWarps * kUnitBytes<kUnitSteps>;
        if (walk_.next()) start_tile();
        slot_ = slot_ + 1 == kSlots ? 0 : slot_ + 1;
    }

    /// A warp's rows of a head's state.
    __device__ __forceinline__ void take_state(const MixerPhase& p, int head,
                                               float4 (&state)[kStateRows]) const {
        const float4* from = state_of_warp(p, head);
#pragma unroll
        for (int r = 0; r < kStateRows; ++r) state[r] = from[r * 32];
    }
    template <int kMostTokens>
    __device__ __forceinline__ void bring_operand(const Operands& prepared, const Operands& to) const {
        copy_operands<Format>(prepared, to);
    }
    __device__ __forceinline__ void wait_operand(const LinearPhase&, int) const {}
    /// The operand is there: the first warp multiplies the side rows when the tiles are done, and the others
    /// wait.
    __device__ __forceinline__ void staged(const LinearPhase&) const {}
    template <int kMostTokens>
    __device__ __forceinline__ void finish_side(const LinearPhase& p, const Operands& operand) const {
        if (static_cast<int>(blockIdx.x) >= p.side_rows) return;
        if (threadIdx.x < 32) multiply_side_rows<Format, kMostTokens>(p, operand);
        team_barrier();
    }

  private:
    static constexpr bool kCrossesLanes = Scales::kFloats > 0 || Format::kSplitChunks;

    /// Rows behind the last are loaded as the last and never stored.
    __device__ __forceinline__ void start_tile() {
        if (walk_.ended()) return;
        const LinearPhase& p = walk_.linear();
        const int last = p.rows - 1, row = walk_.tile() * kTileRows + lane_ / 4;
        const int column = static_cast<int>(threadIdx.x) / 32 * kUnitBytes<kUnitSteps> + lane_ % 4 * 16;
        low_ = p.weight + min(row, last) * p.row_bytes + column;
        high_ = p.weight + min(row + 8, last) * p.row_bytes + column;
        if constexpr (Scales::kGroups > 0) from_.start_tile(p, walk_.tile());
    }

    /// Split chunks: in rows 2, 3, 6 and 7 the halves change places, or the 8-byte reads would meet in one
    /// bank.
    __device__ __forceinline__ int swap() const {
        return lane_ / 4 & 2;
    }
    __device__ __forceinline__ int write_place() const {
        return Format::kSplitChunks ? (lane_ ^ swap()) * 16 : lane_ * 16;
    }
    __device__ __forceinline__ uint4 chunk(const char* from) const {
        if constexpr (Format::kSplitChunks) {
            const char* quad = from + lane_ / 4 * kStepBytes + lane_ % 2 * 8;
            const int place = lane_ % 4 / 2;
            const uint2 a = *reinterpret_cast<const uint2*>(quad + (place ^ swap()) * 16);
            const uint2 b = *reinterpret_cast<const uint2*>(quad + ((place + 2) ^ swap()) * 16);
            return {a.x, a.y, b.x, b.y};
        } else {
            return *reinterpret_cast<const uint4*>(from + lane_ * 16);
        }
    }

    UnitWalk<Format, kUnitSteps, 0> walk_;  ///< of the next unit to ask for
    int lane_;
    int slot_ = 0;  ///< the oldest
    char* data_;
    float* scales_;
    const char* low_ = nullptr;
    const char* high_ = nullptr;
    Scales from_;
};

}  // namespace sidewinder::kernels::cuda::small
