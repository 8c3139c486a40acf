#pragma once

#include "kernels/cuda/small_linear_stage.cuh"

/// The side rows: a few rows of bf16 beside a weight of any format (the dt rows of in_proj), multiplied in
/// float32 with the operand as it is rounded. A block has a row, or several.
namespace sidewinder::kernels::cuda::small {

template <class Format, int kMostTokens>
class SideRows {
  public:
    __device__ __forceinline__ SideRows(const LinearPhase& p, const Operands& operand, float* dots)
        : p_(p), operand_(operand), dots_(dots) {}

    /// All threads, while the operand is in shared memory; ends with a barrier where there was a row.
    __device__ __forceinline__ void run() const {
        for (int row = static_cast<int>(blockIdx.x); row < p_.side_rows; row += static_cast<int>(gridDim.x)) {
            multiply(row);
            team_barrier();
            write(row);
            team_barrier();
        }
    }
    /// Asks for the block's first row to be brought to L2.
    __device__ __forceinline__ void prefetch() const {
        const int row = static_cast<int>(blockIdx.x);
        if (row >= p_.side_rows) return;
        for (int column = static_cast<int>(threadIdx.x) * 64; column < p_.columns; column += kThreads * 64) {
            prefetch_l2(weight(row) + column);
        }
    }

  private:
    static constexpr int kOctets = 4;                         ///< of columns that a thread has at a time
    static constexpr int kAtOnce = kMostTokens == 1 ? 1 : 4;  ///< tokens
    static constexpr int kChunkColumns = kOctets * kThreads * 8;

    __device__ __forceinline__ const __nv_bfloat16* weight(int row) const {
        return p_.side + static_cast<std::int64_t>(row) * p_.x_columns + p_.first_column;
    }

    __device__ __forceinline__ void multiply(int row) const {
        for (int chunk = 0; chunk < p_.columns; chunk += kChunkColumns) {
            uint4 w[kOctets];
            load(w, row, chunk);
            for (int first = 0; first < p_.T; first += kAtOnce) {
                float sums[kAtOnce] = {};
#pragma unroll
                for (int o = 0; o < kOctets; ++o) {
                    const int column = column_of(chunk, o);
                    if (column >= p_.columns) break;
#pragma unroll
                    for (int i = 0; i < kAtOnce; ++i) {
                        const int token = min(first + i, p_.T - 1);
                        add_products(operand(token, column), w[o].x, w[o].y, sums[i]);
                        add_products(operand(token, column + 4), w[o].z, w[o].w, sums[i]);
                    }
                }
#pragma unroll
                for (int i = 0; i < kAtOnce; ++i) {
                    const float sum = warp_sum(sums[i]);
                    if (first + i >= p_.T || threadIdx.x % 32 != 0) continue;
                    float& dot = dots_[(first + i) * kWarps + threadIdx.x / 32];
                    dot = chunk > 0 ? dot + sum : sum;
                }
            }
        }
    }

    static __device__ __forceinline__ int column_of(int chunk, int octet) {
        return chunk + octet * (kThreads * 8) + static_cast<int>(threadIdx.x) * 8;
    }
    __device__ __forceinline__ void load(uint4 (&w)[kOctets], int row, int chunk) const {
#pragma unroll
        for (int o = 0; o < kOctets; ++o) {
            w[o] = {0u, 0u, 0u, 0u};
            const int column = column_of(chunk, o);
            if (column < p_.columns) w[o] = __ldg(reinterpret_cast<const uint4*>(weight(row) + column));
        }
    }
    __device__ __forceinline__ float4 operand(int token, int column) const {
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

    __device__ __forceinline__ void write(int row) const {
        const int token = static_cast<int>(threadIdx.x);
        if (token >= p_.T) return;
        float* out = p_.side_out + static_cast<std::int64_t>(token) * p_.out_stride + row;
        const float sum = sum_of_warps(dots_ + token * kWarps);
        *out = p_.add_side ? __ldcg(out) + sum : sum;
    }

    const LinearPhase& p_;
    const Operands operand_;
    float* dots_;
};

}  // namespace sidewinder::kernels::cuda::small
