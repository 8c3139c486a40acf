#include <cuda_bf16.h>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/refuse.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kChunk = 8;   // bytes that a thread takes at a time: a 16-byte store (Int8) or two (Int4)
constexpr int kFlight = 2;  // loads in flight a thread

__device__ __forceinline__ std::uint32_t bf16_pair(float low, float high) {
    const __nv_bfloat162 both = __floats2bfloat162_rn(low, high);
    return *reinterpret_cast<const std::uint32_t*>(&both);
}

/// Eight columns beside each other go out as 16 bytes where `aligned` (cols a multiple of 8).
__device__ __forceinline__ void store8(__nv_bfloat16* row, std::int64_t col, std::int64_t cols, bool aligned,
                                       const float (&v)[8]) {
    if (!aligned) {
#pragma unroll
        for (int i = 0; i < 8; ++i) {
            if (col + i < cols) row[col + i] = __float2bfloat16_rn(v[i]);
        }
    } else if (col < cols) {  // beyond is the last group's padding
        *reinterpret_cast<uint4*>(row + col) =
            uint4{bf16_pair(v[0], v[1]), bf16_pair(v[2], v[3]), bf16_pair(v[4], v[5]), bf16_pair(v[6], v[7])};
    }
}

/// (byte - zero) * scale for the eight unsigned bytes of `data`. Under the exponent of 2^23 a byte is a
/// float32 as it stands.
__device__ __forceinline__ void scale_bytes(uint2 data, float zero, float scale, float (&v)[8]) {
#pragma unroll
    for (unsigned i = 0; i < 4; ++i) {
        const float low = __uint_as_float(__byte_perm(data.x, 0x4b000000u, 0x7650u + i));
        const float high = __uint_as_float(__byte_perm(data.y, 0x4b000000u, 0x7650u + i));
        v[i] = (low - (8388608.0f + zero)) * scale;
        v[i + 4] = (high - (8388608.0f + zero)) * scale;
    }
}

template <bool kInt4, int kGroup>
__device__ __forceinline__ void write_chunk(std::int64_t chunk, uint2 data, const float* scales,
                                            __nv_bfloat16* row, std::int64_t cols, bool aligned) {
    constexpr int kInGroup = kGroup / (kInt4 ? 2 * kChunk : kChunk);
    const std::int64_t group = chunk / kInGroup;
    const std::int64_t col = group * kGroup + chunk % kInGroup * kChunk;
    const float scale = scales[group];
    float v[8];
    if constexpr (kInt4) {  // the high nibbles are the columns half a group further
        const uint2 low{data.x & 0x0f0f0f0fu, data.y & 0x0f0f0f0fu};
        const uint2 high{data.x >> 4 & 0x0f0f0f0fu, data.y >> 4 & 0x0f0f0f0fu};
        scale_bytes(low, 8.0f, scale, v);
        store8(row, col, cols, aligned, v);
        scale_bytes(high, 8.0f, scale, v);
        store8(row, col + kGroup / 2, cols, aligned, v);
    } else {
        scale_bytes(uint2{data.x ^ 0x80808080u, data.y ^ 0x80808080u}, 128.0f, scale, v);
        store8(row, col, cols, aligned, v);
    }
}

/// One block a row of `chunks` pieces of kChunk bytes.
template <bool kInt4, int kGroup>
__global__ void __launch_bounds__(kThreads, 6)
    dequantize_kernel(const unsigned char* data, const float* scales, std::int64_t chunks, std::int64_t cols,
                      __nv_bfloat16* out) {
    const std::int64_t row = blockIdx.x;
    const auto* pieces = reinterpret_cast<const uint2*>(data + row * chunks * kChunk);
    scales += row * (chunks * kChunk * (kInt4 ? 2 : 1) / kGroup);
    out += row * cols;
    const bool aligned = cols % 8 == 0;
    for (std::int64_t first = threadIdx.x; first < chunks; first += kFlight * kThreads) {
        uint2 flight[kFlight];
#pragma unroll
        for (int i = 0; i < kFlight; ++i) {
            const std::int64_t chunk = first + i * kThreads;
            flight[i] = chunk < chunks ? pieces[chunk] : uint2{0u, 0u};
        }
#pragma unroll
        for (int i = 0; i < kFlight; ++i) {
            const std::int64_t chunk = first + i * kThreads;
            if (chunk < chunks) write_chunk<kInt4, kGroup>(chunk, flight[i], scales, out, cols, aligned);
        }
    }
}

}  // namespace

void dequantize(const Context& context, const WeightView& weight, std::int64_t first, std::int64_t rows,
                __nv_bfloat16* out) {
    const WeightLayout& layout = weight.layout;
    const bool int4 = layout.format == WeightFormat::Int4;
    if ((!int4 && layout.format != WeightFormat::Int8) || (layout.group != 64 && layout.group != 128) ||
        first < 0 || rows < 1 || first + rows > layout.rows) {
        refuse("Dequantising was asked for rows " + std::to_string(first) + " to " +
               std::to_string(first + rows) + " of " + std::to_string(layout.rows) + " in " +
               std::string(name_of(layout.format)) + " with groups of " + std::to_string(layout.group));
    }
    const auto row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    const auto* data = static_cast<const unsigned char*>(weight.data) + first * row_bytes;
    const float* scales = weight.scales + first * (layout.padded_cols() / layout.group);
    const auto kernel = layout.group == 64
                            ? (int4 ? dequantize_kernel<true, 64> : dequantize_kernel<false, 64>)
                            : (int4 ? dequantize_kernel<true, 128> : dequantize_kernel<false, 128>);
    const LaunchShape shape{.grid = dim3(static_cast<unsigned>(rows)), .block = dim3(kThreads)};
    launch(context, "dequantize", shape, kernel, data, scales, row_bytes / kChunk, layout.cols, out);
}

}  // namespace sidewinder::kernels::cuda
