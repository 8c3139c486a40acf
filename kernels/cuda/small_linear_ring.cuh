#pragma once

#include "kernels/cuda/short_phase.h"
#include "kernels/cuda/small_linear_format.cuh"

/// How weights stream into a block of the short runs' kernel.
namespace sidewinder::kernels::cuda::small {

inline constexpr int kWarpSlotBytes = kTileRows * kUnitBytes;

/// Units that each warp takes of a row: the row's units are dealt to the warps in turn, so that together they
/// read a kibibyte of each row at a time, and cutting a row at a multiple of kWarps units changes
/// nobody's order.
template <class Format>
__host__ __device__ constexpr int iterations(int columns) {
    constexpr int kColumns = kWarps * kUnitSteps * Format::kStepColumns;  // of all warps
    return (columns + kColumns - 1) / kColumns;
}

/// How many of a row's `units` are this warp's.
__device__ __forceinline__ int units_of_warp(int units, int warp) {
    return (units - warp + kWarps - 1) / kWarps;
}

template <class Format>
inline constexpr int kUnitColumns = kUnitSteps* Format::kStepColumns;
/// Columns come in multiples of 128.
template <class Format>
inline constexpr bool kHasHalfUnits = 128 % kUnitColumns<Format> != 0;

template <class Format>
struct Unit {
    uint4 low[kUnitSteps];   ///< row g of the tile
    uint4 high[kUnitSteps];  ///< row g + 8
    float scale_low[Format::kUnitGroups + 1];
    float scale_high[Format::kUnitGroups + 1];
};

/// One warp's ring of units, which runs on across tiles and across phases: weights do not depend on the
/// tokens, so what a later phase needs is asked for while this one still waits for other blocks. Slots are
/// filled by cp.async, one group each, in the order in which `load` is called; a lane copies the very bytes
/// it reads itself, but for scales and split chunks.
///
/// A phase's tiles are dealt to the blocks in turn, a row's units to the warps.
template <class Format, int kSlots>
class Ring {
  public:
    static constexpr int kScales = Format::kUnitGroups * kTileRows;  ///< a unit
    static constexpr int kDataBytes = kWarps * kWarpSlotBytes;       ///< a slot
    static constexpr int kBytes = kSlots * (kDataBytes + kWarps * kScales * 4);

    __device__ __forceinline__ Ring(const Program& program, char* smem)
        : program_(program),
          lane_(static_cast<int>(threadIdx.x) % 32),
          warp_(static_cast<int>(threadIdx.x) / 32) {
        data_ = smem + warp_ * kWarpSlotBytes;
        scales_ = reinterpret_cast<float*>(smem + kSlots * kDataBytes) + warp_ * kScales;
        start_phase(0);
#pragma unroll 1
        for (int i = 0; i < kSlots; ++i) load(i);
    }

    /// Takes the oldest unit into registers, and asks for the next one in its place.
    __device__ __forceinline__ void next(Unit<Format>& unit) {
        cp_async_wait<kSlots - 1>();
        if constexpr (kCrossesLanes) __syncwarp();
        take(slot_, unit);
        if constexpr (kCrossesLanes) __syncwarp();
        load(slot_);
        slot_ = slot_ + 1 == kSlots ? 0 : slot_ + 1;
    }

  private:
    static constexpr int kGroupsOr1 = Format::kUnitGroups > 0 ? Format::kUnitGroups : 1;
    static constexpr int kScaleRounds = (kScales + 31) / 32;
    static constexpr bool kCrossesLanes = kScales > 0 || Format::kSplitChunks;
    static constexpr int kStride = kWarps * kUnitBytes;  ///< of a row, from a warp's unit to its next

    /// Behind the last unit it only counts.
    __device__ __forceinline__ void load(int slot) {
        if (iteration_ < whole_) {
            char* to = data_ + slot * kDataBytes + write_place();
            load_step(to, 0);
            load_step(to + kStepBytes * kTileRows, kStepBytes);
            if constexpr (kScales > 0) load_scales(slot);
        } else if (kHasHalfUnits<Format> && iteration_ < some_) {
            load_step(data_ + slot * kDataBytes + write_place(), 0);
            load_scales(slot);
        }
        cp_async_commit();
        low_ += kStride;
        high_ += kStride;
        if (++iteration_ == iterations_) next_tile();
    }

