#pragma once

#include <cstring>

#include "kernels/cuda/chunk_math.cuh"
#include "kernels/cuda/ptx.cuh"

/// How each weight format meets the tensor cores, for the short linear layers. Lane l of a warp stands for g
/// = l / 4 and t = l % 4, as in ptx.cuh.
///
/// A *step* is 64 bytes of each of 16 rows: lane (g, t) holds 16 bytes of row g and of row g + 8. The order
/// of a dot product is free, so these bytes become the A registers of kStepPairs pairs of mmas as they lie,
/// and what is permuted is the activation: `place` says where staging puts a column. A *unit*, which a ring
/// moves, is a few steps.
///
/// An integer n without sign, put into the low bits of a float16, is the subnormal n 2^-24: no arithmetic at
/// all. So the sums come out times 2^-24, and by zero * (sum of the operand's columns) too large, which
/// staging has added up (`zero` is what was added to make n positive).
namespace sidewinder::kernels::cuda::small {

inline constexpr int kStepBytes = 64;  ///< of one row

/// Where four neighbouring columns go: B registers of a pair of mmas, half of a lane's 16 bytes.
struct Place {
    int pair;    ///< counted over the whole row
    int offset;  ///< bytes within the 64 of one token and pair
};

template <class Vector>
__device__ __forceinline__ std::uint32_t bits_of(const Vector& v) {
    static_assert(sizeof(Vector) == 4);
    std::uint32_t bits;
    memcpy(&bits, &v, sizeof bits);
    return bits;
}
__device__ __forceinline__ __half2 half2_of(std::uint32_t bits) {
    __half2 v;
    memcpy(static_cast<void*>(&v), &bits, sizeof bits);
    return v;
}

struct FormatBf16 {
    static constexpr int kStepColumns = 32;
    static constexpr int kStepPairs = 1;
    static constexpr int kGroup = 0;
    static constexpr bool kSplitChunks = false;
    static constexpr int kSumColumns = 0;
    static constexpr float kUnscale = 1.0f;

    static __device__ __forceinline__ void decode(const uint4& chunk, int, std::uint32_t (&a)[4]) {
        a[0] = chunk.x;
        a[1] = chunk.y;
        a[2] = chunk.z;
        a[3] = chunk.w;
    }
    static __device__ __forceinline__ void multiply(float (&c)[4], std::uint32_t a0, std::uint32_t a1,
                                                    std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
                                                    std::uint32_t b1) {
        mma_bf16(c, a0, a1, a2, a3, b0, b1);
    }
    static __device__ __forceinline__ Place place(int column) {
        return {column >> 5, (column >> 3 & 3) * 16 + (column >> 2 & 1) * 8};
    }
    static __device__ __forceinline__ uint2 round(const float4& v) {
        return {bits_of(__floats2bfloat162_rn(v.x, v.y)), bits_of(__floats2bfloat162_rn(v.z, v.w))};
    }
    /// Of what `round` gave.
    static __device__ __forceinline__ float4 values(const uint2& rounded) {
        return {low_bf16(rounded.x), high_bf16(rounded.x), low_bf16(rounded.y), high_bf16(rounded.y)};
    }
};

/// The integer formats multiply in float16.
struct FormatHalf {
    static constexpr float kUnscale = 16777216.0f;  ///< 2^24

    static __device__ __forceinline__ void multiply(float (&c)[4], std::uint32_t a0, std::uint32_t a1,
                                                    std::uint32_t a2, std::uint32_t a3, std::uint32_t b0,
                                                    std::uint32_t b1) {
        mma_f16(c, a0, a1, a2, a3, b0, b1);
    }
    /// Of the four that `round` gave.
    static __device__ __forceinline__ float sum(const uint2& rounded) {
        const float2 a = __half22float2(half2_of(rounded.x)), b = __half22float2(half2_of(rounded.y));
        return (a.x + a.y) + (b.x + b.y);
    }
};

__device__ __forceinline__ std::uint32_t word_of(const uint4& chunk, int i) {
    return i == 0 ? chunk.x : i == 1 ? chunk.y : i == 2 ? chunk.z : chunk.w;
}

template <int kGroupColumns>
struct FormatInt8 : FormatHalf {
    static constexpr int kStepColumns = 64;
    static constexpr int kStepPairs = 2;
    static constexpr int kGroup = kGroupColumns;
    static constexpr bool kSplitChunks = false;

