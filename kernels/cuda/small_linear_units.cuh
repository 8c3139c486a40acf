#pragma once

#include "kernels/cuda/short_team.cuh"
#include "kernels/cuda/small_linear_format.cuh"

/// Which weights a warp multiplies, and in which order. A phase's tiles are dealt to the blocks in turn, and
/// a row's units (kUnitSteps steps, see small_linear_format.cuh) to the block's warps, so that together these
/// read a kibibyte or more of each row at a time. The order of a dot product follows from this alone.
namespace sidewinder::kernels::cuda::small {

/// Is this compilation for a device that may have bulk rings (has_bulk_rings)?
#if defined(__CUDA_ARCH__) && (__CUDA_ARCH__ < 900 || __CUDA_ARCH__ >= 1100)
inline constexpr bool kBulkRings = false;
#else
inline constexpr bool kBulkRings = true;
#endif

/// Bytes of one row in a unit.
template <int kUnitSteps>
inline constexpr int kUnitBytes = kUnitSteps* kStepBytes;

/// Quantisation groups of one row in a unit.
template <class Format, int kUnitSteps>
inline constexpr int kUnitGroups = Format::kGroup > 0 ? kUnitSteps* Format::kStepColumns /
                                                            (Format::kGroup > 0 ? Format::kGroup : 1)
                                                      : 0;

/// Units that each warp takes of a row, the last of them perhaps in part or not at all: cutting a row at a
/// multiple of so many columns changes nobody's order.
template <class Format, int kUnitSteps>
__host__ __device__ constexpr int iterations(int columns) {
    constexpr int kColumns = kWarps * kUnitSteps * Format::kStepColumns;  // of all warps
    return (columns + kColumns - 1) / kColumns;
}

/// Steps of a warp's unit `iteration` in a row of `steps`: kUnitSteps, fewer at its end, 0 behind it.
template <int kUnitSteps>
__device__ __forceinline__ int steps_of_unit(int steps, int iteration) {
    const int warp = static_cast<int>(threadIdx.x) / 32;
    return min(max(steps - (warp + kWarps * iteration) * kUnitSteps, 0), kUnitSteps);
}

/// Goes through a block's units of all phases of a program. With kStateUnits, the states of its mixers' heads
/// are units as well, so many a head.
template <class Format, int kUnitSteps, int kStateUnits>
class UnitWalk {
  public:
    __device__ __forceinline__ explicit UnitWalk(const Program& program) : program_(program) {
        start_phase(0);
    }

    __device__ __forceinline__ bool ended() const { return phase_ == program_.count; }
    __device__ __forceinline__ bool is_state() const {
        return kStateUnits > 0 && program_.phases[phase_].kind == Phase::Kind::Mixer;
    }
    __device__ __forceinline__ const LinearPhase& linear() const { return program_.phases[phase_].linear; }
    __device__ __forceinline__ const MixerPhase& mixer() const { return program_.phases[phase_].mixer; }
    /// Or the head.
    __device__ __forceinline__ int tile() const { return tile_; }
    /// Or which part of its state.
    __device__ __forceinline__ int iteration() const { return iteration_; }
    /// Of this warp; 0: it has none here, or it was the last.
    __device__ __forceinline__ int steps() const { return steps_of_unit<kUnitSteps>(steps_, iteration_); }

    /// Moves on; true: to another tile.
    __device__ __forceinline__ bool next() {
        if (++iteration_ < iterations_) return false;
        if (ended()) return false;
        iteration_ = 0;
        tile_ += static_cast<int>(gridDim.x);
        if (!has_tile()) start_phase(phase_ + 1);
        return !ended();
    }

  private:
    __device__ __forceinline__ bool has_tile() const {
        const Phase& phase = program_.phases[phase_];
        if (phase.kind == Phase::Kind::Mixer) return kStateUnits > 0 && tile_ < phase.mixer.n_heads;
        return tile_ * kTileRows < phase.linear.rows;
    }
    /// The next phase of which this block has a tile.
    __device__ __forceinline__ void start_phase(int phase) {
        tile_ = static_cast<int>(blockIdx.x);
        phase_ = phase;
        while (phase_ < program_.count && !has_tile()) ++phase_;
        steps_ = 0;
        iterations_ = 1;
        if (ended()) return;
        if (is_state()) {
            iterations_ = kStateUnits;
        } else {
            steps_ = linear().columns / Format::kStepColumns;
            iterations_ = iterations<Format, kUnitSteps>(linear().columns);
        }
    }

    const Program& program_;
    int phase_ = 0;
    int tile_ = 0;
    int iteration_ = 0;   ///< in the tile
    int iterations_ = 1;  ///< of a tile
    int steps_ = 0;       ///< of a row
};

/// A unit's scales in shared memory, [row][group], as a warp's lanes bring them there.
template <class Format, int kUnitSteps>
class UnitScales {
  public:
    static constexpr int kGroups = kUnitGroups<Format, kUnitSteps>;
    static constexpr int kFloats = kGroups * kTileRows;

    /// Rows behind the last are those of the last.
    __device__ __forceinline__ void start_tile(const LinearPhase& p, int tile) {
        const int warp = static_cast<int>(threadIdx.x) / 32;
#pragma unroll
        for (int r = 0; r < kRounds; ++r) {
            const auto row = static_cast<std::int64_t>(min(tile * kTileRows + element(r) / kOr1, p.rows - 1));
            from_[r] = p.scales + row * p.row_scales + warp * kGroups + element(r) % kOr1;
        }
    }
    /// Asks for those of the first `steps` steps, by cp.async.
    __device__ __forceinline__ void load(float* to, int iteration, int steps) const {
#pragma unroll
        for (int r = 0; r < kRounds; ++r) {
            const bool there = element(r) % kOr1 * Format::kGroup < steps * Format::kStepColumns;
            if (element(r) < kFloats && there) {
                cp_async_4(to + element(r), from_[r] + iteration * (kWarps * kGroups));
            }
        }
    }

  private:
    static constexpr int kOr1 = kGroups > 0 ? kGroups : 1;
    static constexpr int kRounds = (kFloats + 31) / 32;

    static __device__ __forceinline__ int element(int round) {
        return static_cast<int>(threadIdx.x) % 32 + 32 * round;
    }

    const float* from_[kRounds > 0 ? kRounds : 1] = {};
};

}  // namespace sidewinder::kernels::cuda::small