    __device__ __forceinline__ void take(int slot, Unit<Format>& unit) const {
        const char* from = data_ + slot * kDataBytes;
#pragma unroll
        for (int s = 0; s < kUnitSteps; ++s) {
            unit.low[s] = read_chunk(from + s * (kStepBytes * kTileRows));
            unit.high[s] = read_chunk(from + s * (kStepBytes * kTileRows) + kStepBytes * kTileRows / 2);
        }
        const float* scales = scales_ + slot * (kWarps * kScales);
#pragma unroll
        for (int g = 0; g < Format::kUnitGroups; ++g) {
            unit.scale_low[g] = scales[g * kTileRows + lane_ / 4];
            unit.scale_high[g] = scales[g * kTileRows + lane_ / 4 + 8];
        }
    }

    __device__ __forceinline__ const LinearPhase& linear() const {
        return program_.phases[phase_].linear;
    }

    __device__ __forceinline__ void next_tile() {
        iteration_ = 0;
        tile_ += static_cast<int>(gridDim.x);
        if (phase_ == program_.count) return;
        if (tile_ * kTileRows < linear().rows) {
            start_tile();
        } else {
            start_phase(phase_ + 1);
        }
    }
    /// The next linear phase of which this block has a tile.
    __device__ __forceinline__ void start_phase(int phase) {
        tile_ = static_cast<int>(blockIdx.x);
        iteration_ = whole_ = some_ = 0;
        iterations_ = 1;
        for (phase_ = phase; phase_ < program_.count; ++phase_) {
            if (program_.phases[phase_].kind != Phase::Kind::Linear) continue;
            if (tile_ * kTileRows < linear().rows) break;
        }
        if (phase_ == program_.count) return;
        const int columns = linear().columns;
        iterations_ = iterations<Format>(columns);
        whole_ = units_of_warp(columns / kUnitColumns<Format>, warp_);
        some_ = units_of_warp((columns + kUnitColumns<Format> - 1) / kUnitColumns<Format>, warp_);
        start_tile();
    }

    /// Rows behind the last are loaded as the last and never stored.
    __device__ __forceinline__ void start_tile() {
        const LinearPhase& p = linear();
        const int last = p.rows - 1, row = tile_ * kTileRows + lane_ / 4;
        const int column = warp_ * kUnitBytes + lane_ % 4 * 16;
        low_ = p.weight + min(row, last) * p.row_bytes + column;
        high_ = p.weight + min(row + 8, last) * p.row_bytes + column;
#pragma unroll
        for (int r = 0; r < kScaleRounds; ++r) {
            const int element = lane_ + 32 * r;
            const auto scale_row =
                static_cast<std::int64_t>(min(tile_ * kTileRows + element / kGroupsOr1, last));
            scale_rows_[r] = p.scales + scale_row * p.row_scales + warp_ * kGroupsOr1 + element % kGroupsOr1;
        }
    }

    __device__ __forceinline__ void load_step(char* to, int from) const {
        cp_async_16(to, low_ + from);
        cp_async_16(to + kStepBytes * kTileRows / 2, high_ + from);
    }
    /// A half unit's groups behind the row's end are not there.
    __device__ __forceinline__ void load_scales(int slot) {
        const bool half = kHasHalfUnits<Format> && iteration_ >= whole_;
#pragma unroll
        for (int r = 0; r < kScaleRounds; ++r) {
            const int element = lane_ + 32 * r;
            const int group = element % kGroupsOr1;
            if (element < kScales && (!half || group * Format::kGroup < kUnitColumns<Format> / 2)) {
                cp_async_4(scales_ + slot * (kWarps * kScales) + group * kTileRows + element / kGroupsOr1,
                           scale_rows_[r] + iteration_ * (kWarps * kGroupsOr1));
            }
        }
    }

    /// Split chunks: in rows 2, 3, 6 and 7 the halves change places, or the 8-byte reads would meet in one
    /// bank.
    __device__ __forceinline__ int swap() const {
        return lane_ / 4 & 2;
    }
    __device__ __forceinline__ int write_place() const {
        return Format::kSplitChunks ? (lane_ ^ swap()) * 16 : lane_ * 16;
    }
    __device__ __forceinline__ uint4 read_chunk(const char* from) const {
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

    const Program& program_;
    int lane_, warp_;
    int slot_ = 0;  ///< the oldest
    char* data_;
    float* scales_;
    // Of the next load.
    int phase_ = 0;
    int tile_ = 0;
    int iteration_ = 0;   ///< in the tile
    int iterations_ = 1;  ///< a tile
    int whole_ = 0;       ///< of them with a whole unit
    int some_ = 0;        ///< with a whole or a half one
    const char* low_ = nullptr;
    const char* high_ = nullptr;
    const float* scale_rows_[kScaleRounds > 0 ? kScaleRounds : 1] = {};
};

}  // namespace sidewinder::kernels::cuda::small
