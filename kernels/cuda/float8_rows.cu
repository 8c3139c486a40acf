#include <string>

#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/float8.cuh"
#include "kernels/cuda/float8.h"
#include "kernels/cuda/refuse.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kWarps = kThreads / kWarp;
constexpr int kPiece = kThreads * 4;  // float32 that the block loads with one instruction

__device__ __forceinline__ float4 product(float4 v, float r, float4 w) {
    return float4{v.x * r * w.x, v.y * r * w.y, v.z * r * w.z, v.w * r * w.w};
}
__device__ __forceinline__ float largest_of(float most, float4 v) {
    return fmaxf(most, fmaxf(fmaxf(fabsf(v.x), fabsf(v.y)), fmaxf(fabsf(v.z), fabsf(v.w))));
}

/// One block a token, the row in registers.
template <int kPieces>
__global__ void __launch_bounds__(kThreads)
    rms_norm_kernel(const float* x, const float* weight, float eps, std::int64_t width, __nv_bfloat16* out,
                    unsigned char* out8, float* scales) {
    __shared__ float partial[2][kWarps];
    wait_prior_grid();
    launch_dependents();
    const std::int64_t row = blockIdx.x * width;
    float4 v[kPieces];
    float squares = 0.0f;
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
        const std::int64_t c = i * kPiece + 4 * threadIdx.x;
        v[i] = c < width ? *reinterpret_cast<const float4*>(x + row + c) : float4{0.0f, 0.0f, 0.0f, 0.0f};
        squares = fmaf(v[i].x, v[i].x, squares);
        squares = fmaf(v[i].y, v[i].y, squares);
        squares = fmaf(v[i].z, v[i].z, squares);
        squares = fmaf(v[i].w, v[i].w, squares);
    }
    const float r = rsqrtf(block_sum(squares, partial[0]) / static_cast<float>(width) + eps);
    float largest = 0.0f;
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
        const std::int64_t c = i * kPiece + 4 * threadIdx.x;
        if (c >= width) break;
        v[i] = product(v[i], r, *reinterpret_cast<const float4*>(weight + c));
        largest = largest_of(largest, v[i]);
        *reinterpret_cast<uint2*>(out + row + c) =
            uint2{pack_bf16(v[i].x, v[i].y), pack_bf16(v[i].z, v[i].w)};
    }
    largest = block_max(largest, partial[1]);
    const float by = to_float8(largest);
#pragma unroll
    for (int i = 0; i < kPieces; ++i) {
        const std::int64_t c = i * kPiece + 4 * threadIdx.x;
        if (c >= width) break;
        *reinterpret_cast<std::uint32_t*>(out8 + row + c) =
            pack_float8(v[i].x * by, v[i].y * by, v[i].z * by, v[i].w * by);
    }
    if (threadIdx.x == 0) scales[blockIdx.x] = from_float8(largest);
}

constexpr int kGatePieces = 4;  // a thread's, eight channels each
constexpr std::int64_t kMostInner = std::int64_t{kThreads} * 8 * kGatePieces;
constexpr int kMostGroups = 64;

struct GateArguments {
    __nv_bfloat16* y;           // [T, d_inner]
    const float* head_squares;  // [T, n_heads]
    const float* weight;        // [d_inner]
    float* scales;              // [T]
    int d_inner;
    int n_heads;
    int n_groups;
    float eps;
};

/// 1 / rms of every group of a token, by as many threads.
__device__ __forceinline__ void inverse_rms(float* r, const GateArguments& args, std::int64_t t) {
    if (threadIdx.x >= static_cast<unsigned>(args.n_groups)) return;
    const int heads = args.n_heads / args.n_groups;
    const float* squares =
        args.head_squares + t * args.n_heads + static_cast<std::int64_t>(threadIdx.x) * heads;
    float sum = 0.0f;
    for (int h = 0; h < heads; ++h) sum += squares[h];
    r[threadIdx.x] = rsqrtf(sum / static_cast<float>(args.d_inner / args.n_groups) + args.eps);
}

