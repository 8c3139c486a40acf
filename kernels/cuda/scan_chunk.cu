#include "kernels/cuda/mixer_chunk.h"
#include "kernels/cuda/scan_out.cuh"
#include "kernels/cuda/scan_prepare.cuh"
#include "kernels/cuda/scan_state.cuh"

namespace sidewinder::kernels::cuda {
namespace {

/// A block: one head. All sorts of warps pass the same barriers, chunks + 2 of them and the drain's.
template <int Q, bool kNorms>
__global__ void __launch_bounds__(scan::kThreads, 1) scan_chunk_kernel(scan::Arguments args) {
    char* smem = dynamic_smem();
    const int thread = static_cast<int>(threadIdx.x);
    const int head = static_cast<int>(blockIdx.x);
    if constexpr (scan::kByRows<Q>) require_atoms(smem);
    wait_prior_grid();
    launch_dependents();
    const int warp =
        __shfl_sync(kAllLanes, thread / kWarp, 0);  // all lanes go one way, as the compiler can see
    if (warp < scan::kPrepareWarps) {
        scan::prepare<Q, kNorms>(args, smem, head, thread);
    } else if (warp < scan::kPrepareWarps + scan::kOutWarps) {
        scan::put_out<Q, kNorms>(args, smem, head, thread - scan::kPrepareThreads);
    } else {
        scan::walk<Q, kNorms>(args, smem, head, thread - scan::kPrepareThreads - scan::kOutThreads);
    }
}

scan::Arguments arguments_of(const MixerChunkCall& call) {
    const Dims& dims = call.dims;
    scan::Arguments args{};
    args.zxbc = call.zxbc;
    args.stride = dims.zxbc_rows();
    args.taps = reinterpret_cast<const float4*>(call.weights.conv_weight);
    args.conv_bias = call.weights.conv_bias;
    args.D = call.weights.D;
    args.conv_state = reinterpret_cast<float4*>(call.state.conv);
    args.ssm = call.state.ssm;
    args.y = call.y;
    args.head_squares = call.work.head_squares;
    args.norm_weight = call.weights.norm_weight;
    args.eps = dims.norm_eps;
    args.T = static_cast<int>(call.T);
    args.d_inner = dims.d_inner;
    args.n_heads = static_cast<int>(dims.n_heads);
    args.heads_per_group = static_cast<int>(dims.n_heads / dims.n_groups);
    return args;
}

template <int Q, bool kNorms>
void launch_scan(const Context& context, const MixerChunkCall& call) {
    scan::Arguments args = arguments_of(call);
    args.chunks = (args.T + Q - 1) / Q;
    args.work =
        scan::work_view<Q>(call.work.tiles, args.chunks, static_cast<int>(call.dims.n_groups), args.n_heads);
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>(args.n_heads);
    shape.block.x = scan::kThreads;
    shape.smem = static_cast<std::size_t>(scan::Layout<Q>::kBytes);
    shape.overlap = !kNorms;
    shape.cooperative = kNorms;
    launch(context, "scan_chunk", shape, scan_chunk_kernel<Q, kNorms>, args);
}

}  // namespace

void scan_chunk(const Context& context, const MixerChunkCall& call) {
    if (scan_norms(*context.device, call)) {
        launch_scan<64, true>(context, call);
    } else if (scan_tokens(*context.device) == 64) {
        launch_scan<64, false>(context, call);
    } else {
        launch_scan<32, false>(context, call);
    }
}

// All heads are on the device at once, a multiprocessor each.
bool scan_norms(const DeviceTraits& device, const MixerChunkCall& call) {
    const std::int64_t heads = call.dims.n_heads / call.dims.n_groups;
    return !call.work.token_scales && scan_tokens(device) == 64 && heads % scan::kHeadsALane == 0 &&
           heads <= scan::kMostHeads && call.dims.n_heads <= device.multiprocessors;
}

// 64 tokens a chunk take 214 KiB (9.0); 32 fit the 99 KiB of 8.6, 8.9 and 12.0.
int scan_tokens(const DeviceTraits& device) {
    return device.shared_per_block >= static_cast<std::size_t>(scan::Layout<64>::kBytes) ? 64 : 32;
}

}  // namespace sidewinder::kernels::cuda
