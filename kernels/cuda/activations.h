#pragma once

#include <cuda_bf16.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "kernels/cuda/ops.h"

/// The form of the activations between a block's operations: `zxbcdt` and `y` of kernels/backend.h as this
/// backend keeps them. Views of the caller's buffers; which form holds follows from T and the backend's mode
/// alone.
namespace sidewinder::kernels::cuda {

enum class Form { Exact, Short, Long };

/// zxbcdt. Exact, Short: float32 [T, in_proj_rows]. Long: bf16 [T, zxbc_rows], then float32 [T, n_heads].
struct Projected {
    float* all = nullptr;
    __nv_bfloat16* zxbc = nullptr;
    float* dt = nullptr;

    static std::size_t bytes(const Dims& dims, Form form, std::int64_t T);
    static Projected in(void* buffer, const Dims& dims, Form form, std::int64_t T);
};

/// y. Exact: float32 [T, d_inner]. Short: the same, not yet divided by the groups' rms, then float32 [T,
/// n_heads] of squares. Long: bf16 [T, d_inner].
struct Mixed {
    float* y = nullptr;
    float* head_squares = nullptr;
    __nv_bfloat16* y16 = nullptr;

    static std::size_t bytes(const Dims& dims, Form form, std::int64_t T);
    static Mixed in(void* buffer, const Dims& dims, Form form, std::int64_t T);
};

/// Enough for 1..max_tokens in whatever form each takes.
template <class Activations>
std::size_t most_bytes(const Dims& dims, bool exact, std::int64_t max_tokens) {
    if (exact) return Activations::bytes(dims, Form::Exact, max_tokens);
    return std::max(Activations::bytes(dims, Form::Short, std::min(max_tokens, kShortTokens)),
                    Activations::bytes(dims, Form::Long, max_tokens));
}

}  // namespace sidewinder::kernels::cuda
