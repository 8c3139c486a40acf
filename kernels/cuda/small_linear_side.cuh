#pragma once

#include "kernels/cuda/small_linear_stage.cuh"

/// The side rows: a few rows of bf16 beside a weight of any format (the dt rows of in_proj), multiplied in
/// float32 with the operand as it is rounded.
namespace sidewinder::kernels::cuda::small {

/// One warp: the rows of this block, which are dealt as heads and tiles are. The sums of 2,048 columns at a
/// time are added one after the other, whatever part of a row a phase has.
template <class Format, int kMostTokens>
class SideRows {
  public:
    __device__ __forceinline__ SideRows(const LinearPhase& p, const Operands& operand)
        : p_(p), operand_(operand), lane_(static_cast<int>(threadIdx.x) % 32) {}

    __device__ __forceinline__ void run() const {
        for (int row = static_cast<int>(blockIdx.x); row < p_.side_rows; row += static_cast<int>(gridDim.x)) {
            for (int token = 0; token < p_.T; token += kAtOnce) multiply(row, token);
        }
    }

  private:
    static constexpr int kAtOnce = kMostTokens == 1 ? 1 : 4;  ///< tokens
    static constexpr int kBlock = 2048;                       ///< columns
    static constexpr int kOctets = kBlock / (8 * 32);         ///< of columns, a lane

    __device__ __forceinline__ void multiply(int row, int first) const {
        float* out = p_.side_out + static_cast<std::int64_t>(first) * p_.out_stride + row;
        float totals[kAtOnce];
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
            const bool adds = p_.add_side && first + i < p_.T;
            totals[i] = adds ? sum_before(p_, out + static_cast<std::int64_t>(i) * p_.out_stride) : 0.0f;
        }
        for (int column = 0; column < p_.columns; column += kBlock) add_block(row, first, column, totals);
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
            if (lane_ != 0 || first + i >= p_.T) continue;
            store_signed(out + static_cast<std::int64_t>(i) * p_.out_stride, totals[i], p_.out_sign);
        }
    }

    __device__ __forceinline__ void add_block(int row, int first, int begin, float (&totals)[kAtOnce]) const {
        const __nv_bfloat16* weight =
            p_.side + static_cast<std::int64_t>(row) * p_.x_columns + p_.first_column;
        uint4 w[kOctets];
#pragma unroll
        for (int o = 0; o < kOctets; ++o) {
            const int column = begin + (o * 32 + lane_) * 8;
            w[o] = {0u, 0u, 0u, 0u};
            if (column < p_.columns) w[o] = __ldg(reinterpret_cast<const uint4*>(weight + column));
        }
        float sums[kAtOnce] = {};
#pragma unroll
        for (int o = 0; o < kOctets; ++o) {
            const int column = begin + (o * 32 + lane_) * 8;
            if (column >= p_.columns) break;
#pragma unroll
            for (int i = 0; i < kAtOnce; ++i) {
                const int token = min(first + i, p_.T - 1);
                add_products(values(token, column), w[o].x, w[o].y, sums[i]);
                add_products(values(token, column + 4), w[o].z, w[o].w, sums[i]);
            }
        }
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) totals[i] += warp_sum(sums[i]);
    }

    __device__ __forceinline__ float4 values(int token, int column) const {
        const Place place = Format::place(column);
        const char* at = operand_.values + (place.pair * operand_.tokens + token) * 64 + place.offset;
        return Format::values(*reinterpret_cast<const uint2*>(at));
    }
    static __device__ __forceinline__ void add_products(const float4& v, std::uint32_t a, std::uint32_t b,
                                                        float& sum) {
        sum = fmaf(v.x, low_bf16(a), sum);
        sum = fmaf(v.y, high_bf16(a), sum);
        sum = fmaf(v.z, low_bf16(b), sum);
        sum = fmaf(v.w, high_bf16(b), sum);
    }

    const LinearPhase& p_;
    const Operands operand_;
    const int lane_;
};

template <class Format, int kMostTokens>
__device__ __forceinline__ void multiply_side_rows(const LinearPhase& p, const Operands& operand) {
    SideRows<Format, kMostTokens>(p, operand).run();
}

}  // namespace sidewinder::kernels::cuda::small
