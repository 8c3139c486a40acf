#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/mixer_chunk.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 128;
constexpr int kChannels = 8;  // a thread's, 16 bytes
constexpr int kTokens = 8;    // a thread's

struct ConvArguments {
    const __nv_bfloat16* raw;  // [T, stride], first channel B
    std::int64_t stride;
    const float4* taps;  // [channels]
    const float* bias;   // [channels]
    float4* state;       // [channels]
    __half* out;         // [T, channels]
    std::int64_t channels;
    std::int64_t T;
};

__device__ __forceinline__ void unpack(float (&out)[kChannels], uint4 v) {
    const std::uint32_t words[4] = {v.x, v.y, v.z, v.w};
#pragma unroll
    for (int i = 0; i < 4; ++i) {
        out[2 * i] = low_bf16(words[i]);
        out[2 * i + 1] = high_bf16(words[i]);
    }
}

/// The three columns before token `first`: from the state at the start, else raw.
__device__ __forceinline__ void load_halo(float (&halo)[3][kChannels], const ConvArguments& args,
                                          std::int64_t channel, std::int64_t first) {
    if (first == 0) {
#pragma unroll
        for (int i = 0; i < kChannels; ++i) {
            const float4 columns = args.state[channel + i];
            halo[0][i] = columns.y;
            halo[1][i] = columns.z;
            halo[2][i] = columns.w;
        }
    } else {
#pragma unroll
        for (int k = 0; k < 3; ++k) {
            const __nv_bfloat16* from = args.raw + (first - 3 + k) * args.stride + channel;
            unpack(halo[k], *reinterpret_cast<const uint4*>(from));
        }
    }
}

/// A thread: 8 channels of 8 tokens. The thread of a channel's first tokens also moves the channel's state
/// on: it is the only one that reads the old columns.
__global__ void __launch_bounds__(kThreads) conv_bc_kernel(ConvArguments args) {
    const std::int64_t unit = static_cast<std::int64_t>(blockIdx.x) * kThreads + threadIdx.x;
    const std::int64_t across = args.channels / kChannels;
    const std::int64_t channel = unit % across * kChannels;
    const std::int64_t first = unit / across * kTokens;
    if (first >= args.T) return;

    float4 taps[kChannels];
    float bias[kChannels];
#pragma unroll
    for (int i = 0; i < kChannels; ++i) {
        taps[i] = args.taps[channel + i];
        bias[i] = args.bias[channel + i];
    }
    wait_prior_grid();
    launch_dependents();

    uint4 raw[kTokens];
#pragma unroll
    for (int i = 0; i < kTokens; ++i) {
        const std::int64_t t = first + i < args.T ? first + i : args.T - 1;
        raw[i] = *reinterpret_cast<const uint4*>(args.raw + t * args.stride + channel);
    }
    float c[4][kChannels];  // a ring: column of token first + i in c[(i + 3) % 4]
    float halo[3][kChannels];
    load_halo(halo, args, channel, first);
#pragma unroll
    for (int k = 0; k < 3; ++k) {
#pragma unroll
        for (int i = 0; i < kChannels; ++i) c[k][i] = halo[k][i];
    }
#pragma unroll
    for (int i = 0; i < kTokens; ++i) {
        unpack(c[(i + 3) % 4], raw[i]);
        std::uint32_t out[4];
#pragma unroll
        for (int j = 0; j < 4; ++j) {
            float v[2];
#pragma unroll
            for (int e = 0; e < 2; ++e) {
                const int at = 2 * j + e;
                v[e] = silu(conv_4(taps[at], bias[at], c[i % 4][at], c[(i + 1) % 4][at], c[(i + 2) % 4][at],
                                   c[(i + 3) % 4][at]));
            }
            out[j] = pack_f16_saturated(v[0], v[1]);
        }
        if (first + i < args.T) {
            *reinterpret_cast<uint4*>(args.out + (first + i) * args.channels + channel) =
                uint4{out[0], out[1], out[2], out[3]};
        }
    }
    if (first == 0) {
        for (int i = 0; i < kChannels; ++i) {
            advance_conv_state(args.state + channel + i, args.raw + channel + i, args.stride, args.T);
        }
    }
}

}  // namespace

void conv_bc(const Context& context, const MixerChunkCall& call) {
    const Dims& dims = call.dims;
    ConvArguments args{};
    args.raw = call.zxbc + 2 * dims.d_inner;
    args.stride = dims.zxbc_rows();
    args.taps = reinterpret_cast<const float4*>(call.weights.conv_weight) + dims.d_inner;
    args.bias = call.weights.conv_bias + dims.d_inner;
    args.state = reinterpret_cast<float4*>(call.state.conv) + dims.d_inner;
    args.out = call.work.bc;
    args.channels = 2 * dims.n_groups * dims.d_state;
    args.T = call.T;
    const std::int64_t units = (call.T + kTokens - 1) / kTokens * (args.channels / kChannels);
    LaunchShape shape;
    shape.grid.x = static_cast<unsigned>((units + kThreads - 1) / kThreads);
    shape.block.x = kThreads;
    shape.overlap = true;
    launch(context, "conv_bc", shape, conv_bc_kernel, args);
}

}  // namespace sidewinder::kernels::cuda
