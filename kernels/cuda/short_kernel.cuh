#pragma once

#include <algorithm>
#include <string>

#include "kernels/cuda/grid_barrier.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/mixer_step.cuh"
#include "kernels/cuda/short_plan.h"
#include "kernels/cuda/small_linear_bulk_ring.cuh"
#include "kernels/cuda/small_linear_lane_ring.cuh"
#include "kernels/cuda/small_linear_multiply.cuh"
#include "kernels/cuda/small_linear_stage.cuh"

/// The persistent kernel of short runs: one block a multiprocessor goes through all phases of the program,
/// and weights stream on while the blocks wait for each other.
///
///     phase        first                          then, when its input is there
///     linear       constants of the norm          operand = norm(x), out (+)= weights operand
///     mixer        the head's state and weights   conv1d, SSM, gate
///
/// Of several tokens each is staged by a block, or in parts by several, and all blocks wait for that before
/// they take the operand: staging eight of them in every block would take longer than their products.
namespace sidewinder::kernels::cuda::small {

/// One block's way through the program.
template <class Ring, int kMostTokens>
class Walk {
  public:
    using Format = typename Ring::Format;

    __device__ __forceinline__ Walk(const Program& program, char* smem)
        : program_(program), smem_(smem), ring_(program, smem) {}

    __device__ __forceinline__ void run() {
        clear_signs();
        for (int i = 0; i < program_.count; ++i) {
            const Phase& phase = program_.phases[i];
            if (phase.kind == Phase::Kind::Mixer) {
                mixer(phase, i);
            } else {
                linear(phase);
                done(i);
            }
        }
        if (program_.joint) grid_leave({program_.barrier, program_.barrier + 1, hints(), 2});
    }

  private:
    __device__ __forceinline__ void meet() {
        grid_wait(program_.barrier, ++generation_ * gridDim.x, kThreads);
    }

    /// Before the phase's first look at what others write. A counter says when that is worth while: all
    /// blocks looking at all values all the time keeps those from arriving.
    __device__ __forceinline__ void await(const Phase& phase) {
        if (phase.meets) meet();
        if (phase.hint == 0) return;
        if (threadIdx.x == 0) wait_for_hint(hints(), static_cast<unsigned>(phase.hint) * gridDim.x);
        team_barrier();
    }
    __device__ __forceinline__ unsigned* hints() const { return program_.barrier + 2; }
    __device__ __forceinline__ unsigned* staged() const { return program_.barrier + 3; }

    /// Of all that the program hands over by signs, each block a part. What the first phase reads of it has
    /// the same value before and after.
    __device__ __forceinline__ void clear_signs() {
        const auto first = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
        for (int i = 0; i < program_.signed_count; ++i) {
            const SignedFloats& floats = program_.signed_floats[i];
            for (std::int64_t n = first; n < floats.count; n += std::int64_t{gridDim.x} * kThreads) {
                store_signed(floats.begin + n, floats.begin[n], 0);
            }
        }
        if (program_.signed_count > 0) grid_arrive(program_.barrier, kThreads);
    }
    /// Before the first of them is written.
    __device__ __forceinline__ void all_cleared() {
        if (program_.signed_count > 0 && generation_ == 0) meet();
    }

    /// What phase i has to tell the others is written.
    __device__ __forceinline__ void done(int i) {
        if (i + 1 == program_.count) return;
        const Phase& next = program_.phases[i + 1];
        if (next.meets) grid_arrive(program_.barrier, kThreads);
        if (next.hint == 0) return;
        team_barrier();
        if (threadIdx.x == 0) add_hint(hints(), 1);
    }

