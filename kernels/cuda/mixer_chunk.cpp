#include "kernels/cuda/mixer_chunk.h"

#include <algorithm>
#include <string>

#include "kernels/cuda/float8.h"
#include "kernels/cuda/scan_work.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr std::int64_t kMostTokens = std::int64_t{1} << 20;

/// The shape that the three kernels are written for; 67 rows of zxbc must be within 32-bit offsets.
bool fits(const Dims& dims) {
    return dims.headdim == 64 && dims.d_state == 128 && dims.d_conv == 4 && dims.n_groups > 0 &&
           dims.n_heads > 0 && dims.n_heads % dims.n_groups == 0 &&
           dims.d_inner == dims.n_heads * dims.headdim && dims.zxbc_rows() <= (std::int64_t{1} << 24);
}

}  // namespace

std::int64_t mixer_chunk_bytes(const Dims& dims, std::int64_t T) {
    return std::max(scan::work_bytes<64>(T, dims.n_groups, dims.n_heads),
                    scan::work_bytes<32>(T, dims.n_groups, dims.n_heads));
}

void mixer_chunk(const Context& context, const Dims& dims, const MixerWeights& weights,
                 const LayerState& state, const __nv_bfloat16* zxbc, const float* dt, std::int64_t T,
                 const MixerChunkWork& work, __nv_bfloat16* y) {
    if (!fits(dims) || T < 1 || T > kMostTokens) {
        throw Error(Error::Kind::Internal,
                    "The chunked scan was asked for " + std::to_string(T) + " tokens of " +
                        std::to_string(dims.n_heads) + " heads in " + std::to_string(dims.n_groups) +
                        " groups, " + std::to_string(dims.headdim) + " x " + std::to_string(dims.d_state) +
                        ", which it cannot do; please report this.");
    }
    const MixerChunkCall call{dims, weights, state, zxbc, dt, T, work, y};
    conv_bc(context, call);
    scan_chunk(context, call);
    if (work.token_scales) {
        gated_norm_float8(context, dims, y, work.head_squares, weights.norm_weight, T, work.token_scales);
    } else if (!scan_norms(*context.device, call)) {
        gated_norm(context, call);
    }
}

}  // namespace sidewinder::kernels::cuda
