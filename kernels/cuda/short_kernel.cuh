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
template <class Format, int kColumnTiles, int kTeams>
class Walk {
  public:
    static constexpr int kThreads = kTeams * kTeamThreads;

    __device__ __forceinline__ Walk(const Program& program, char* smem)
        : program_(program), smem_(smem), ring_(program, smem) {
        for (int i = 0; i < program_.slots; ++i) ring_.load(i);
        if (threadIdx.x < kZeros / 4) reinterpret_cast<float*>(zeros())[threadIdx.x] = 0.0f;
    }

    __device__ __forceinline__ void run() {
        for (int i = 0; i < program_.count; ++i) {
            const Phase& phase = program_.phases[i];
            if (phase.kind == Phase::Kind::Mixer) {
                mixer(phase);
            } else if (phase.linear.T == 1) {
                linear<1>(phase);
            } else {
                linear<kHeldTokens>(phase);
            }
            if (i + 1 == program_.count) break;
            if (program_.phases[i + 1].meets) {
                grid_arrive(program_.barrier);
            } else {
                __syncthreads();
            }
        }
        if (generation_ > 0) grid_leave({program_.barrier, program_.barrier + 1});
    }

  private:
    static constexpr int kHeldTokens = 2;

    __device__ __forceinline__ char* zeros() const { return smem_ + program_.shared.zeros; }

    __device__ __forceinline__ void meet(const Phase& phase) {
        if (phase.meets) grid_wait(program_.barrier, ++generation_ * gridDim.x);
    }

    template <int kHeld>
    __device__ __forceinline__ void linear(const Phase& phase) {
        const LinearPhase& p = phase.linear;
        const Scratch<kThreads / 32> scratch(smem_ + program_.shared.scratch, p.T);
        auto* sums = reinterpret_cast<float*>(smem_ + program_.shared.sums);
        char* operand = smem_ + program_.shared.operand;
        {
            Stage<Format, kColumnTiles, kThreads, kHeld> stage(p, scratch, sums, operand);
            stage.prefetch();
            meet(phase);
            stage.run();
        }
        auto* partials = reinterpret_cast<float*>(smem_ + program_.shared.partials) +
                         threadIdx.x / kTeamThreads * kPartials<kColumnTiles>;
        multiply_tiles<Format, kColumnTiles, kTeams>(p, program_.slots, operand, zeros(), sums, partials,
                                                     ring_, slot_);
    }

    __device__ __forceinline__ void mixer(const Phase& phase) {
        const MixerPhase& p = phase.mixer;
        MixerStep<kThreads> step(p, smem_ + program_.shared.operand);
        const int first = static_cast<int>(blockIdx.x);
        if (first < p.n_heads) step.prefetch(first);
        meet(phase);
        for (int head = first; head < p.n_heads; head += static_cast<int>(gridDim.x)) {
            if (head > first) {
                __syncthreads();
                step.prefetch(head);
            }
            step.run();
        }
    }

    const Program& program_;
    char* smem_;
    Ring<Format, kTeams> ring_;
    int slot_ = 0;  ///< of the ring: the oldest unit
    unsigned generation_ = 0;
};

template <class Format, int kColumnTiles, int kTeams>
__global__ void __launch_bounds__(kTeams* kTeamThreads, 1)
    short_kernel(const __grid_constant__ Program program) {
    Walk<Format, kColumnTiles, kTeams>(program, dynamic_smem()).run();
}

/// Shared memory beside the ring that one phase takes.
template <class Format, int kColumnTiles, int kTeams>
void add_need(const Phase& phase, Need& need) {
    constexpr int kWarps = kTeams * kTeamWarps;
    const auto grow = [](int& most, std::size_t bytes) {
        most = std::max(most, static_cast<int>((bytes + 15) / 16 * 16));
    };
    if (phase.kind == Phase::Kind::Mixer) {
        return grow(need.operand, MixerStep<kWarps * 32>::bytes(phase.mixer.T));
    }
    const LinearPhase& p = phase.linear;
    const auto T = static_cast<std::size_t>(p.T), columns = static_cast<std::size_t>(p.columns);
    grow(need.operand, T * columns * 2);
    grow(need.scratch, sizeof(float) * Scratch<kWarps>::floats(p.T, p.n_groups));
    if constexpr (Format::kSumColumns > 0) {
        grow(need.sums, columns / Format::kSumColumns * 8 * kColumnTiles * sizeof(float));
    }
}