    __device__ __forceinline__ Operands prepared(const LinearPhase& p) const {
        auto* sums =
            reinterpret_cast<float*>(program_.operand + static_cast<std::int64_t>(p.x_columns) * p.T * 2);
        return {program_.operand, sums, p.T, kMostTokens, 0, p.x_columns};
    }
    __device__ __forceinline__ void linear(const Phase& phase) {
        const LinearPhase& p = phase.linear;
        const Operands own = operands_in<kMostTokens>(program_, p, smem_);
        const bool has_part = has_tiles(p) || static_cast<int>(blockIdx.x) < p.side_rows;
        if (kMostTokens > 1 && p.prepares) {
            // The last blocks: where there are more than heads, these have no state to store.
            const int first = static_cast<int>(gridDim.x - 1 - blockIdx.x);
            stage(phase, prepared(p), first, static_cast<int>(gridDim.x));
            all_cleared();
            share_staged(p, first);
        } else if (has_part && !p.prepared) {
            stage(phase, own, 0, 1);
        } else {
            await(phase);
        }
        all_cleared();
        if (!has_part) return;  // and looks at nothing that the others may soon overwrite
        if (kMostTokens > 1 && p.prepared) {
            ring_.template bring_operand<kMostTokens>(prepared(p), own);
            if (!has_tiles(p)) ring_.wait_operand(p, 0);
        } else {
            ring_.staged(p);
        }
        auto* partials = reinterpret_cast<float*>(smem_ + program_.shared.partials);
        Tiles<Ring, kMostTokens>(p, own.values, own.sums, partials, ring_).run();
        ring_.template finish_side<kMostTokens>(p, own);
    }

    /// Waits until the tokens have been staged, by this block those from `first` on.
    __device__ __forceinline__ void share_staged(const LinearPhase& p, int first) {
        if (threadIdx.x == 0) {
            const int step = static_cast<int>(gridDim.x);
            const int parts = p.T << p.part_bits;
            if (first < parts)
                add_release(staged(), static_cast<unsigned>((parts - first + step - 1) / step));
            wait_until_reached(staged(), p.staged);
        }
        team_barrier();
    }

    /// Parts of tokens `first`, `first` + `step` and so on, once the input is there.
    __device__ __forceinline__ void stage(const Phase& phase, const Operands& to, int first, int step) {
        const LinearPhase& p = phase.linear;
        Stage<Format> stage(p, Scratch(smem_ + program_.shared.scratch), to);
        const int parts = p.T << p.part_bits;
        if (first < parts) stage.prefetch();
        await(phase);
        if constexpr (kMostTokens == 1) {
            stage.run(0);
        } else {
            for (int part = first; part < parts; part += step) {
                if (p.prepares) stage.take_part(part & ((1 << p.part_bits) - 1));
                stage.run(part >> p.part_bits);
            }
        }
    }

    __device__ __forceinline__ void mixer(const Phase& phase, int i) {
        const MixerPhase& p = phase.mixer;
        MixerStep<kMostTokens> step(p, smem_ + program_.shared.operand);
        const int stride = static_cast<int>(gridDim.x);
        int head = static_cast<int>(blockIdx.x);
        if (head < p.n_heads) prefetch(step, p, head);
        await(phase);
        all_cleared();
        for (; head < p.n_heads; head += stride) {
            step.run();
            if (head + stride >= p.n_heads) break;
            step.store();
            team_barrier();
            prefetch(step, p, head + stride);
        }
        done(i);
        team_barrier();  // y first
        if (head < p.n_heads) step.store();
    }

    __device__ __forceinline__ void prefetch(MixerStep<kMostTokens>& step, const MixerPhase& p, int head) {
        step.prefetch(head);
        ring_.take_state(p, head, step.state());
    }

