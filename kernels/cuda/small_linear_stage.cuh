#pragma once

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/short_phase.h"
#include "kernels/cuda/small_linear_format.cuh"

/// How x becomes the operand: normed in float32, rounded, and put into shared memory in the order in which
/// the tensor cores take it. The side rows are multiplied on the way, while the unrounded values are in
/// registers. What other blocks wrote is read past L1, which knows nothing of them.
namespace sidewinder::kernels::cuda::small {

/// Small arrays in shared memory.
struct Scratch {
    float* squares;  ///< [T, kWarps]: each warp's part of the sum of x^2
    float* dots;     ///< [T, kWarps]: likewise of one side row's product
    float* inverse;  ///< [T, n_groups], grouped norm: 1 / rms

    __device__ __forceinline__ Scratch(char* smem, int T)
        : squares(reinterpret_cast<float*>(smem)), dots(squares + T * kWarps), inverse(dots + T * kWarps) {}
    static constexpr int floats(int T, int n_groups) { return T * (2 * kWarps + n_groups); }
};

/// The sum of a token's parts, in order.
__device__ __forceinline__ float sum_of_warps(const float* parts) {
    float sum = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += parts[w];
    return sum;
}

/// Grouped norm: 1 / rms of every token and group, eight lanes each.
__device__ __forceinline__ void invert_groups(const LinearPhase& p, float* inverse) {
    const int heads = p.n_heads / p.n_groups;
    const float share = 1.0f / static_cast<float>(p.x_columns / p.n_groups);
    const int lane = static_cast<int>(threadIdx.x) % 8;
    const int pairs = p.T * p.n_groups;
    for (int first = 0; first < pairs; first += static_cast<int>(blockDim.x) / 8) {
        const int pair = first + static_cast<int>(threadIdx.x) / 8;
        float sum = 0.0f;
        if (pair < pairs) {
            // Tokens and groups lie one after the other: [T, n_groups, heads].
            const float* squares = p.head_squares + static_cast<std::int64_t>(pair) * heads;
#pragma unroll 4
            for (int h = lane; h < heads; h += 8) sum += __ldcg(squares + h);
        }
#pragma unroll
        for (int offset = 4; offset > 0; offset /= 2) sum += __shfl_xor_sync(0xFFFFFFFFu, sum, offset);
        if (pair < pairs && lane == 0) inverse[pair] = rsqrtf(fmaf(sum, share, p.eps));
    }
}

/// kMostTokens: 1, 8 or 16. A thread has two neighbouring quads (of columns) of each token, and more a stride
/// away. What does not depend on the data is the same for all quads, so that their instructions interleave:
/// nothing else hides a latency here.
template <class Format, int kMostTokens>
class Stage {
  public:
    /// Tokens whose loads are under way together, and quads that a thread holds of each.
    static constexpr int kHeld = kMostTokens == 1 ? 1 : 4;
    static constexpr int kQuads = kMostTokens == 1 ? 8 : 4;
    static constexpr int kChunkColumns = kThreads * 4 * kQuads;

    __device__ __forceinline__ Stage(const LinearPhase& p, const Scratch& scratch, float* sums, char* operand)
        : p_(p),
          scratch_(scratch),
          sums_(sums),
          operand_(operand),
          T_(kMostTokens == 1 ? 1 : p.T),
          x_columns_(p.x_columns),
          norm_weight_(p.norm_weight),
          grouped_(p.head_squares != nullptr) {
        // A norm over the row and the side rows need all of it; else only what is multiplied is touched.
        const bool whole = norm_weight_ || p.side_rows > 0;
        begin_ = whole ? 0 : p.first_column;
        end_ = whole ? x_columns_ : p.first_column + p.columns;
    }

    /// Constants only: before the blocks meet.
    __device__ __forceinline__ void prefetch() { load_constants(begin_, static_cast<int>(blockIdx.x)); }

    /// Fills the operand and multiplies this block's side rows. All threads; ends with a barrier.
    __device__ __forceinline__ void run() {
        int side_row = static_cast<int>(blockIdx.x);
        pass(side_row, true);
        __syncthreads();
        while (side_row < p_.side_rows) {
            write_side(side_row);
            side_row += static_cast<int>(gridDim.x);
            if (side_row >= p_.side_rows) break;
            __syncthreads();
            load_constants(begin_, side_row);
            pass(side_row, false);
            __syncthreads();
        }
    }

  private:
    using Held = float4[kHeld][kQuads];

    static __device__ __forceinline__ int column_of(int chunk, int q) {
        return chunk + q / 2 * (kThreads * 8) + static_cast<int>(threadIdx.x) * 8 + q % 2 * 4;
    }

