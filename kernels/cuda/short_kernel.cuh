#pragma once

#include <algorithm>
#include <string>

#include "kernels/cuda/grid_barrier.cuh"
#include "kernels/cuda/launch.h"
#include "kernels/cuda/mixer_step.cuh"
#include "kernels/cuda/short_plan.h"
#include "kernels/cuda/small_linear_multiply.cuh"
#include "kernels/cuda/small_linear_stage.cuh"

/// The persistent kernel of short runs: one block a multiprocessor goes through all phases of the program,
/// and weights stream on while the blocks wait for each other.
///
///     phase        first                          then, once all blocks have met
///     linear       constants of the norm          operand = norm(x), out (+)= weights operand
///     mixer        the head's state and weights   conv1d, SSM, gate
namespace sidewinder::kernels::cuda::small {

/// One block's way through the program.
template <class Format, int kMostTokens, int kSlots>
class Walk {
  public:
    __device__ __forceinline__ Walk(const Program& program, char* smem)
        : program_(program), smem_(smem), ring_(program, smem) {}

    __device__ __forceinline__ void run() {
        for (int i = 0; i < program_.count; ++i) {
            const Phase& phase = program_.phases[i];
            if (phase.kind == Phase::Kind::Mixer) {
                mixer(phase, i);
            } else {
                linear(phase);
                done(i);
            }
        }
        if (generation_ > 0) grid_leave({program_.barrier, program_.barrier + 1});
    }

  private:
    __device__ __forceinline__ void meet(const Phase& phase) {
        if (phase.meets) grid_wait(program_.barrier, ++generation_ * gridDim.x);
    }

    /// What phase i has to tell the others is written.
    __device__ __forceinline__ void done(int i) {
        if (i + 1 == program_.count) return;
        if (program_.phases[i + 1].meets) {
            grid_arrive(program_.barrier);
        } else {
            __syncthreads();
        }
    }

    __device__ __forceinline__ void linear(const Phase& phase) {
        const LinearPhase& p = phase.linear;
        const Scratch scratch(smem_ + program_.shared.scratch, p.T);
        auto* sums = reinterpret_cast<float*>(smem_ + program_.shared.sums);
        char* operand = smem_ + program_.shared.operand;
        {
            Stage<Format, kMostTokens> stage(p, scratch, sums, operand);
            stage.prefetch();
            meet(phase);
            stage.run();
        }
        auto* partials = reinterpret_cast<float*>(smem_ + program_.shared.partials);
        Tiles<Format, kMostTokens, kSlots>(p, operand, sums, partials, ring_).run();
    }

    __device__ __forceinline__ void mixer(const Phase& phase, int i) {
        const MixerPhase& p = phase.mixer;
        MixerStep<kMostTokens> step(p, smem_ + program_.shared.operand);
        const int stride = static_cast<int>(gridDim.x);
        int head = static_cast<int>(blockIdx.x);
        if (head < p.n_heads) step.prefetch(head);
        meet(phase);
        for (; head < p.n_heads; head += stride) {
            step.run();
            if (head + stride >= p.n_heads) break;
            step.store();
            __syncthreads();
            step.prefetch(head + stride);
        }
        done(i);
        if (head < p.n_heads) step.store();
    }

    const Program& program_;
    char* smem_;
    Ring<Format, kSlots> ring_;
    unsigned generation_ = 0;
};

template <class Format, int kMostTokens, int kSlots>
__global__ void __launch_bounds__(kThreads, 1) short_kernel(const __grid_constant__ Program program) {
    Walk<Format, kMostTokens, kSlots>(program, dynamic_smem()).run();
}

template <class Format, int kMostTokens, int kSlots>
Shared plan_shared(const Need& need) {
    Shared shared;
    shared.partials = Ring<Format, kSlots>::kBytes;
    shared.scratch = shared.partials + Partials<kMostTokens>::kBytes;
    shared.sums = shared.scratch + need.scratch;
    shared.operand = shared.sums + need.sums;
    shared.bytes = shared.operand + need.operand;
    return shared;
}

/// Shared memory beside the ring that one phase takes.
template <class Format, int kMostTokens>
void add_need(const Phase& phase, Need& need) {
    const auto grow = [](int& most, std::size_t bytes) {
        most = std::max(most, static_cast<int>((bytes + 15) / 16 * 16));
    };
    if (phase.kind == Phase::Kind::Mixer) {
        return grow(need.operand, MixerStep<kMostTokens>::bytes(phase.mixer.T));
    }
    const LinearPhase& p = phase.linear;
    const auto T = static_cast<std::size_t>(p.T), columns = static_cast<std::size_t>(p.columns);
    grow(need.operand, T * columns * 2);
    grow(need.scratch, sizeof(float) * static_cast<std::size_t>(Scratch::floats(p.T, p.n_groups)));
    if constexpr (Format::kSumColumns > 0) {
        grow(need.sums, columns / Format::kSumColumns * kMostTokens * sizeof(float));
    }
}

/// Launches with this depth of the ring if there is room for it.
template <class Format, int kMostTokens, int kSlots>
bool launched(const Context& context, Program& program) {
    Need need;
    for (int i = 0; i < program.count; ++i) add_need<Format, kMostTokens>(program.phases[i], need);
    program.shared = plan_shared<Format, kMostTokens, kSlots>(need);
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>(grid_of(program, context.device->multiprocessors));
    shape.block.x = kThreads;
    shape.smem = static_cast<std::size_t>(program.shared.bytes);
    shape.cooperative = meets(program);
    if (shape.smem > context.device->shared_per_block) return false;
    launch(context, "short_step", shape, short_kernel<Format, kMostTokens, kSlots>, program);
    return true;
}

template <class Format>
void launch_short(const Context& context, Program& program) {
    const int T = most_tokens(program);
    bool done = false;
    if (T == 1) {
        done = launched<Format, 1, 8>(context, program) || launched<Format, 1, 4>(context, program) ||
               launched<Format, 1, 2>(context, program);
    } else if (T <= 8) {
        done = launched<Format, 8, 8>(context, program) || launched<Format, 8, 2>(context, program);
    } else {
        done = launched<Format, 16, 4>(context, program) || launched<Format, 16, 2>(context, program);
    }
    if (!done) {
        throw Error(Error::Kind::Unsupported,
                    "This device has " + std::to_string(context.device->shared_per_block >> 10) +
                        " KiB of shared memory a block, too little for the short kernels: use the CPU.");
    }
}

template <class Format, int kMostTokens, int kSlots>
bool fits(const DeviceTraits& device, int T, int columns) {
    Phase phase;
    phase.linear.T = T;
    phase.linear.columns = columns;
    phase.linear.n_groups = 16;
    Need need;
    add_need<Format, kMostTokens>(phase, need);
    const Shared shared = plan_shared<Format, kMostTokens, kSlots>(need);
    return static_cast<std::size_t>(shared.bytes) <= device.shared_per_block;
}

template <class Format>
SumBlock sum_block(const DeviceTraits& device) {
    const int columns = fits<Format, 16, 4>(device, 16, 4096) ? 4096 : 2048;
    return {columns, iterations<Format>(columns), fits<Format, 16, 4>(device, 16, columns) ? 16 : 8};
}

#define SIDEWINDER_SHORT_FORMAT(...)                                                   \
    template void launch_short<__VA_ARGS__>(const Context& context, Program& program); \
    template SumBlock sum_block<__VA_ARGS__>(const DeviceTraits& device)

}  // namespace sidewinder::kernels::cuda::small