/// Eight channels' y * r * w.
__device__ __forceinline__ void normed(float4 (&v)[2], uint4 y, float r, const float* weight) {
    const auto* w = reinterpret_cast<const float4*>(weight);
    v[0] = product(float4{low_bf16(y.x), high_bf16(y.x), low_bf16(y.y), high_bf16(y.y)}, r, w[0]);
    v[1] = product(float4{low_bf16(y.z), high_bf16(y.z), low_bf16(y.w), high_bf16(y.w)}, r, w[1]);
}

/// One block a token, which it reads whole before it writes; the last tokens, which may still be in L2, come
/// first.
__global__ void __launch_bounds__(kThreads) gated_norm_kernel(GateArguments args) {
    __shared__ float partial[kWarps];
    __shared__ float r[kMostGroups];
    const int size = args.d_inner / args.n_groups;
    const std::int64_t t = gridDim.x - 1 - blockIdx.x;
    wait_prior_grid();
    launch_dependents();
    inverse_rms(r, args, t);
    __nv_bfloat16* row = args.y + t * args.d_inner;
    uint4 y[kGatePieces];
#pragma unroll
    for (int i = 0; i < kGatePieces; ++i) {
        const int c = (i * kThreads + static_cast<int>(threadIdx.x)) * 8;
        if (c < args.d_inner) y[i] = *reinterpret_cast<const uint4*>(row + c);
    }
    __syncthreads();
    float4 v[kGatePieces][2];
    float largest = 0.0f;
#pragma unroll
    for (int i = 0; i < kGatePieces; ++i) {
        const int c = (i * kThreads + static_cast<int>(threadIdx.x)) * 8;
        if (c >= args.d_inner) break;
        normed(v[i], y[i], r[c / size], args.weight + c);
        largest = largest_of(largest_of(largest, v[i][0]), v[i][1]);
    }
    largest = block_max(largest, partial);  // its barrier: all have read
    const float by = to_float8(largest);
    auto* out = reinterpret_cast<unsigned char*>(row);
#pragma unroll
    for (int i = 0; i < kGatePieces; ++i) {
        const int c = (i * kThreads + static_cast<int>(threadIdx.x)) * 8;
        if (c >= args.d_inner) break;
        const float4 a = v[i][0], b = v[i][1];
        *reinterpret_cast<uint2*>(out + c) = uint2{pack_float8(a.x * by, a.y * by, a.z * by, a.w * by),
                                                   pack_float8(b.x * by, b.y * by, b.z * by, b.w * by)};
    }
    if (threadIdx.x == 0) args.scales[t] = from_float8(largest);
}

}  // namespace

void rms_norm_float8(const Context& context, const float* x, const float* weight, float eps, std::int64_t T,
                     std::int64_t width, __nv_bfloat16* out, unsigned char* out8, float* scales) {
    if (width % 4 != 0 || width > 8 * kPiece) refuse("Float8 was asked of rows of " + std::to_string(width));
    const auto kernel = width <= kPiece       ? rms_norm_kernel<1>
                        : width <= 4 * kPiece ? rms_norm_kernel<4>
                                              : rms_norm_kernel<8>;
    const LaunchShape shape{.grid = dim3(static_cast<unsigned>(T)), .block = dim3(kThreads), .overlap = true};
    launch(context, "rms_norm_float8", shape, kernel, x, weight, eps, width, out, out8, scales);
}

void gated_norm_float8(const Context& context, const Dims& dims, __nv_bfloat16* y, const float* head_squares,
                       const float* norm_weight, std::int64_t T, float* scales) {
    if (dims.d_inner > kMostInner || dims.n_groups > kMostGroups) {
        refuse("Float8 was asked of " + std::to_string(dims.d_inner) + " channels in " +
               std::to_string(dims.n_groups) + " groups");
    }
    const GateArguments args{y,
                             head_squares,
                             norm_weight,
                             scales,
                             static_cast<int>(dims.d_inner),
                             static_cast<int>(dims.n_heads),
                             static_cast<int>(dims.n_groups),
                             dims.norm_eps};
    const LaunchShape shape{.grid = dim3(static_cast<unsigned>(T)), .block = dim3(kThreads), .overlap = true};
    launch(context, "gated_norm_float8", shape, gated_norm_kernel, args);
}

}  // namespace sidewinder::kernels::cuda