    /// What a thread needs of the weights for its columns of one chunk.
    __device__ __forceinline__ void load_constants(int chunk, int side_row) {
        const bool has_side = side_row < p_.side_rows;
        const __nv_bfloat16* side = p_.side + static_cast<std::int64_t>(side_row) * x_columns_;
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const int column = column_of(chunk, q);
            const bool inside = column < end_;
            norm_[q] = {1.0f, 1.0f, 1.0f, 1.0f};
            side_[q] = {0u, 0u};
            if (inside && norm_weight_)
                norm_[q] = __ldg(reinterpret_cast<const float4*>(norm_weight_ + column));
            if (inside && has_side) side_[q] = __ldg(reinterpret_cast<const uint2*>(side + column));
        }
    }

    __device__ __forceinline__ void pass(int side_row, bool first_pass) {
        for (int token = 0; token < T_; token += kHeld) tokens(token, side_row, first_pass);
    }

    /// kHeld tokens at a time, whose loads are all in flight together.
    __device__ __forceinline__ void tokens(int first, int side_row, bool first_pass) {
        const bool has_side = side_row < p_.side_rows;
        Held v;
        load(v, first, begin_);
        if (first_pass) {
            if (norm_weight_) sum_squares(v, first);
            if (grouped_ && first == 0) invert_groups(p_, scratch_.inverse);
            if (norm_weight_ || (grouped_ && first == 0)) __syncthreads();
        }
        float dot[kHeld] = {};
        for (int chunk = begin_; chunk < end_; chunk += kChunkColumns) {
            if (chunk > begin_) load(v, first, chunk);
            if (end_ - begin_ > kChunkColumns && (chunk > begin_ || first > 0))
                load_constants(chunk, side_row);
            normalise(v, first, chunk);
            if (first_pass) store(v, first, chunk);
            if (has_side) multiply_side(v, dot);
        }
        if (!has_side) return;
#pragma unroll
        for (int k = 0; k < kHeld; ++k) {
            const float sum = warp_sum(dot[k]);
            if (first + k < T_ && threadIdx.x % 32 == 0) {
                scratch_.dots[(first + k) * kWarps + threadIdx.x / 32] = sum;
            }
        }
    }

    __device__ __forceinline__ void load(Held& v, int first, int chunk) const {
#pragma unroll
        for (int k = 0; k < kHeld; ++k) {
            const float* row = p_.x + static_cast<std::int64_t>(first + k) * p_.x_stride;
#pragma unroll
            for (int q = 0; q < kQuads; ++q) {
                const int column = column_of(chunk, q);
                v[k][q] = {0.0f, 0.0f, 0.0f, 0.0f};
                if (first + k < T_ && column < end_) {
                    v[k][q] = __ldcg(reinterpret_cast<const float4*>(row + column));
                }
            }
        }
    }

    /// `v` holds the first chunk.
    __device__ __forceinline__ void sum_squares(const Held& v, int first) const {
#pragma unroll
        for (int k = 0; k < kHeld; ++k) {
            float sum = 0.0f;
#pragma unroll
            for (int q = 0; q < kQuads; ++q) add_squares(v[k][q], sum);
            const float* row = p_.x + static_cast<std::int64_t>(first + k) * p_.x_stride;
            const int end = first + k < T_ ? x_columns_ : 0;
            for (int chunk = kChunkColumns; chunk < end; chunk += kThreads * 8) {
#pragma unroll
                for (int q = 0; q < 2; ++q) {
                    const int column = column_of(chunk, q);
                    if (column < end) add_squares(__ldcg(reinterpret_cast<const float4*>(row + column)), sum);
                }
            }
            sum = warp_sum(sum);
            if (first + k < T_ && threadIdx.x % 32 == 0) {
                scratch_.squares[(first + k) * kWarps + threadIdx.x / 32] = sum;
            }
        }
    }
    static __device__ __forceinline__ void add_squares(const float4& v, float& sum) {
        sum = fmaf(v.x, v.x, sum);
        sum = fmaf(v.y, v.y, sum);
        sum = fmaf(v.z, v.z, sum);
        sum = fmaf(v.w, v.w, sum);
    }

    /// column / (x_columns / n_groups)
    __device__ __forceinline__ int group_of(int column) const {
        return static_cast<int>(static_cast<std::uint64_t>(column) * p_.group_reciprocal >> 32);
    }

