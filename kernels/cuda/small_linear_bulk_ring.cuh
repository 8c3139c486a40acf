#pragma once

#include "kernels/cuda/small_linear_fill.cuh"
#include "kernels/cuda/small_linear_side.cuh"

/// How weights stream into a block of the short runs' kernel on compute capability 9.0 (and 10): by bulk
/// copies, which pass the load/store units by, asked for by warps of their own. These alone wait when the
/// memory cannot take more; were it those that multiply, the ring would never run empty in a phase, and so
/// could not fill while the blocks meet.
namespace sidewinder::kernels::cuda::small {

/// The block's ring. A slot holds the units of all warps: 16 rows of a kibibyte. It runs on across tiles
/// and across phases: weights do not depend on the tokens, so what a later phase needs is asked for while
/// this one still waits for other blocks. A slot has two mbarriers: full, when its bytes are there, and
/// empty, when all warps have read it.
template <class WeightFormat, int kSlots>
class BulkRing {
  public:
    using Format = WeightFormat;
    static constexpr bool kCompiled = kBulkRings;
    static constexpr int kUnitSteps = 2;
    static constexpr int kStateUnits = 2;
    // Of Filler, in units. With scales to ask for as well it has no time to look ahead.
    static constexpr int kHungry = 3, kSated = 2;  // timed: 2 and 2, 3 and 3, 3 and 1 are slower
    static constexpr int kAhead = WeightFormat::kGroup > 0 ? 0 : 12;
    static constexpr int kFillers = 3;  ///< warps; one more has the side rows
    static constexpr int kBlockThreads = kThreads + (kFillers + 1) * 32;
    static constexpr int kGroups = kUnitGroups<Format, kUnitSteps>;
    static constexpr int kRow = kWarps * kUnitBytes<kUnitSteps>;
    static constexpr int kSlot = kTileRows * (kRow + 32);
    static constexpr int kScaleStride = kWarps * kGroups;  ///< of a row in a slot
    static constexpr int kSlotScales = kTileRows * kScaleStride;
    static constexpr int kBytes = kSlots * (kSlot + kSlotScales * 4 + 16) + 16;

    /// All threads of the block, first of all; ends with a barrier.
    static __device__ __forceinline__ void prepare(char* smem) {
        if (threadIdx.x == 0) {
            for (int i = 0; i < kSlots; ++i) {
                mbarrier_init(full(smem) + i, kFillers);
                mbarrier_init(empty(smem) + i, kWarps);
            }
            mbarrier_init(operand_ready(smem), kWarps);
            mbarrier_init(side_ready(smem), 1);
            mbarrier_init_fence();
        }
        __syncthreads();
    }
    /// The warps that do not multiply.
    template <int kMostTokens>
    static __device__ __forceinline__ void help(const Program& program, char* smem) {
        const int helper = (static_cast<int>(threadIdx.x) - kThreads) / 32;
        if (helper < kFillers) {
            Filler<BulkRing>(program, smem, helper).run();
        } else {
            multiply_sides<kMostTokens>(program, smem);
        }
    }

    /// A warp that multiplies.
    __device__ __forceinline__ BulkRing(const Program&, char* smem) : smem_(smem) {
        const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
        place_ =
            row_place(lane / 4) + warp * kUnitBytes<kUnitSteps> + lane % 4 * (Format::kSplitChunks ? 8 : 16);
    }

    /// Until the oldest unit is there, which the functions below read.
    __device__ __forceinline__ void wait() const {
        mbarrier_wait(full(smem_) + oldest_.slot, oldest_.parity);
    }
    /// A lane's 16 bytes of row g of step s, and of row g + 8.
    __device__ __forceinline__ void step(int s, uint4& low, uint4& high) const {
        const char* from = smem_ + oldest_.slot * kSlot + place_ + s * kStepBytes;
        low = chunk(from);
        high = chunk(from + row_place(8));
    }
    /// Of row 0; the other rows follow `kScaleStride` apart.
    __device__ __forceinline__ const float* scales() const {
        return scales(smem_) + oldest_.slot * kSlotScales + threadIdx.x / 32 * kGroups;
    }
    /// The oldest unit has been read.
    __device__ __forceinline__ void refill() {
        __syncwarp();
        if (threadIdx.x % 32 == 0) mbarrier_arrive(empty(smem_) + oldest_.slot);
        oldest_.next();
    }

