#pragma once

#include "kernels/cuda/ops.h"

/// The kernels of `mixer_chunk`, in the order in which they run. Internal: ops.h is the interface.
namespace sidewinder::kernels::cuda {

/// The arguments of one `mixer_chunk`, checked.
struct MixerChunkCall {
    Dims dims;
    MixerWeights weights;
    LayerState state;
    const __nv_bfloat16* zxbc = nullptr;
    const float* dt = nullptr;
    std::int64_t T = 0;
    MixerChunkWork work;
    __nv_bfloat16* y = nullptr;
};

/// Tokens of a chunk of the scan on this device: 64 or 32.
int scan_tokens(const DeviceTraits& device);

/// What of the scan is the same for a group's heads, or needs no walk: conv1d and SiLU of the channels B | C,
/// the products C B^T within each chunk, and the time steps -> work.tiles (scan_work.h); moves B's and C's
/// part of state.conv on.
void conv_bc(const Context& context, const MixerChunkCall& call);

/// One block a head: conv1d and SiLU of its x channels (and their part of state.conv), the scan (state.ssm),
/// D skip and gate -> y = (scan + D x) * silu(z), work.head_squares; with `scan_norms` what gated_norm does
/// as well.
void scan_chunk(const Context& context, const MixerChunkCall& call);
bool scan_norms(const DeviceTraits& device, const MixerChunkCall& call);

/// y[t, c] *= rsqrt(sum of its group's head_squares / group size + eps) * norm_weight[c].
void gated_norm(const Context& context, const MixerChunkCall& call);

}  // namespace sidewinder::kernels::cuda