template <class Format, int kColumnTiles, int kTeams>
Shared plan_shared(const Need& need, int slots) {
    using TheRing = Ring<Format, kTeams>;
    Shared shared;
    shared.ring_scales = slots * TheRing::kDataBytes;
    shared.partials = shared.ring_scales + slots * TheRing::kScaleBytes;
    shared.zeros = shared.partials + kTeams * kPartials<kColumnTiles> * 4;
    shared.scratch = shared.zeros + kZeros;
    shared.sums = shared.scratch + need.scratch;
    shared.operand = shared.sums + need.sums;
    shared.bytes = shared.operand + need.operand;
    return shared;
}

template <class Format, int kColumnTiles, int kTeams>
void launch_with(const Context& context, Program& program) {
    Need need;
    for (int i = 0; i < program.count; ++i) {
        add_need<Format, kColumnTiles, kTeams>(program.phases[i], need);
    }
    const auto most = static_cast<int>(context.device->shared_per_block);
    int slots = kMostSlots;
    while (slots > 1 && plan_shared<Format, kColumnTiles, kTeams>(need, slots).bytes > most) --slots;
    program.slots = slots;
    program.shared = plan_shared<Format, kColumnTiles, kTeams>(need, slots);
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>(grid_of(program, kTeams, context.device->multiprocessors));
    shape.block.x = kTeams * kTeamThreads;
    shape.smem = static_cast<std::size_t>(program.shared.bytes);
    shape.cooperative = meets(program);
    launch(context, "short_step", shape, short_kernel<Format, kColumnTiles, kTeams>, program);
}

/// Two teams where there is shared memory for the rings of both.
inline bool has_two_teams(const DeviceTraits& device) {
    return device.shared_per_block >= 128 * 1024;
}

template <class Format>
void launch_short(const Context& context, Program& program) {
    bool many = false;
    for (int i = 0; i < program.count; ++i) {
        const Phase& phase = program.phases[i];
        many |= (phase.kind == Phase::Kind::Mixer ? phase.mixer.T : phase.linear.T) > 8;
    }
    if (has_two_teams(*context.device)) {
        many ? launch_with<Format, 2, 2>(context, program) : launch_with<Format, 1, 2>(context, program);
    } else {
        many ? launch_with<Format, 2, 1>(context, program) : launch_with<Format, 1, 1>(context, program);
    }
}

/// Would the largest phase fit: kShortTokens tokens of `columns`, the most groups that there may be?
template <class Format, int kTeams>
bool fits(const DeviceTraits& device, int columns, int slots) {
    Phase phase;
    phase.linear.T = 16;
    phase.linear.columns = columns;
    phase.linear.n_groups = 16;
    Need need;
    add_need<Format, 2, kTeams>(phase, need);
    const Shared shared = plan_shared<Format, 2, kTeams>(need, slots);
    return static_cast<std::size_t>(shared.bytes) <= device.shared_per_block;
}

template <class Format>
SumBlock sum_block(const DeviceTraits& device) {
    const bool two = has_two_teams(device);
    if (two && fits<Format, 2>(device, 4096, 2)) return {4096, iterations<Format>(4096)};
    if (two ? fits<Format, 2>(device, 2048, 1) : fits<Format, 1>(device, 2048, 1)) {
        return {2048, iterations<Format>(2048)};
    }
    throw Error(Error::Kind::Unsupported,
                "This device has " + std::to_string(device.shared_per_block >> 10) +
                    " KiB of shared memory a block, too little for the short kernels: use the CPU.");
}

#define SIDEWINDER_SHORT_FORMAT(...)                                                   \
    template void launch_short<__VA_ARGS__>(const Context& context, Program& program); \
    template SumBlock sum_block<__VA_ARGS__>(const DeviceTraits& device)

}  // namespace sidewinder::kernels::cuda::small