    static constexpr int kSumColumns = 64;  ///< that one correction covers: within a step and a group
    static constexpr float kZero = 128.0f / kUnscale;

    /// Four bytes, two's complement, as two pairs of float16.
    static __device__ __forceinline__ void decode_word(std::uint32_t word, std::uint32_t& a,
                                                       std::uint32_t& b) {
        const std::uint32_t shifted = word ^ 0x80808080u;
        a = __byte_perm(shifted, 0u, 0x4140);
        b = __byte_perm(shifted, 0u, 0x4342);
    }
    static __device__ __forceinline__ float combine(float even, float odd) { return even + odd; }
    static __device__ __forceinline__ void decode(const uint4& chunk, int pair, std::uint32_t (&a)[4]) {
        decode_word(word_of(chunk, 2 * pair), a[0], a[1]);
        decode_word(word_of(chunk, 2 * pair + 1), a[2], a[3]);
    }
    static __device__ __forceinline__ Place place(int column) {
        return {(column >> 6) * 2 + (column >> 3 & 1), (column >> 4 & 3) * 16 + (column >> 2 & 1) * 8};
    }
    static __device__ __forceinline__ uint2 round(const float4& v) {
        return {pack_f16_saturated(v.x, v.y), pack_f16_saturated(v.z, v.w)};
    }
    static __device__ __forceinline__ float4 values(const uint2& rounded) {
        const float2 a = __half22float2(half2_of(rounded.x)), b = __half22float2(half2_of(rounded.y));
        return {a.x, a.y, b.x, b.y};
    }
};

template <int kGroupColumns>
struct FormatInt4 : FormatHalf {
    static constexpr int kStepColumns = 128;
    static constexpr int kStepPairs = 4;
    static constexpr int kGroup = kGroupColumns;
    /// 64 bytes are two groups of 64: each lane takes 8 bytes of both, so that every mma lies in one group.
    static constexpr bool kSplitChunks = kGroup == 64;

    static constexpr int kSumColumns = kGroup;
    static constexpr float kZero = 8.0f / kUnscale;

    /// Eight nibbles: the low ones of bytes 0, 2 and 1, 3, then the high ones, which read as 16 n: they make
    /// up the odd mma.
    static __device__ __forceinline__ void decode(const uint4& chunk, int pair, std::uint32_t (&a)[4]) {
        const std::uint32_t even = word_of(chunk, pair), odd = even >> 8;
        a[0] = even & 0x000F000Fu;
        a[1] = odd & 0x000F000Fu;
        a[2] = even & 0x00F000F0u;
        a[3] = odd & 0x00F000F0u;
    }
    static __device__ __forceinline__ float combine(float even, float odd) {
        return fmaf(odd, 0.0625f, even);
    }
    static __device__ __forceinline__ Place place(int column) {
        if constexpr (kSplitChunks) {
            return {(column >> 6) * 2 + (column >> 2 & 1), (column >> 3 & 3) * 16 + (column >> 5 & 1) * 8};
        }
        return {(column >> 7) * 4 + (column >> 2 & 3), (column >> 4 & 3) * 16 + (column >> 6 & 1) * 8};
    }
    static __device__ __forceinline__ uint2 round(const float4& v) {
        return {pack_f16_saturated(v.x, v.z), pack_f16_saturated(v.y, v.w)};
    }
    static __device__ __forceinline__ float4 values(const uint2& rounded) {
        const float2 a = __half22float2(half2_of(rounded.x)), b = __half22float2(half2_of(rounded.y));
        return {a.x, b.x, a.y, b.y};
    }
};

}  // namespace sidewinder::kernels::cuda::small
