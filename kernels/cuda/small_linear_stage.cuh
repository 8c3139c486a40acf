#pragma once

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/small_linear_ring.cuh"

/// How x becomes the operand: normed in float32, rounded, and put into shared memory in the order in which
/// the tensor cores take it. The side rows are multiplied on the way, while the unrounded values are in
/// registers.
namespace sidewinder::kernels::cuda::small {

inline constexpr int kQuads = 4;  ///< groups of four columns that a thread holds of one token
inline constexpr int kChunkColumns = kThreads * 4 * kQuads;

/// Small arrays in shared memory.
struct Scratch {
    float* squares = nullptr;  ///< [T, kWarps]: each warp's part of the sum of x^2
    float* dots = nullptr;     ///< [T, kWarps]: likewise of one side row's product
    float* inverse = nullptr;  ///< [T, n_groups], grouped norm: 1 / rms
};

/// The sum of a token's eight parts, in order.
__device__ __forceinline__ float sum_of_warps(const float* parts) {
    float sum = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += parts[w];
    return sum;
}

/// What a thread needs of the weights for its columns of one chunk: constants, so that the first chunk's are
/// read before the wait.
struct Constants {
    float4 norm[kQuads];
    uint2 side[kQuads];  ///< four bf16

    __device__ __forceinline__ void load(const Params& p, int chunk, int side_row) {
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const int column = column_of(chunk, q);
            const bool inside = column < p.x_columns;
            norm[q] = {1.0f, 1.0f, 1.0f, 1.0f};
            side[q] = {0u, 0u};
            if (inside && p.norm_weight) {
                norm[q] = __ldg(reinterpret_cast<const float4*>(p.norm_weight + column));
            }
            if (inside && side_row < p.side_rows) {
                const std::int64_t at = static_cast<std::int64_t>(side_row) * p.x_columns + column;
                side[q] = __ldg(reinterpret_cast<const uint2*>(p.side + at));
            }
        }
    }
    static __device__ __forceinline__ int column_of(int chunk, int q) {
        return chunk + q * (kThreads * 4) + static_cast<int>(threadIdx.x) * 4;
    }
};

/// Grouped norm: 1 / rms of every token and group, eight lanes each.
__device__ __forceinline__ void invert_groups(const Params& p, float* inverse) {
    const int heads = p.n_heads / p.n_groups;
    const float share = 1.0f / static_cast<float>(p.x_columns / p.n_groups);
    const int lane = static_cast<int>(threadIdx.x) % 8;
    const int pairs = p.T * p.n_groups;
    for (int first = 0; first < pairs; first += kThreads / 8) {
        const int pair = first + static_cast<int>(threadIdx.x) / 8;
        float sum = 0.0f;
        if (pair < pairs) {
            // Tokens and groups lie one after the other: [T, n_groups, heads].
            const float* squares = p.head_squares + static_cast<std::int64_t>(pair) * heads;
#pragma unroll 4
            for (int h = lane; h < heads; h += 8) sum += squares[h];
        }
#pragma unroll
        for (int offset = 4; offset > 0; offset /= 2) sum += __shfl_xor_sync(0xFFFFFFFFu, sum, offset);
        if (pair < pairs && lane == 0) inverse[pair] = rsqrtf(fmaf(sum, share, p.eps));
    }
}

/// kHeldTokens: tokens whose loads are under way together.
template <class Format, int kHeldTokens>
class Stage {
  public:
    __device__ __forceinline__ Stage(const Params& p, const Scratch& scratch, char* operand)
        : p_(p), scratch_(scratch), operand_(operand) {}

    /// Constants only: before the wait.
    __device__ __forceinline__ void prefetch() { constants_.load(p_, 0, static_cast<int>(blockIdx.x)); }

    /// Fills the operand and multiplies this block's side rows. All threads; ends with a barrier.
    __device__ __forceinline__ void run() {
        if (p_.head_squares) invert_groups(p_, scratch_.inverse);
        int side_row = static_cast<int>(blockIdx.x);
        pass(side_row, true);
        __syncthreads();
        while (side_row < p_.side_rows) {
            write_side(side_row);
            side_row += static_cast<int>(gridDim.x);
            if (side_row >= p_.side_rows) break;
            __syncthreads();
            constants_.load(p_, 0, side_row);
            pass(side_row, false);
            __syncthreads();
        }
    }

  private:
    using Held = float4[kHeldTokens][kQuads];

    __device__ __forceinline__ void pass(int side_row, bool first_pass) {
        for (int token = 0; token < p_.T; token += kHeldTokens) tokens(token, side_row, first_pass);
    }

    /// kHeldTokens tokens at a time, whose loads are all in flight together.
    __device__ __forceinline__ void tokens(int first, int side_row, bool first_pass) {
        const bool has_side = side_row < p_.side_rows;
        Held v;
        load(v, first, 0);
        if (first_pass) {
            if (p_.norm_weight) sum_squares(v, first);
            if (p_.norm_weight || (p_.head_squares && first == 0)) __syncthreads();
        }
        float dot[kHeldTokens] = {};
        for (int chunk = 0; chunk < p_.x_columns; chunk += kChunkColumns) {
            if (chunk > 0) load(v, first, chunk);
            if (p_.x_columns > kChunkColumns && (chunk > 0 || first > 0))
                constants_.load(p_, chunk, side_row);
            normalise(v, first, chunk);
            if (first_pass) store(v, first, chunk);
            if (has_side) multiply_side(v, dot);
        }
        if (!has_side) return;
#pragma unroll
        for (int k = 0; k < kHeldTokens; ++k) {
            const float sum = warp_sum(dot[k]);
            if (first + k < p_.T && threadIdx.x % 32 == 0) {
                scratch_.dots[(first + k) * kWarps + threadIdx.x / 32] = sum;
            }
        }
    }