    const Program& program_;
    char* smem_;
    Ring ring_;
    unsigned generation_ = 0;
};

template <class Ring, int kMostTokens>
__global__ void __launch_bounds__(Ring::kBlockThreads, 1)
    short_kernel(const __grid_constant__ Program program) {
    if constexpr (Ring::kCompiled) {
        char* smem = dynamic_smem();
        Ring::prepare(smem);
        if (threadIdx.x < kThreads) {
            Walk<Ring, kMostTokens>(program, smem).run();
        } else {
            Ring::template help<kMostTokens>(program, smem);
        }
    }
}

/// Operands have to begin with a line of shared memory's banks: elsewhere T = 8 takes a seventh longer.
constexpr int whole_lines(std::size_t bytes) {
    return static_cast<int>((bytes + 127) / 128 * 128);
}

template <class Ring, int kMostTokens>
Shared plan_shared(const Need& need) {
    Shared shared;
    static_assert(Partials<kMostTokens>::kBytes % 128 == 0);
    shared.partials = whole_lines(Ring::kBytes);
    shared.scratch = shared.partials + Partials<kMostTokens>::kBytes;
    shared.sums = shared.scratch + need.scratch;
    shared.operand = shared.sums + need.sums;
    shared.bytes = shared.operand + need.operand;
    return shared;
}

/// Shared memory beside the ring that one phase takes.
template <class Format, int kMostTokens>
void add_need(const Phase& phase, Need& need) {
    const auto grow = [](int& most, std::size_t bytes) { most = std::max(most, whole_lines(bytes)); };
    if (phase.kind == Phase::Kind::Mixer) {
        return grow(need.operand, MixerStep<kMostTokens>::bytes(phase.mixer.T));
    }
    const LinearPhase& p = phase.linear;
    const auto T = static_cast<std::size_t>(p.T), columns = static_cast<std::size_t>(p.columns);
    grow(need.operand, T * columns * 2);
    grow(need.scratch, sizeof(float) * static_cast<std::size_t>(Scratch::floats(p.n_groups)));
    if constexpr (Format::kSumColumns > 0) {
        grow(need.sums, columns / Format::kSumColumns * kMostTokens * sizeof(float));
    }
}

/// Launches with this ring if there is room for it.
template <class Ring, int kMostTokens>
bool launched(const Context& context, Program& program) {
    Need need;
    for (int i = 0; i < program.count; ++i) {
        add_need<typename Ring::Format, kMostTokens>(program.phases[i], need);
    }
    program.shared = plan_shared<Ring, kMostTokens>(need);
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>(grid_of(program, context.device->multiprocessors));
    shape.block.x = Ring::kBlockThreads;
    shape.smem = static_cast<std::size_t>(program.shared.bytes);
    shape.cooperative = program.joint = meets(program);
    if (shape.smem > context.device->shared_per_block) return false;
    launch(context, "short_step", shape, short_kernel<Ring, kMostTokens>, program);
    return true;
}

template <class Format>
bool launched_bulk(const Context& context, Program& program) {
    const int T = most_tokens(program);
    if (T == 1) return launched<BulkRing<Format, 11>, 1>(context, program);
    if (T <= 8) return launched<BulkRing<Format, 7>, 8>(context, program);
    return launched<BulkRing<Format, 4>, 16>(context, program);
}

template <class Format>
bool launched_lane(const Context& context, Program& program) {
    const int T = most_tokens(program);
    if (T == 1) {
        return launched<LaneRing<Format, 4>, 1>(context, program) ||
               launched<LaneRing<Format, 2>, 1>(context, program);
    }
    if (T <= 8) {
        return launched<LaneRing<Format, 4>, 8>(context, program) ||
               launched<LaneRing<Format, 2>, 8>(context, program);
    }
    return launched<LaneRing<Format, 2>, 16>(context, program);
}

template <class Format>
void launch_short(const Context& context, Program& program) {
    if (has_bulk_rings(*context.device) ? launched_bulk<Format>(context, program)
                                        : launched_lane<Format>(context, program)) {
        return;
    }
    throw Error(Error::Kind::Unsupported,
                "This device has " + std::to_string(context.device->shared_per_block >> 10) +
                    " KiB of shared memory a block, too little for the short kernels: use the CPU.");
}

template <class Ring>
bool fits(const DeviceTraits& device, int T, int columns) {
    constexpr int kTokens = 16;
    Phase phase;
    phase.linear.T = T;
    phase.linear.columns = columns;
    phase.linear.n_groups = 16;
    Need need;
    add_need<typename Ring::Format, kTokens>(phase, need);
    return static_cast<std::size_t>(plan_shared<Ring, kTokens>(need).bytes) <= device.shared_per_block;
}

template <class Ring>
SumBlock sum_block_of(const DeviceTraits& device) {
    const int columns = fits<Ring>(device, 16, 4096) ? 4096 : 2048;
    return {columns, iterations<typename Ring::Format, Ring::kUnitSteps>(columns),
            fits<Ring>(device, 16, columns) ? 16 : 8};
}

template <class Format>
SumBlock sum_block(const DeviceTraits& device) {
    return has_bulk_rings(device) ? sum_block_of<BulkRing<Format, 4>>(device)
                                  : sum_block_of<LaneRing<Format, 2>>(device);
}

#define SIDEWINDER_SHORT_FORMAT(...)                                                   \
    template void launch_short<__VA_ARGS__>(const Context& context, Program& program); \
    template SumBlock sum_block<__VA_ARGS__>(const DeviceTraits& device)

}  // namespace sidewinder::kernels::cuda::small
