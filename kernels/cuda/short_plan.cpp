#include "kernels/cuda/short_plan.h"

#include <algorithm>

namespace sidewinder::kernels::cuda::small {

bool meets(const Program& program) {
    return program.signed_count > 0 ||
           std::any_of(program.phases, program.phases + program.count, [](const Phase& phase) {
               return phase.meets || (phase.kind == Phase::Kind::Linear && phase.linear.prepares);
           });
}

bool has_bulk_rings(const DeviceTraits& device) {
    return device.compute >= 90 && device.compute < 110 && device.shared_per_block >= std::size_t{227} << 10;
}

int grid_of(const Program& program, int multiprocessors) {
    int most = 1;
    for (int i = 0; i < program.count; ++i) {
        const Phase& phase = program.phases[i];
        if (phase.kind == Phase::Kind::Mixer) {
            most = std::max(most, phase.mixer.n_heads);
        } else {
            const int tiles = (phase.linear.rows + kTileRows - 1) / kTileRows;
            most = std::max({most, tiles, phase.linear.side_rows});
        }
    }
    return std::min(most, multiprocessors);
}

int most_tokens(const Program& program) {
    int most = 1;
    for (int i = 0; i < program.count; ++i) {
        const Phase& phase = program.phases[i];
        most = std::max(most, phase.kind == Phase::Kind::Mixer ? phase.mixer.T : phase.linear.T);
    }
    return most;
}

int staged_columns(const DeviceTraits& device, int block_columns, int columns, int T) {
    const auto room = static_cast<int>(device.shared_per_block / 10 * 3);
    const int fit = std::clamp(room / (2 * T) / block_columns, 1, T > 8 ? 1 : kStagedBlocks);
    return std::min(columns, fit * block_columns);
}

int staged_part_bits(const DeviceTraits& device, const LinearPhase& phase) {
    constexpr int kLeastColumns = 256;
    if (phase.norm_weight) return 0;
    int bits = 0;
    while (phase.T << (bits + 1) <= device.multiprocessors &&
           phase.x_columns % (kLeastColumns << (bits + 1)) == 0) {
        ++bits;
    }
    return bits;
}

}  // namespace sidewinder::kernels::cuda::small