    __device__ __forceinline__ void normalise(Held& v, int first, int chunk) const {
        if (!norm_weight_ && !grouped_) return;
#pragma unroll
        for (int k = 0; k < kHeld; ++k) {
            const int token = min(first + k, T_ - 1);  // of those that are not there nothing is kept
            float inverse = 0.0f;
            if (norm_weight_) {
                const float sum = sum_of_warps(scratch_.squares + token * kWarps);
                inverse = rsqrtf(sum / static_cast<float>(x_columns_) + p_.eps);
            }
#pragma unroll
            for (int q = 0; q < kQuads; ++q) {
                if (grouped_) {
                    const int group = group_of(min(column_of(chunk, q), x_columns_ - 1));
                    inverse = scratch_.inverse[token * p_.n_groups + group];
                }
                const float4 w = norm_[q];
                float4& a = v[k][q];
                a = {a.x * inverse * w.x, a.y * inverse * w.y, a.z * inverse * w.z, a.w * inverse * w.w};
            }
        }
    }

    __device__ __forceinline__ void store(const Held& v, int first, int chunk) const {
        uint2 rounded[kHeld][kQuads];
#pragma unroll
        for (int k = 0; k < kHeld; ++k) {
#pragma unroll
            for (int q = 0; q < kQuads; ++q) rounded[k][q] = Format::round(v[k][q]);
        }
        if constexpr (Format::kSumColumns > 0) add_columns(rounded, first, chunk);
        const int limit = p_.columns;
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const int column = column_of(chunk, q) - p_.first_column;
            const bool inside = column >= 0 && column < limit;
            const Place place = Format::place(column);
            char* to = operand_ + (place.pair * T_ + first) * 64 + place.offset;
#pragma unroll
            for (int k = 0; k < kHeld; ++k) {
                if (inside && first + k < T_) *reinterpret_cast<uint2*>(to + k * 64) = rounded[k][q];
            }
        }
    }

    /// The correction for weights without sign: the sums of kSumColumns columns of the operand, which lie in
    /// neighbouring lanes, where the multiplication finds them.
    __device__ __forceinline__ void add_columns(const uint2 (&rounded)[kHeld][kQuads], int first,
                                                int chunk) const {
        constexpr int kLanes = Format::kSumColumns / 8;
        float sums[kHeld][kQuads / 2];
#pragma unroll
        for (int k = 0; k < kHeld; ++k) {
#pragma unroll
            for (int h = 0; h < kQuads / 2; ++h) {
                sums[k][h] = Format::sum(rounded[k][2 * h]) + Format::sum(rounded[k][2 * h + 1]);
            }
        }
#pragma unroll
        for (int offset = kLanes / 2; offset > 0; offset /= 2) {
#pragma unroll
            for (int k = 0; k < kHeld; ++k) {
#pragma unroll
                for (int h = 0; h < kQuads / 2; ++h) {
                    sums[k][h] += __shfl_xor_sync(0xFFFFFFFFu, sums[k][h], offset);
                }
            }
        }
        const int limit = p_.columns;
#pragma unroll
        for (int h = 0; h < kQuads / 2; ++h) {
            const int column = column_of(chunk, 2 * h) - p_.first_column;
            const bool writes = threadIdx.x % kLanes == 0 && column >= 0 && column < limit;
            float* to = sums_ + column / Format::kSumColumns * kMostTokens + first;
#pragma unroll
            for (int k = 0; k < kHeld; ++k) {
                if (writes && first + k < T_) to[k] = sums[k][h] * Format::kZero;
            }
        }
    }

    __device__ __forceinline__ void multiply_side(const Held& v, float (&dot)[kHeld]) const {
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const uint2 w = side_[q];
            const float wx = __uint_as_float(w.x << 16), wy = __uint_as_float(w.x & 0xFFFF0000u);
            const float wz = __uint_as_float(w.y << 16), ww = __uint_as_float(w.y & 0xFFFF0000u);
#pragma unroll
            for (int k = 0; k < kHeld; ++k) {
                dot[k] = fmaf(v[k][q].x, wx, dot[k]);
                dot[k] = fmaf(v[k][q].y, wy, dot[k]);
                dot[k] = fmaf(v[k][q].z, wz, dot[k]);
                dot[k] = fmaf(v[k][q].w, ww, dot[k]);
            }
        }
    }

    __device__ __forceinline__ void write_side(int side_row) const {
        const int token = static_cast<int>(threadIdx.x);
        if (token >= T_) return;
        float* out = p_.side_out + token * p_.out_stride + side_row;
        const float sum = sum_of_warps(scratch_.dots + token * kWarps);
        *out = p_.add_side ? __ldcg(out) + sum : sum;
    }

    const LinearPhase& p_;
    const Scratch& scratch_;
    float* sums_;
    char* operand_;
    const int T_, x_columns_;
    const float* norm_weight_;
    const bool grouped_;
    int begin_, end_;  ///< of the columns of x that are looked at
    float4 norm_[kQuads];
    uint2 side_[kQuads];  ///< four bf16
};

}  // namespace sidewinder::kernels::cuda::small
