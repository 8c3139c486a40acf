#pragma once

#include "kernels/cuda/reduce.cuh"
#include "kernels/cuda/short_team.cuh"
#include "kernels/cuda/signed_floats.cuh"
#include "kernels/cuda/small_linear_format.cuh"

/// How a token's x becomes the operand: normed in float32, rounded, and put where the tensor cores take it
/// from. What other blocks wrote is read past L1, which knows nothing of them.
namespace sidewinder::kernels::cuda::small {

/// Small arrays in shared memory.
struct Scratch {
    float* squares;  ///< [kWarps]: each warp's part of the sum of x^2
    float* inverse;  ///< [n_groups], grouped norm: 1 / rms

    __device__ __forceinline__ explicit Scratch(char* smem)
        : squares(reinterpret_cast<float*>(smem)), inverse(squares + kWarps) {}
    static constexpr int floats(int n_groups) { return kWarps + n_groups; }
};

/// The sum of a token's parts, in order.
__device__ __forceinline__ float sum_of_warps(const float* parts) {
    float sum = 0.0f;
#pragma unroll
    for (int w = 0; w < kWarps; ++w) sum += parts[w];
    return sum;
}

/// Where the operand of columns [first_column, first_column + columns) is put: pairs of mmas one after the
/// other, in each the tokens, 64 bytes each. Shared or device memory.
struct Operands {
    char* values;
    float* sums;  ///< [columns / Format::kSumColumns, sum_stride]: see Stage::add_columns
    int tokens;   ///< that lie in it
    int sum_stride;
    int first_column;
    int columns;
};

/// A phase's operand in the block's shared memory.
template <int kMostTokens>
__device__ __forceinline__ Operands operands_in(const Program& program, const LinearPhase& p, char* smem) {
    auto* sums = reinterpret_cast<float*>(smem + program.shared.sums);
    return {smem + program.shared.operand, sums, p.T, kMostTokens, p.first_column, p.columns};
}

/// 1 / rms of every group of a token, eight lanes each. All threads.
__device__ __forceinline__ void invert_groups(const LinearPhase& p, int token, float* inverse) {
    constexpr int kLanes = 8, kAtOnce = 2;
    const int heads = p.heads_in_group;
    const float share = p.column_share * static_cast<float>(p.n_groups);
    const float* squares = p.head_squares + static_cast<std::int64_t>(token) * p.n_heads;
    const int lane = static_cast<int>(threadIdx.x) % kLanes;
    for (int first = 0; first < p.n_groups; first += kThreads / kLanes) {
        const int group = first + static_cast<int>(threadIdx.x) / kLanes;
        float sum = 0.0f;
        for (int head = 0; head < heads; head += kLanes * kAtOnce) {
            float v[kAtOnce];
            receive(v, p.x_sign, [&](int i) {
                const int h = head + lane + kLanes * i;
                return group < p.n_groups && h < heads ? squares + group * heads + h : nullptr;
            });
#pragma unroll
            for (int i = 0; i < kAtOnce; ++i) sum += v[i];
        }
#pragma unroll
        for (int offset = kLanes / 2; offset > 0; offset /= 2) sum += __shfl_xor_sync(kAllLanes, sum, offset);
        if (group < p.n_groups && lane == 0) inverse[group] = rsqrtf(fmaf(sum, share, p.eps));
    }
}

/// A thread has quads of neighbouring columns, a stride away from each other, so that a warp reads whole
/// lines: all blocks read the same ones, and at once. What does not depend on the data is the same for all
/// quads, so that their instructions interleave: nothing else hides a latency here.
template <class Format>
class Stage {
  public:
    static constexpr int kQuads = 4;  ///< at once; with eight there were more instructions than reads to hide
    static constexpr int kChunkColumns = kThreads * 4 * kQuads;