    /// A warp's rows of a head's state, the next two units of which are half a head each.
    __device__ __forceinline__ void take_state(const MixerPhase&, int, float4 (&state)[kStateRows]) {
        const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
#pragma unroll
        for (int unit = 0; unit < kStateUnits; ++unit) {
            wait();
            if (warp * kStateUnits / kWarps == unit) {
                const auto* from = reinterpret_cast<const float4*>(smem_ + oldest_.slot * kSlot) +
                                   warp % (kWarps / kStateUnits) * (kStateRows * 32) + lane;
#pragma unroll
                for (int r = 0; r < kStateRows; ++r) state[r] = from[r * 32];
            }
            refill();
        }
    }
    /// The operand is there: the side rows can be multiplied, beside the tiles.
    __device__ __forceinline__ void staged(const LinearPhase& p) const {
        __syncwarp();
        if (has_side(p) && threadIdx.x % 32 == 0) mbarrier_arrive(operand_ready(smem_));
    }
    /// Asks for an operand that lies in device memory: each warp for what it will multiply, unit by unit.
    /// (Not by bulk copies: they would queue behind those of weights, and want fences.)
    template <int kMostTokens>
    __device__ __forceinline__ void bring_operand(const Operands& prepared, const Operands& to) const {
        const int lane = static_cast<int>(threadIdx.x) % 32, warp = static_cast<int>(threadIdx.x) / 32;
        for (int i = 0; i < iterations<Format, kUnitSteps>(to.columns); ++i) {
            const int first = (warp + kWarps * i) * kUnitColumns;
            const int columns = min(max(to.columns - first, 0), kUnitColumns);
            const std::int64_t from = to.first_column + first;
            copy_async(to.values + first * to.tokens * 2, prepared.values + from * to.tokens * 2,
                       columns * to.tokens * 2, lane);
            if constexpr (Format::kSumColumns > 0) {
                constexpr int kStride = kMostTokens * 4;
                copy_async(
                    reinterpret_cast<char*>(to.sums) + first / Format::kSumColumns * kStride,
                    reinterpret_cast<const char*>(prepared.sums) + from / Format::kSumColumns * kStride,
                    columns / Format::kSumColumns * kStride, lane);
            }
            cp_async_commit();
        }
    }
    /// Until what this warp's unit is multiplied with is there; `later` units follow. After the last the side
    /// rows can be multiplied.
    __device__ __forceinline__ void wait_operand(const LinearPhase& p, int later) const {
        if (later >= 7) {
            cp_async_wait<7>();
        } else if (later >= 3) {
            cp_async_wait<3>();
        } else if (later >= 1) {
            cp_async_wait<1>();
        } else {
            cp_async_wait<0>();
        }
        __syncwarp();
        if (later == 0) staged(p);
    }
    /// Until they are, and the operand may be overwritten.
    template <int kMostTokens>
    __device__ __forceinline__ void finish_side(const LinearPhase& p, const Operands&) {
        if (!has_side(p)) return;
        mbarrier_wait(side_ready(smem_), side_parity_);
        side_parity_ ^= 1;
    }

    /// A slot and which of its phases: of unit 0, 1, 2, ...
    struct Place {
        int slot = 0;
        unsigned parity = 0;  ///< of the slot's next phase to end

        __device__ __forceinline__ void next() {
            if (++slot < kSlots) return;
            slot = 0;
            parity ^= 1;
        }
    };
    /// Rows lie so that what neighbouring lanes read is in different banks.
    static __device__ __forceinline__ int row_place(int row) {
        return Format::kSplitChunks ? row * (kRow + 32) : row * kRow + (row + 1) / 2 * 64;
    }
    static __device__ __forceinline__ float* scales(char* smem) {
        return reinterpret_cast<float*>(smem + kSlots * kSlot);
    }
    static __device__ __forceinline__ std::uint64_t* full(char* smem) {
        return reinterpret_cast<std::uint64_t*>(smem + kSlots * (kSlot + kSlotScales * 4));
    }
    static __device__ __forceinline__ std::uint64_t* empty(char* smem) {
        return full(smem) + kSlots;
    }

  private:
    static __device__ __forceinline__ std::uint64_t* operand_ready(char* smem) {
        return empty(smem) + kSlots;
    }
    static __device__ __forceinline__ std::uint64_t* side_ready(char* smem) {
        return operand_ready(smem) + 1;
    }
    static __device__ __forceinline__ bool has_side(const LinearPhase& p) {
        return static_cast<int>(blockIdx.x) < p.side_rows;
    }

    template <int kMostTokens>
    static __device__ __forceinline__ void multiply_sides(const Program& program, char* smem) {
        unsigned parity = 0;
        for (int i = 0; i < program.count; ++i) {
            const LinearPhase& p = program.phases[i].linear;
            if (program.phases[i].kind != Phase::Kind::Linear || !has_side(p)) continue;
            mbarrier_wait(operand_ready(smem), parity);
            parity ^= 1;
            multiply_side_rows<Format, kMostTokens>(p, operands_in<kMostTokens>(program, p, smem));
            __syncwarp();
            if (threadIdx.x % 32 == 0) mbarrier_arrive(side_ready(smem));
        }
    }

    static constexpr int kUnitColumns = kUnitSteps * Format::kStepColumns;  ///< of a warp

    static __device__ __forceinline__ void copy_async(char* to, const char* from, int bytes, int lane) {
#pragma unroll 8
        for (int at = lane * 16; at < bytes; at += 32 * 16) cp_async_16(to + at, from + at);
    }
    static __device__ __forceinline__ uint4 chunk(const char* from) {
        if constexpr (Format::kSplitChunks) {
            const uint2 a = *reinterpret_cast<const uint2*>(from);
            const uint2 b = *reinterpret_cast<const uint2*>(from + kStepBytes / 2);
            return {a.x, a.y, b.x, b.y};
        } else {
            return *reinterpret_cast<const uint4*>(from);
        }
    }

    char* smem_;
    int place_;
    Place oldest_;
    unsigned side_parity_ = 0;
};

}  // namespace sidewinder::kernels::cuda::small
