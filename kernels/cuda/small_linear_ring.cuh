#pragma once

#include "kernels/cuda/short_phase.h"
#include "kernels/cuda/small_linear_format.cuh"

/// How weights stream into a block of the short runs' kernel.
namespace sidewinder::kernels::cuda::small {

inline constexpr int kMostSlots = 6;  ///< units under way, a warp
inline constexpr int kWarpSlotBytes = kTileRows * kUnitBytes;

/// Units that each warp takes of a row: the row's units are dealt to the warps in turn, so that together they
/// read a kibibyte of each row at a time, and cutting a row at a multiple of kTeamWarps units changes
/// nobody's order.
template <class Format>
__host__ __device__ constexpr int iterations(int columns) {
    constexpr int kColumns = kTeamWarps * kUnitSteps * Format::kStepColumns;  // of all warps
    return (columns + kColumns - 1) / kColumns;
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
/// A phase's tiles are dealt to the teams of all blocks in turn, a row's units to the warps of a team: so
/// that together they read a kibibyte of each row at a time.
template <class Format, int kTeams>
class Ring {
  public:
    static constexpr int kScales = Format::kUnitGroups * kTileRows;  ///< a unit
    static constexpr int kWarps = kTeams * kTeamWarps;
    static constexpr int kDataBytes = kWarps * kWarpSlotBytes;  ///< a slot
    static constexpr int kScaleBytes = kWarps * kScales * 4;    ///< a slot

    __device__ __forceinline__ Ring(const Program& program, char* smem)
        : program_(program),
          lane_(static_cast<int>(threadIdx.x) % 32),
          warp_(static_cast<int>(threadIdx.x) / 32 % kTeamWarps) {
        const int all = static_cast<int>(threadIdx.x) / 32;
        data_ = smem + all * kWarpSlotBytes;
        scales_ = reinterpret_cast<float*>(smem + program.shared.ring_scales) + all * kScales;
        start_phase(0);
    }

    /// The first tile of this block's team, and the stride to its next.
    static __device__ __forceinline__ int first_tile() {
        const int team = static_cast<int>(threadIdx.x) / kTeamThreads;
        return team * static_cast<int>(gridDim.x) + static_cast<int>(blockIdx.x);
    }
    static __device__ __forceinline__ int tile_stride() { return kTeams * static_cast<int>(gridDim.x); }

    /// Asks for the next unit; behind the last one it only counts.
    __device__ __forceinline__ void load(int slot) {
        const int unit = warp_ + kTeamWarps * iteration_;
        const int column = unit * kUnitColumns<Format>;
        char* to = data_ + slot * kDataBytes + write_place();
        const std::int64_t from = static_cast<std::int64_t>(unit) * kUnitBytes;
        if (column + kUnitColumns<Format> <= limit_) {
            load_step(to, from);
            load_step(to + kStepBytes * kTileRows, from + kStepBytes);
            if constexpr (kScales > 0) load_scales(slot, unit);
        } else if (kHasHalfUnits<Format> && column < limit_) {
            load_step(to, from);
            load_scales(slot, unit);
        }
        cp_async_commit();
        advance();
    }

    /// Waits for the oldest unit and takes it into registers; the slot is then free for all lanes.
    __device__ __forceinline__ void take(int slot, Unit<Format>& unit) {
        wait_oldest();
        __syncwarp();
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
        __syncwarp();
    }

  private:
    static constexpr int kGroupsOr1 = Format::kUnitGroups > 0 ? Format::kUnitGroups : 1;
    static constexpr int kScaleRounds = (kScales + 31) / 32;

    __device__ __forceinline__ const LinearPhase& linear() const {
        return program_.phases[phase_].linear;
    }

    /// The ring holds `slots` groups: all but the newest of them may be under way.
    __device__ __forceinline__ void wait_oldest() const {
        switch (program_.slots) {
            case 1:
                return cp_async_wait<0>();
            case 2:
                return cp_async_wait<1>();
            case 3:
                return cp_async_wait<2>();
            case 4:
                return cp_async_wait<3>();
            case 5:
                return cp_async_wait<4>();
            default:
                return cp_async_wait<kMostSlots - 1>();
        }
    }

    __device__ __forceinline__ void advance() {
        if (++iteration_ < iterations_) return;
        iteration_ = 0;
        tile_ += tile_stride();
        if (limit_ > 0 && tile_ * kTileRows >= linear().rows) {
            start_phase(phase_ + 1);
        } else if (limit_ > 0) {
            start_tile();
        }
    }
    /// The next linear phase of which this team has a tile.
    __device__ __forceinline__ void start_phase(int phase) {
        tile_ = first_tile();
        iteration_ = 0;
        for (phase_ = phase; phase_ < program_.count; ++phase_) {
            if (program_.phases[phase_].kind != Phase::Kind::Linear) continue;
            if (tile_ * kTileRows < linear().rows) break;
        }
        limit_ = 0;
        iterations_ = 1;
        if (phase_ == program_.count) return;
        limit_ = linear().columns;
        iterations_ = iterations<Format>(limit_);
        start_tile();
    }

    __device__ __forceinline__ void load_step(char* to, std::int64_t from) {
        cp_async_16(to, low_ + from);
        cp_async_16(to + kStepBytes * kTileRows / 2, high_ + from);
    }

    /// Rows behind the last are loaded as the last and never stored.
    __device__ __forceinline__ void start_tile() {
        const LinearPhase& p = linear();
        const int last = p.rows - 1, row = tile_ * kTileRows + lane_ / 4;
        const int chunk = lane_ % 4 * 16;
        low_ = p.weight + min(row, last) * p.row_bytes + chunk;
        high_ = p.weight + min(row + 8, last) * p.row_bytes + chunk;
#pragma unroll
        for (int r = 0; r < kScaleRounds; ++r) {
            const int element = lane_ + 32 * r;
            scale_rows_[r] = p.scales +
                             static_cast<std::int64_t>(min(tile_ * kTileRows + element / kGroupsOr1, last)) *
                                 p.row_scales +
                             element % kGroupsOr1;
        }
    }

    __device__ __forceinline__ void load_scales(int slot, int unit) {
#pragma unroll
        for (int r = 0; r < kScaleRounds; ++r) {
            const int element = lane_ + 32 * r;
            const int group = unit * Format::kUnitGroups + element % kGroupsOr1;
            if (element < kScales && group * Format::kGroup < limit_) {
                cp_async_4(scales_ + slot * (kWarps * kScales) + element % kGroupsOr1 * kTileRows +
                               element / kGroupsOr1,
                           scale_rows_[r] + unit * Format::kUnitGroups);
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
    int lane_, warp_;  ///< of the team's
    char* data_ = nullptr;
    float* scales_ = nullptr;
    int phase_ = 0;       ///< of the next load; so the following
    int iterations_ = 0;  ///< a tile
    int tile_ = 0;
    int iteration_ = 0;
    int limit_ = 0;  ///< columns that there are: none behind the last tile of the last phase
    const char* low_ = nullptr;
    const char* high_ = nullptr;
    const float* scale_rows_[kScaleRounds > 0 ? kScaleRounds : 1] = {};
};

}  // namespace sidewinder::kernels::cuda::small