    __device__ __forceinline__ Stage(const LinearPhase& p, const Scratch& scratch, const Operands& to)
        : p_(p),
          scratch_(scratch),
          to_(to),
          x_columns_(p.x_columns),
          norm_weight_(p.norm_weight),
          grouped_(p.head_squares != nullptr) {
        // A norm over the row needs all of it; else only what is multiplied is touched.
        begin_ = norm_weight_ ? 0 : to.first_column;
        end_ = norm_weight_ ? x_columns_ : to.first_column + to.columns;
    }

    /// Of a token's columns only these from now on. The squares of all its heads are waited for all the same:
    /// short_handover counts on it.
    __device__ __forceinline__ void take_part(int part) {
        const int columns = x_columns_ >> p_.part_bits;
        begin_ = part * columns;
        end_ = begin_ + columns;
    }

    /// Constants only: before the blocks meet.
    __device__ __forceinline__ void prefetch() { load_constants(begin_); }

    /// One token's operand. All threads; ends with a barrier.
    __device__ __forceinline__ void run(int token) {
        float4 v[kQuads];
        load(v, token, begin_);
        if (norm_weight_) sum_squares(v, token);
        if (grouped_) invert_groups(p_, token, scratch_.inverse);
        if (norm_weight_ || grouped_) team_barrier();
        float inverse = 0.0f;
        if (norm_weight_) {
            inverse = rsqrtf(fmaf(sum_of_warps(scratch_.squares), p_.column_share, p_.eps));
        }
        for (int chunk = begin_; chunk < end_; chunk += kChunkColumns) {
            if (chunk > begin_) load(v, token, chunk);
            if (end_ - begin_ > kChunkColumns) load_constants(chunk);
            normalise(v, inverse, chunk);
            store(v, token, chunk);
        }
        team_barrier();
    }

  private:
    using Held = float4[kQuads];

    static __device__ __forceinline__ int column_of(int chunk, int q) {
        return chunk + q * (kThreads * 4) + static_cast<int>(threadIdx.x) * 4;
    }

    __device__ __forceinline__ void load_constants(int chunk) {
        if (!norm_weight_) return;
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const int column = column_of(chunk, q);
            if (column < end_) norm_[q] = __ldg(reinterpret_cast<const float4*>(norm_weight_ + column));
        }
    }

    __device__ __forceinline__ void load(Held& v, int token, int chunk) const {
        const float* row = p_.x + static_cast<std::int64_t>(token) * p_.x_stride;
        receive(v, p_.x_sign, [&](int q) {
            const int column = column_of(chunk, q);
            return column < end_ ? reinterpret_cast<const float4*>(row + column) : nullptr;
        });
    }

    /// `v` holds the first chunk.
    __device__ __forceinline__ void sum_squares(const Held& v, int token) const {
        float sum = 0.0f;
#pragma unroll
        for (int q = 0; q < kQuads; ++q) add_squares(v[q], sum);
        const float* row = p_.x + static_cast<std::int64_t>(token) * p_.x_stride;
        for (int chunk = kChunkColumns; chunk < x_columns_; chunk += kThreads * 8) {
            float4 more[2];
            receive(more, p_.x_sign, [&](int q) {
                const int column = column_of(chunk, q);
                return column < x_columns_ ? reinterpret_cast<const float4*>(row + column) : nullptr;
            });
            add_squares(more[0], sum);
            add_squares(more[1], sum);
        }
        sum = warp_sum(sum);
        if (threadIdx.x % 32 == 0) scratch_.squares[threadIdx.x / 32] = sum;
    }
    static __device__ __forceinline__ void add_squares(const float4& v, float& sum) {
        sum = fmaf(v.x, v.x, sum);
        sum = fmaf(v.y, v.y, sum);
        sum = fmaf(v.z, v.z, sum);
        sum = fmaf(v.w, v.w, sum);
    }

    /// column / (x_columns / n_groups).
    __device__ __forceinline__ int group_of(int column) const {
        return static_cast<int>(static_cast<std::uint64_t>(column) * p_.group_reciprocal >> 32);
    }

