#pragma once

#include "kernels/cuda/small_linear_format.cuh"

/// The shape of small_linear's blocks, and how weights stream into them.
namespace sidewinder::kernels::cuda::small {

// What may be tuned, all in one place. Measured on an H100, microseconds a layer of the 7B at T = 1 (slots x
// blocks): bf16 5x1 95, 8x1 84, 3x2 87; int8 61, 50, 52; int4 41, 37, 34. Asking for more of the weights into
// L2 before the wait made each slower.
inline constexpr int kWarps = 8;
inline constexpr int kSlots = 5;         ///< units in flight a warp: kSlots * kWarps * 2 KiB = 80 KiB a block
inline constexpr int kShallowSlots = 3;  ///< where the activations need the room
/// T = 1: its small operand leaves room for a deeper ring, or for a second block, which pays where a block is
/// short of instructions rather than of bytes in flight.
template <class Format>
inline constexpr int kSingleSlots = Format::kStepColumns == 128 ? 3 : 8;
template <class Format>
inline constexpr int kSingleBlocks = Format::kStepColumns == 128 ? 2 : 1;

inline constexpr int kThreads = kWarps * 32;
inline constexpr int kTileRows = 16;
inline constexpr int kWarpSlotBytes = kTileRows * kUnitBytes;

/// One launch: `rows` x `columns` of a weight whose rows may be longer, T tokens.
struct Params {
    const char* weight = nullptr;  ///< the first of `columns`
    const float* scales = nullptr;
    std::int64_t row_bytes = 0;
    std::int64_t row_scales = 0;
    int rows = 0;
    int columns = 0;
    int iterations_per_block = 0;  ///< of columns: sums of the warps are added once a block of columns

    const float* x = nullptr;
    std::int64_t x_stride = 0;
    int x_columns = 0;     ///< of a whole row
    int first_column = 0;  ///< of x, that the weight's first of `columns` meets
    int T = 0;
    const float* norm_weight = nullptr;
    const float* head_squares = nullptr;
    int n_heads = 0;
    int n_groups = 0;
    float eps = 0.0f;

    const __nv_bfloat16* side = nullptr;  ///< [side_rows, x_columns]
    int side_rows = 0;

    float* out = nullptr;
    float* side_out = nullptr;
    std::int64_t out_stride = 0;
    bool add = false;       ///< to `out`
    bool add_side = false;  ///< to `side_out`
};

/// Units that each warp takes of a row: the row's units are dealt to the warps in turn, so that together they
/// read a kibibyte of each row at a time, and cutting a row at a multiple of kWarps units changes nobody's
/// order.
template <class Format>
__host__ __device__ constexpr int iterations(int columns) {
    constexpr int kColumns = kWarps * kUnitSteps * Format::kStepColumns;  // of all warps
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

/// One warp's ring of units, which runs on across tiles. Slots are filled by cp.async, one group each, in the
/// order in which `load` is called; a lane copies the very bytes it reads itself, but for scales and split
/// chunks.
template <class Format, int kDepth>
class Ring {
  public:
    static constexpr int kScales = Format::kUnitGroups * kTileRows;  ///< a unit
    static constexpr int kBytes = kDepth * kWarps * (kWarpSlotBytes + kScales * 4);

    /// The next `load` is that of unit `loaded`.
    __device__ __forceinline__ Ring(const Params& p, char* smem, int loaded)
        : p_(p), lane_(static_cast<int>(threadIdx.x) % 32), warp_(static_cast<int>(threadIdx.x) / 32) {
        data_ = smem + warp_ * kWarpSlotBytes;
        scales_ =
            reinterpret_cast<float*>(smem + kDepth * kWarps * kWarpSlotBytes) + warp_ * (kDepth * kScales);
        iterations_ = iterations<Format>(p.columns);
        iteration_ = loaded % iterations_;
        tile_ = static_cast<int>(blockIdx.x + loaded / iterations_ * gridDim.x);
        start_tile();
    }

    __device__ __forceinline__ bool exhausted() const { return limit_ == 0; }

    /// Asks for the next unit; behind the last one it only counts.
    __device__ __forceinline__ void load(int slot) {
        const int unit = warp_ + kWarps * iteration_;
        const int column = unit * kUnitColumns<Format>;
        char* to = data_ + slot * (kWarps * kWarpSlotBytes) + write_place();
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
        cp_async_wait<kDepth - 1>();
        __syncwarp();
        const char* from = data_ + slot * (kWarps * kWarpSlotBytes);
#pragma unroll
        for (int s = 0; s < kUnitSteps; ++s) {
            unit.low[s] = read_chunk(from + s * (kStepBytes * kTileRows));
            unit.high[s] = read_chunk(from + s * (kStepBytes * kTileRows) + kStepBytes * kTileRows / 2);
        }
        const float* scales = scales_ + slot * kScales;
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

    __device__ __forceinline__ void advance() {
        if (++iteration_ == iterations_) {
            iteration_ = 0;
            tile_ += static_cast<int>(gridDim.x);
            start_tile();
        }
    }
    __device__ __forceinline__ int clamped(int row) const {
        return row < p_.rows ? row : p_.rows - 1;
    }

    __device__ __forceinline__ void load_step(char* to, std::int64_t from) {
        cp_async_16(to, low_ + from);
        cp_async_16(to + kStepBytes * kTileRows / 2, high_ + from);
    }

    /// Rows behind the last are loaded as the last and never stored.
    __device__ __forceinline__ void start_tile() {
        limit_ = tile_ * kTileRows < p_.rows ? p_.columns : 0;
        const int row = tile_ * kTileRows + lane_ / 4;
        const int chunk = lane_ % 4 * 16;
        low_ = p_.weight + clamped(row) * p_.row_bytes + chunk;
        high_ = p_.weight + clamped(row + 8) * p_.row_bytes + chunk;
#pragma unroll
        for (int r = 0; r < kScaleRounds; ++r) {
            const int element = lane_ + 32 * r;
            scale_rows_[r] = p_.scales + clamped(tile_ * kTileRows + element / kGroupsOr1) * p_.row_scales +
                             element % kGroupsOr1;
        }
    }

    __device__ __forceinline__ void load_scales(int slot, int unit) {
#pragma unroll
        for (int r = 0; r < kScaleRounds; ++r) {
            const int element = lane_ + 32 * r;
            const int group = unit * Format::kUnitGroups + element % kGroupsOr1;
            if (element < kScales && group * Format::kGroup < p_.columns) {
                cp_async_4(scales_ + slot * kScales + element % kGroupsOr1 * kTileRows + element / kGroupsOr1,
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

    const Params& p_;
    int lane_, warp_;
    char* data_ = nullptr;
    float* scales_ = nullptr;
    int iterations_ = 0;
    int tile_ = 0;       ///< of the next load
    int iteration_ = 0;  ///< likewise
    int limit_ = 0;      ///< columns that there are: none behind the last tile
    const char* low_ = nullptr;
    const char* high_ = nullptr;
    const float* scale_rows_[kScaleRounds > 0 ? kScaleRounds : 1] = {};
};

}  // namespace sidewinder::kernels::cuda::small
