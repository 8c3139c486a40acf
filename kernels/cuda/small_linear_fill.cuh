#pragma once

#include "kernels/cuda/small_linear_units.cuh"

namespace sidewinder::kernels::cuda::small {

/// A warp that asks for its share of what a BulkRing brings, in the order in which the block takes it: some
/// rows of each unit. (A warp asks for one row after the other, some sixty clocks each.)
///
/// Not all of an empty ring is asked for at once: what the memory is asked for and cannot bring yet makes
/// everybody else's loads wait, and those are what the blocks meet for. While the block has little left, so
/// many units are on their way at once, and fewer while it has enough. When the ring is full, the next units
/// are brought to L2.
template <class Ring>
class Filler {
  public:
    using Format = typename Ring::Format;
    using Place = typename Ring::Place;

    __device__ __forceinline__ Filler(const Program& program, char* smem, int filler)
        : walk_(program),
          ahead_(program),
          smem_(smem),
          lane_(static_cast<int>(threadIdx.x) % 32),
          first_row_(filler * kMostRows),
          rows_(min(kTileRows - first_row_, kMostRows)),
          evict_first_(evict_first_policy()) {}

    __device__ __forceinline__ void run() {
        Place here, last, eaten;  // this unit's, that of kSated and of kHungry units before
        for (int unit = 0; !walk_.ended(); walk_.next(), ++unit) {
            if constexpr (kAhead > 0) look_ahead(unit, here);
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
    static constexpr int kHungry = Ring::kHungry, kSated = Ring::kSated, kAhead = Ring::kAhead;
    static constexpr int kStateUnits = Ring::kStateUnits;
    static constexpr int kMostRows = (kTileRows + Ring::kFillers - 1) / Ring::kFillers;
    static constexpr int kGroups = Ring::kGroups;
    static constexpr int kGroupOr1 = kGroups > 0 ? Format::kGroup : 1;

    /// While `place`, where `unit` belongs, is not free: two units at a time are on their way to L2.
    __device__ __forceinline__ void look_ahead(int unit, const Place& place) {
        if (ahead_unit_ <= unit) step_ahead();
        while (!__any_sync(0xFFFFFFFFu, mbarrier_ended(Ring::empty(smem_) + place.slot, place.parity ^ 1))) {
            if (ahead_.ended() || ahead_unit_ > unit + kAhead) return;
            const void* before = brought_;
            bring_to_l2();
            step_ahead();
            // A load that comes back says that what was asked for before it is there.
            if (before && load_word(before) == kNoWord) prefetch_l2(before);
        }
    }
    __device__ __forceinline__ void step_ahead() {
        if (!ahead_.ended()) ahead_.next();
        ++ahead_unit_;
    }
    __device__ __forceinline__ void bring_to_l2() {
        brought_ = nullptr;
        if (ahead_.is_state()) {
            if (first_row_ > 0 || lane_ > 0) return;
            prefetch_l2(state_of(ahead_), kStateFloats * 4);
            brought_ = state_of(ahead_);
        } else if (lane_ < rows_) {
            const char* from = weight_of(ahead_, row_of(ahead_));
            prefetch_l2(from, steps_of(ahead_) * kStepBytes);
            brought_ = from;
        }
    }
    static constexpr unsigned kNoWord = 0x7FC0FFEEu;  // whatever: it makes the load be waited for
    static constexpr int kStateFloats = kHeaddim * kState / kStateUnits;

    using Units = UnitWalk<Format, Ring::kUnitSteps, Ring::kStateUnits>;

    /// Where the unit at which `units` is has what this lane asks for. Rows behind the last are loaded as the
    /// last and never stored.
    __device__ __forceinline__ std::int64_t row_of(const Units& units) const {
        return min(units.tile() * kTileRows + first_row_ + lane_, units.linear().rows - 1);
    }
    static __device__ __forceinline__ const char* weight_of(const Units& units, std::int64_t row) {
        return units.linear().weight + row * units.linear().row_bytes + units.iteration() * Ring::kRow;
    }
    static __device__ __forceinline__ int steps_of(const Units& units) {
        const int first = units.iteration() * (kWarps * Ring::kUnitSteps);
        return min(units.linear().columns / Format::kStepColumns - first, kWarps * Ring::kUnitSteps);
    }
    static __device__ __forceinline__ const float* state_of(const Units& units) {
        const std::int64_t unit = static_cast<std::int64_t>(units.tile()) * kStateUnits + units.iteration();
        return units.mixer().state.ssm + unit * kStateFloats;
    }

    /// The first lanes have a row each.
    __device__ __forceinline__ void ask(int slot) const {
        const LinearPhase& p = walk_.linear();
        const int steps = steps_of(walk_);
        const int groups = kGroups > 0 ? steps * Format::kStepColumns / kGroupOr1 : 0;
        const bool aligned = groups % 4 == 0 && p.row_scales % 4 == 0;
        const int bytes = steps * kStepBytes, scale_bytes = aligned ? groups * 4 : 0;
        const int at = first_row_ + lane_;
        const std::int64_t row = row_of(walk_);
        const float* scales = p.scales + row * p.row_scales + walk_.iteration() * Ring::kScaleStride;
        float* scale_place = Ring::scales(smem_) + slot * Ring::kSlotScales + at * Ring::kScaleStride;
        if (kGroups > 0 && !aligned && lane_ < rows_) {
            for (int g = 0; g < groups; ++g) scale_place[g] = __ldg(scales + g);
        }
        __syncwarp();
        std::uint64_t* barrier = Ring::full(smem_) + slot;
        if (lane_ == 0) mbarrier_expect(barrier, (bytes + scale_bytes) * rows_);
        __syncwarp();
        if (lane_ >= rows_) return;
        bulk_copy(smem_ + slot * Ring::kSlot + Ring::row_place(at), weight_of(walk_, row), bytes, barrier,
                  evict_first_);
        if (kGroups > 0 && aligned) bulk_copy(scale_place, scales, scale_bytes, barrier, evict_first_);
    }

    __device__ __forceinline__ void ask_state(int slot) const {
        static_assert(kStateFloats * 4 <= Ring::kSlot);
        std::uint64_t* barrier = Ring::full(smem_) + slot;
        if (lane_ == 0 && first_row_ > 0) mbarrier_expect(barrier, 0);
        if (lane_ == 0 && first_row_ == 0) {
            mbarrier_expect(barrier, kStateFloats * 4);
            bulk_copy(smem_ + slot * Ring::kSlot, state_of(walk_), kStateFloats * 4, barrier, evict_first_);
        }
    }

    Units walk_;   ///< of the next unit to ask for
    Units ahead_;  ///< of the next to be brought to L2
    int ahead_unit_ = 0;
    const void* brought_ = nullptr;  ///< of the unit before that: this lane's share of it
    char* smem_;
    int lane_;
    int first_row_;  ///< of a tile, of those that this warp asks for
    int rows_;
    std::uint64_t evict_first_;
};

}  // namespace sidewinder::kernels::cuda::small
