#include "kernels/cuda/short_plan.h"

#include <algorithm>

namespace sidewinder::kernels::cuda::small {

bool meets(const Program& program) {
    return std::any_of(program.phases, program.phases + program.count,
                       [](const Phase& phase) { return phase.meets; });
}

int grid_of(const Program& program, int teams, int multiprocessors) {
    int most = 1;
    for (int i = 0; i < program.count; ++i) {
        const Phase& phase = program.phases[i];
        if (phase.kind == Phase::Kind::Mixer) {
            most = std::max(most, phase.mixer.n_heads);
        } else {
            const int tiles = (phase.linear.rows + kTileRows - 1) / kTileRows;
            most = std::max({most, (tiles + teams - 1) / teams, phase.linear.side_rows});
        }
    }
    return std::min(most, multiprocessors);
}

int staged_columns(const DeviceTraits& device, int block_columns, int columns, int T) {
    const auto room = static_cast<int>(device.shared_per_block / 10 * 3);
    const int fit = room / (2 * T) / block_columns * block_columns;
    return std::min(columns, std::max(fit, block_columns));
}

}  // namespace sidewinder::kernels::cuda::small
