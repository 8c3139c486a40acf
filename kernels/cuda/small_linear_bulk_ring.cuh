#pragma once

#include "kernels/cuda/small_linear_units.cuh"

/// How weights stream into a block of the short runs' kernel on compute capability 9.0 (and 10): by bulk
/// copies, which pass the load/store units by, asked for by a warp of its own. That warp alone waits when the
/// memory cannot take more; were it one that multiplies, the ring would never run empty in a phase, and so
/// could not fill while the blocks meet.
///
/// Not all of an empty ring is asked for at once: what the memory is asked for and cannot bring yet makes
/// everybody else's loads wait, and those are what the blocks meet for.
#ifndef SIDEWINDER_HUNGRY
#define SIDEWINDER_HUNGRY 3
#define SIDEWINDER_SATED 2
#endif
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
    static constexpr int kHungry = SIDEWINDER_HUNGRY, kSated = SIDEWINDER_SATED;
    static constexpr int kFillers = 4;  ///< warps that ask for the weights: some rows of each slot each
    static constexpr int kBlockThreads = kThreads + kFillers * 32;
    static constexpr int kGroups = kUnitGroups<Format, kUnitSteps>;
    static constexpr int kGroupOr1 = kGroups > 0 ? Format::kGroup : 1;
    static constexpr int kRow = kWarps * kUnitBytes<kUnitSteps>;
    static constexpr int kSlot = kTileRows * (kRow + 32);
    static constexpr int kSlotScales = kTileRows * kWarps * kGroups;
    static constexpr int kBytes = kSlots * (kSlot + kSlotScales * 4 + 16);

    /// All threads of the block, first of all; ends with a barrier.
    static __device__ __forceinline__ void prepare(char* smem) {
        if (threadIdx.x == 0) {
            for (int i = 0; i < kSlots; ++i) {
                mbarrier_init(full(smem) + i, kFillers * (kGroups > 0 ? 33 : 1));
                mbarrier_init(empty(smem) + i, kWarps);
            }
            mbarrier_init_fence();
        }
        __syncthreads();
    }
    static __device__ __forceinline__ bool fills() { return threadIdx.x >= kThreads; }

    /// The last warps: ask for all weights of the program, in the order in which the others take them.
    static __device__ __forceinline__ void fill(const Program& program, char* smem) {
        Filler filler(program, smem);
        filler.run();
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
    static constexpr int kScaleStride = kWarps * kGroups;
    __device__ __forceinline__ const float* scales() const {
        return scales(smem_) + oldest_.slot * kSlotScales + threadIdx.x / 32 * kGroups;
    }
    /// The oldest unit has been read.
    __device__ __forceinline__ void refill() {
        __syncwarp();
        if (threadIdx.x % 32 == 0) mbarrier_arrive(empty(smem_) + oldest_.slot);
        oldest_.next();
    }

  private:
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
    static __device__ __forceinline__ uint4 chunk(const char* from) {
        if constexpr (Format::kSplitChunks) {
            const uint2 a = *reinterpret_cast<const uint2*>(from);
            const uint2 b = *reinterpret_cast<const uint2*>(from + kStepBytes / 2);
            return {a.x, a.y, b.x, b.y};
        } else {
            return *reinterpret_cast<const uint4*>(from);
        }
    }
    static __device__ __forceinline__ float* scales(char* smem) {
        return reinterpret_cast<float*>(smem + kSlots * kSlot);
    }
    static __device__ __forceinline__ std::uint64_t* full(char* smem) {
        return reinterpret_cast<std::uint64_t*>(smem + kSlots * (kSlot + kSlotScales * 4));
    }
    static __device__ __forceinline__ std::uint64_t* empty(char* smem) { return full(smem) + kSlots; }

    class Filler {
      public:
        __device__ __forceinline__ Filler(const Program& program, char* smem)
            : walk_(program),
              smem_(smem),
              lane_(static_cast<int>(threadIdx.x) % 32),
              first_row_((static_cast<int>(threadIdx.x) - kThreads) / 32 * kRows),
              evict_first_(evict_first_policy()) {}

        __device__ __forceinline__ void run() {
            Place here, last, eaten;
            for (int asked = 0; !walk_.ended(); walk_.next(), ++asked) {
                mbarrier_wait(empty(smem_) + here.slot, here.parity ^ 1);
                if (asked >= kHungry) {
                    const bool hungry = mbarrier_ended(empty(smem_) + eaten.slot, eaten.parity);
                    eaten.next();
                    if (!hungry) mbarrier_wait(full(smem_) + last.slot, last.parity);
                }
                if (asked >= kSated) last.next();
                ask(here.slot);
                here.next();
            }
        }

      private:
        /// The first lanes have a row each; rows behind the last are loaded as the last and never stored.
        __device__ __forceinline__ void ask(int slot) const {
            const LinearPhase& p = walk_.linear();
            const int first = walk_.iteration() * (kWarps * kUnitSteps);
            const int steps = min(p.columns / Format::kStepColumns - first, kWarps * kUnitSteps);
            const int groups = kGroups > 0 ? steps * Format::kStepColumns / kGroupOr1 : 0;
            const bool aligned = groups % 4 == 0 && p.row_scales % 4 == 0;
            const int bytes = steps * kStepBytes, scale_bytes = aligned ? groups * 4 : 0;
            std::uint64_t* barrier = full(smem_) + slot;
            if (lane_ == 0) mbarrier_expect(barrier, (bytes + scale_bytes) * kRows);
            __syncwarp();
            const int at = first_row_ + lane_;
            const auto row = static_cast<std::int64_t>(min(walk_.tile() * kTileRows + at, p.rows - 1));
            if (lane_ < kRows) {
                bulk_copy(smem_ + slot * kSlot + row_place(at),
                          p.weight + row * p.row_bytes + walk_.iteration() * kRow, bytes, barrier,
                          evict_first_);
            }
            if constexpr (kGroups > 0) {
                if (!aligned) {
                    ask_scales(p, slot, groups);
                } else if (lane_ < kRows) {
                    bulk_copy(scales(smem_) + slot * kSlotScales + at * kScaleStride,
                              p.scales + row * p.row_scales + walk_.iteration() * kScaleStride, scale_bytes,
                              barrier, evict_first_);
                }
                mbarrier_arrive_after_copies(barrier);
            }
        }
        /// Where a row's scales are not aligned to 16 bytes.
        __device__ __forceinline__ void ask_scales(const LinearPhase& p, int slot, int groups) const {
            const float* from = p.scales + walk_.iteration() * kScaleStride;
            float* to = scales(smem_) + slot * kSlotScales;
            for (int at = first_row_; at < first_row_ + kRows; ++at) {
                const auto row = static_cast<std::int64_t>(min(walk_.tile() * kTileRows + at, p.rows - 1));
                for (int g = lane_; g < groups; g += 32) {
                    cp_async_4(to + at * kScaleStride + g, from + row * p.row_scales + g);
                }
            }
        }

        static constexpr int kRows = kTileRows / kFillers;

        UnitWalk<Format, kUnitSteps> walk_;
        char* smem_;
        int lane_;
        int first_row_;  ///< of a tile, that this warp asks for
        std::uint64_t evict_first_;
    };

    char* smem_;
    int place_;
    Place oldest_;
};

}  // namespace sidewinder::kernels::cuda::small
