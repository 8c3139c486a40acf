#include <string>

#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/float8.cuh"
#include "kernels/cuda/float8.h"
#include "kernels/cuda/ops.h"
#include "kernels/cuda/refuse.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kColumns = 16;  // a piece: a thread's columns at a time
constexpr int kPieces = 2;    // a thread's
constexpr std::int64_t kMostColumns = std::int64_t{kThreads} * kColumns * kPieces;

/// Under the exponent of 2^23 a byte is a float32 as it stands.
__device__ __forceinline__ float byte_float(std::uint32_t word, unsigned i, float zero) {
    return __uint_as_float(__byte_perm(word, 0x4b000000u, 0x7650u + i)) - (8388608.0f + zero);
}

template <WeightFormat kFormat>
struct Reader {
    const unsigned char* row;
    const float* scales;
    int group;  // columns

    /// A piece's columns [first, first + 8) and [second, second + 8) of the row.
    __device__ __forceinline__ int first(int piece) const {
        if (kFormat != WeightFormat::Int4) return piece * kColumns;
        const int in_group = group / kColumns;
        return piece / in_group * group + piece % in_group * (kColumns / 2);
    }
    __device__ __forceinline__ int second(int piece) const {
        return first(piece) + (kFormat == WeightFormat::Int4 ? group / 2 : kColumns / 2);
    }

    __device__ __forceinline__ void read(int piece, float (&v)[kColumns]) const {
        if constexpr (kFormat == WeightFormat::BF16) {
            const auto* from = reinterpret_cast<const uint4*>(row) + 2 * piece;
            const uint4 halves[2] = {load_once(from), load_once(from + 1)};
#pragma unroll
            for (int i = 0; i < 2; ++i) {
                const std::uint32_t words[4] = {halves[i].x, halves[i].y, halves[i].z, halves[i].w};
#pragma unroll
                for (int j = 0; j < 4; ++j) {
                    v[8 * i + 2 * j] = low_bf16(words[j]);
                    v[8 * i + 2 * j + 1] = high_bf16(words[j]);
                }
            }
        } else if constexpr (kFormat == WeightFormat::Int8) {
            const uint4 data = load_once(row + piece * kColumns);
            const float scale = scales[piece * kColumns / group];
            const std::uint32_t words[4] = {data.x, data.y, data.z, data.w};
#pragma unroll
            for (int i = 0; i < kColumns; ++i) {
                v[i] = byte_float(words[i / 4] ^ 0x80808080u, static_cast<unsigned>(i % 4), 128.0f) * scale;
            }
        } else {
            const uint2 data = *reinterpret_cast<const uint2*>(row + piece * (kColumns / 2));
            const float scale = scales[piece * kColumns / group];
            const std::uint32_t words[2] = {data.x, data.y};
#pragma unroll
            for (int i = 0; i < 8; ++i) {
                const std::uint32_t word = words[i / 4];
                v[i] = byte_float(word & 0x0f0f0f0fu, static_cast<unsigned>(i % 4), 8.0f) * scale;
                v[i + 8] = byte_float(word >> 4 & 0x0f0f0f0fu, static_cast<unsigned>(i % 4), 8.0f) * scale;
            }
        }
    }
};

/// One block a row.
template <WeightFormat kFormat>
__global__ void __launch_bounds__(kThreads)
    weight_kernel(const unsigned char* data, const float* scales, std::int64_t row_bytes, int cols, int group,
                  unsigned char* out, float* out_scales) {
    __shared__ float partial[kThreads / kWarp];
    const std::int64_t row = blockIdx.x;
    const int pieces = cols / kColumns;
    const Reader<kFormat> reader{data + row * row_bytes, scales + (group ? row * (cols / group) : 0), group};
    float v[kPieces][kColumns];
    float largest = 0.0f;
#pragma unroll
    for (int p = 0; p < kPieces; ++p) {
        const int piece = static_cast<int>(threadIdx.x) + p * kThreads;
        if (piece >= pieces) break;
        reader.read(piece, v[p]);
#pragma unroll
        for (int i = 0; i < kColumns; ++i) largest = fmaxf(largest, fabsf(v[p][i]));
    }
    largest = block_max(largest, partial);
    wait_prior_grid();  // whoever still reads the last tile
    launch_dependents();
    const float by = to_float8(largest);
#pragma unroll
    for (int p = 0; p < kPieces; ++p) {
        const int piece = static_cast<int>(threadIdx.x) + p * kThreads;
        if (piece >= pieces) break;
        const float(&w)[kColumns] = v[p];
        uint2 words[2];
#pragma unroll
        for (int i = 0; i < 2; ++i) {
            words[i] = uint2{
                pack_float8(w[8 * i] * by, w[8 * i + 1] * by, w[8 * i + 2] * by, w[8 * i + 3] * by),
                pack_float8(w[8 * i + 4] * by, w[8 * i + 5] * by, w[8 * i + 6] * by, w[8 * i + 7] * by)};
        }
        *reinterpret_cast<uint2*>(out + row * cols + reader.first(piece)) = words[0];
        *reinterpret_cast<uint2*>(out + row * cols + reader.second(piece)) = words[1];
    }
    if (threadIdx.x == 0) out_scales[row] = from_float8(largest);
}

}  // namespace

bool has_float8(const DeviceTraits& device, const Dims& dims) {
    return device.compute == 90 && has_fast_kernels(dims) && dims.d_model <= kMostColumns &&
           dims.d_inner <= kMostColumns;
}

void weight_to_float8(const Context& context, const WeightView& weight, std::int64_t first, std::int64_t rows,
                      unsigned char* out, float* scales) {
    const WeightLayout& layout = weight.layout;
    const bool grouped = layout.format == WeightFormat::Int8 || layout.format == WeightFormat::Int4;
    const bool known =
        layout.format == WeightFormat::BF16 || (grouped && (layout.group == 64 || layout.group == 128));
    if (!known || layout.cols % 128 != 0 || layout.cols > kMostColumns || first < 0 || rows < 1 ||
        first + rows > layout.rows) {
        refuse("Float8 was asked of rows " + std::to_string(first) + " to " + std::to_string(first + rows) +
               " of " + std::to_string(layout.rows) + " x " + std::to_string(layout.cols) + " in " +
               std::string(name_of(layout.format)) + " with groups of " + std::to_string(layout.group));
    }
    const auto kernel = layout.format == WeightFormat::BF16   ? weight_kernel<WeightFormat::BF16>
                        : layout.format == WeightFormat::Int8 ? weight_kernel<WeightFormat::Int8>
                                                              : weight_kernel<WeightFormat::Int4>;
    const auto row_bytes = static_cast<std::int64_t>(layout.row_bytes());
    const auto* data = static_cast<const unsigned char*>(weight.data) + first * row_bytes;
    const float* from = grouped ? weight.scales + first * (layout.cols / layout.group) : nullptr;
    const LaunchShape shape{
        .grid = dim3(static_cast<unsigned>(rows)), .block = dim3(kThreads), .overlap = true};
    launch(context, "weight_to_float8", shape, kernel, data, from, row_bytes, static_cast<int>(layout.cols),
           static_cast<int>(layout.group), out, scales);
}

}  // namespace sidewinder::kernels::cuda