    __device__ __forceinline__ void load(Held& v, int first, int chunk) const {
#pragma unroll
        for (int k = 0; k < kHeldTokens; ++k) {
            const float* row = p_.x + (first + k) * p_.x_stride;
#pragma unroll
            for (int q = 0; q < kQuads; ++q) {
                const int column = Constants::column_of(chunk, q);
                v[k][q] = {0.0f, 0.0f, 0.0f, 0.0f};
                if (first + k < p_.T && column < p_.x_columns) {
                    v[k][q] = *reinterpret_cast<const float4*>(row + column);
                }
            }
        }
    }

    /// `v` holds the first chunk.
    __device__ __forceinline__ void sum_squares(const Held& v, int first) const {
#pragma unroll
        for (int k = 0; k < kHeldTokens; ++k) {
            if (first + k >= p_.T) break;
            float sum = 0.0f;
#pragma unroll
            for (int q = 0; q < kQuads; ++q) add_squares(v[k][q], sum);
            const float* row = p_.x + (first + k) * p_.x_stride;
            for (int column = Constants::column_of(kChunkColumns, 0); column < p_.x_columns;
                 column += kThreads * 4) {
                add_squares(*reinterpret_cast<const float4*>(row + column), sum);
            }
            sum = warp_sum(sum);
            if (threadIdx.x % 32 == 0) scratch_.squares[(first + k) * kWarps + threadIdx.x / 32] = sum;
        }
    }
    static __device__ __forceinline__ void add_squares(const float4& v, float& sum) {
        sum = fmaf(v.x, v.x, sum);
        sum = fmaf(v.y, v.y, sum);
        sum = fmaf(v.z, v.z, sum);
        sum = fmaf(v.w, v.w, sum);
    }

    __device__ __forceinline__ void normalise(Held& v, int first, int chunk) const {
        if (!p_.norm_weight && !p_.head_squares) return;
        const int group_columns = p_.head_squares ? p_.x_columns / p_.n_groups : 1;
#pragma unroll
        for (int k = 0; k < kHeldTokens; ++k) {
            if (first + k >= p_.T) break;
            float inverse = 0.0f;
            if (p_.norm_weight) {
                const float sum = sum_of_warps(scratch_.squares + (first + k) * kWarps);
                inverse = rsqrtf(sum / static_cast<float>(p_.x_columns) + p_.eps);
            }
#pragma unroll
            for (int q = 0; q < kQuads; ++q) {
                const int column = Constants::column_of(chunk, q);
                if (p_.head_squares && column < p_.x_columns) {
                    inverse = scratch_.inverse[(first + k) * p_.n_groups + column / group_columns];
                }
                const float4 w = constants_.norm[q];
                float4& a = v[k][q];
                a = {a.x * inverse * w.x, a.y * inverse * w.y, a.z * inverse * w.z, a.w * inverse * w.w};
            }
        }
    }

    __device__ __forceinline__ void store(const Held& v, int first, int chunk) const {
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const int column = Constants::column_of(chunk, q) - p_.first_column;
            if (column < 0 || column >= p_.columns) continue;
            const Place place = Format::place(column);
            char* to = operand_ + (place.pair * p_.T + first) * 64 + place.offset;
#pragma unroll
            for (int k = 0; k < kHeldTokens; ++k) {
                if (first + k < p_.T) *reinterpret_cast<uint2*>(to + k * 64) = Format::round(v[k][q]);
            }
        }
    }

    __device__ __forceinline__ void multiply_side(const Held& v, float (&dot)[kHeldTokens]) const {
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const uint2 w = constants_.side[q];
            const float wx = __uint_as_float(w.x << 16), wy = __uint_as_float(w.x & 0xFFFF0000u);
            const float wz = __uint_as_float(w.y << 16), ww = __uint_as_float(w.y & 0xFFFF0000u);
#pragma unroll
            for (int k = 0; k < kHeldTokens; ++k) {
                dot[k] = fmaf(v[k][q].x, wx, dot[k]);
                dot[k] = fmaf(v[k][q].y, wy, dot[k]);
                dot[k] = fmaf(v[k][q].z, wz, dot[k]);
                dot[k] = fmaf(v[k][q].w, ww, dot[k]);
            }
        }
    }

    __device__ __forceinline__ void write_side(int side_row) const {
        const int token = static_cast<int>(threadIdx.x);
        if (token >= p_.T) return;
        float* out = p_.side_out + token * p_.out_stride + side_row;
        const float sum = sum_of_warps(scratch_.dots + token * kWarps);
        *out = p_.add_side ? *out + sum : sum;
    }

    const Params& p_;
    const Scratch& scratch_;
    char* operand_;
    Constants constants_;
};

}  // namespace sidewinder::kernels::cuda::small