    __device__ __forceinline__ void normalise(Held& v, float inverse, int chunk) const {
        if (!norm_weight_ && !grouped_) return;
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            float4& a = v[q];
            if (grouped_) {
                inverse = scratch_.inverse[group_of(min(column_of(chunk, q), x_columns_ - 1))];
                a = {a.x * inverse, a.y * inverse, a.z * inverse, a.w * inverse};
            } else {
                const float4 w = norm_[q];
                a = {a.x * inverse * w.x, a.y * inverse * w.y, a.z * inverse * w.z, a.w * inverse * w.w};
            }
        }
    }

    __device__ __forceinline__ void store(const Held& v, int token, int chunk) const {
        uint2 rounded[kQuads];
#pragma unroll
        for (int q = 0; q < kQuads; ++q) rounded[q] = Format::round(v[q]);
        if constexpr (Format::kSumColumns > 0) add_columns(rounded, token, chunk);
        const int first = column_of(chunk, 0) - to_.first_column;
        const int last = min(to_.columns, end_ - to_.first_column);
        const Place place = Format::place(first);
        char* at = to_.values + (place.pair * to_.tokens + token) * 64 + place.offset;
        constexpr int kPairs = kThreads * 4 / Format::kStepColumns * Format::kStepPairs;  // from quad to quad
#pragma unroll
        for (int q = 0; q < kQuads; ++q) {
            const int column = first + q * (kThreads * 4);
            if (column < 0 || column >= last) continue;
            *reinterpret_cast<uint2*>(at + q * kPairs * to_.tokens * 64) = rounded[q];
        }
    }

    /// The correction for weights without sign: the sums of kSumColumns columns of the operand, which lie in
    /// neighbouring lanes, where the multiplication finds them.
    __device__ __forceinline__ void add_columns(const uint2 (&rounded)[kQuads], int token, int chunk) const {
        constexpr int kLanes = Format::kSumColumns / 4, kAtOnce = kQuads / 2;
        const int last = min(to_.columns, end_ - to_.first_column);
#pragma unroll
        for (int first = 0; first < kQuads; first += kAtOnce) {
            float sums[kAtOnce];
#pragma unroll
            for (int i = 0; i < kAtOnce; ++i) sums[i] = Format::sum(rounded[first + i]);
#pragma unroll
            for (int offset = kLanes / 2; offset > 0; offset /= 2) {
#pragma unroll
                for (int i = 0; i < kAtOnce; ++i) sums[i] += __shfl_xor_sync(0xFFFFFFFFu, sums[i], offset);
            }
#pragma unroll
            for (int i = 0; i < kAtOnce; ++i) {
                const int column = column_of(chunk, first + i) - to_.first_column;
                if (threadIdx.x % kLanes == 0 && column >= 0 && column < last) {
                    to_.sums[column / Format::kSumColumns * to_.sum_stride + token] = sums[i] * Format::kZero;
                }
            }
        }
    }

    const LinearPhase& p_;
    const Scratch scratch_;
    const Operands to_;
    const int x_columns_;
    const float* norm_weight_;
    const bool grouped_;
    int begin_, end_;  ///< of the columns of x that are looked at
    float4 norm_[kQuads] = {};
};

/// What `prepared` holds of a part of the columns becomes the block's operand. All threads; ends with a
/// barrier.
template <class Format>
__device__ __forceinline__ void copy_operands(const Operands& prepared, const Operands& to) {
    const auto copy = [](const void* from, void* target, int bytes) {
        const auto* source = static_cast<const uint4*>(from);
        auto* destination = static_cast<uint4*>(target);
#pragma unroll 16
        for (int i = static_cast<int>(threadIdx.x); i < bytes / 16; i += kThreads) {
            destination[i] = __ldcg(source + i);
        }
    };
    copy(prepared.values + static_cast<std::int64_t>(to.first_column) * to.tokens * 2, to.values,
         to.columns * to.tokens * 2);
    if constexpr (Format::kSumColumns > 0) {
        copy(prepared.sums + to.first_column / Format::kSumColumns * to.sum_stride, to.sums,
             to.columns / Format::kSumColumns * to.sum_stride * 4);
    }
    team_barrier();
}

}  // namespace sidewinder::kernels::cuda::small
