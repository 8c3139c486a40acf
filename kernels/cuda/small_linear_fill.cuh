#pragma once

#include "kernels/cuda/small_linear_units.cuh"

namespace sidewinder::kernels::cuda::small {

/// A warp that asks for its share of what a BulkRing brings, in the order in which the block takes it: some
/// rows of each unit. (A warp asks for one row after the other, some sixty clocks each.)
///
/// Not all of an empty ring is asked for at once: what the memory is asked for and cannot bring yet makes
/// everybody else's loads wait, and those are what the blocks meet for. While the block has little left, so
/// many units are on their way at once, and fewer while it has enough.
template <class Ring>
class Filler {
  public:
    using Format = typename Ring::Format;
    using Place = typename Ring::Place;

    __device__ __forceinline__ Filler(const Program& program, char* smem, int filler)
        : walk_(program),
          smem_(smem),
          lane_(static_cast<int>(threadIdx.x) % 32),
          first_row_(filler * kMostRows),
          rows_(min(kTileRows - first_row_, kMostRows)),
          evict_first_(evict_first_policy()) {}

    __device__ __forceinline__ void run() {
        Place here, last, eaten;  // this unit's, that of kSated and of kHungry units before
        for (int unit = 0; !walk_.ended(); walk_.next(), ++unit) {
            mbarrier_wait(Ring::empty(smem_) + here.slot, here.parity ^ 1);
            if (unit >= kHungry) {
                const bool hungry = mbarrier_ended(Ring::empty(smem_) + eaten.slot, eaten.parity);
                eaten.next();
                if (!hungry) mbarrier_wait(Ring::full(smem_) + last.slot, last.parity);
            }
            if (unit >= kSated) last.next();
            if (walk_.is_state()) {
                ask_state(here.slot);
            } else {
                ask(here.slot);
            }
            here.next();
        }
    }

  private:
    static constexpr int kHungry = 3, kSated = 2;  // timed: 2 and 2, 3 and 3, 3 and 1 are slower
    static constexpr int kMostRows = (kTileRows + Ring::kFillers - 1) / Ring::kFillers;
    static constexpr int kGroups = Ring::kGroups;
    static constexpr int kGroupOr1 = kGroups > 0 ? Format::kGroup : 1;

    /// The first lanes have a row each; rows behind the last are loaded as the last and never stored.
    __device__ __forceinline__ void ask(int slot) const {
        const LinearPhase& p = walk_.linear();
        const int first = walk_.iteration() * (kWarps * Ring::kUnitSteps);
        const int steps = min(p.columns / Format::kStepColumns - first, kWarps * Ring::kUnitSteps);
        const int groups = kGroups > 0 ? steps * Format::kStepColumns / kGroupOr1 : 0;
        const bool aligned = groups % 4 == 0 && p.row_scales % 4 == 0;
        const int bytes = steps * kStepBytes, scale_bytes = aligned ? groups * 4 : 0;
        std::uint64_t* barrier = Ring::full(smem_) + slot;
        if (lane_ == 0) mbarrier_expect(barrier, (bytes + scale_bytes) * rows_);
        __syncwarp();
        const int at = first_row_ + lane_;
        const auto row = static_cast<std::int64_t>(min(walk_.tile() * kTileRows + at, p.rows - 1));
        if (lane_ < rows_) {
            bulk_copy(smem_ + slot * Ring::kSlot + Ring::row_place(at),
                      p.weight + row * p.row_bytes + walk_.iteration() * Ring::kRow, bytes, barrier,
                      evict_first_);
        }
        if constexpr (kGroups > 0) {
            float* to = Ring::scales(smem_) + slot * Ring::kSlotScales;
            if (!aligned) {
                ask_scales(p, to, groups);
            } else if (lane_ < rows_) {
                bulk_copy(to + at * Ring::kScaleStride,
                          p.scales + row * p.row_scales + walk_.iteration() * Ring::kScaleStride, scale_bytes,
                          barrier, evict_first_);
            }
            mbarrier_arrive_after_copies(barrier);
        }
    }
    /// Where a row's scales are not aligned to 16 bytes.
    __device__ __forceinline__ void ask_scales(const LinearPhase& p, float* to, int groups) const {
        const float* from = p.scales + walk_.iteration() * Ring::kScaleStride;
        for (int r = first_row_; r < first_row_ + rows_; ++r) {
            const auto row = static_cast<std::int64_t>(min(walk_.tile() * kTileRows + r, p.rows - 1));
            for (int g = lane_; g < groups; g += 32) {
                cp_async_4(to + r * Ring::kScaleStride + g, from + row * p.row_scales + g);
            }
        }
    }

    __device__ __forceinline__ void ask_state(int slot) const {
        constexpr int kFloats = kHeaddim * kState / kStateUnits;
        static_assert(kFloats * 4 <= Ring::kSlot);
        std::uint64_t* barrier = Ring::full(smem_) + slot;
        if (lane_ == 0 && first_row_ > 0) mbarrier_expect(barrier, 0);
        if (lane_ == 0 && first_row_ == 0) {
            const std::int64_t unit =
                static_cast<std::int64_t>(walk_.tile()) * kStateUnits + walk_.iteration();
            mbarrier_expect(barrier, kFloats * 4);
            bulk_copy(smem_ + slot * Ring::kSlot, walk_.mixer().state.ssm + unit * kFloats, kFloats * 4,
                      barrier, evict_first_);
        }
        if constexpr (kGroups > 0) mbarrier_arrive_after_copies(barrier);
    }

    UnitWalk<Format, Ring::kUnitSteps, true> walk_;
    char* smem_;
    int lane_;
    int first_row_;  ///< of a tile, of those that this warp asks for
    int rows_;
    std::uint64_t evict_first_;
};

}  // namespace sidewinder::kernels::cuda::small
