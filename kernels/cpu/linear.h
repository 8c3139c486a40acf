#pragma once

#include <cstdint>

#include "kernels/cpu/memory.h"
#include "kernels/cpu/simd.h"
#include "kernels/cpu/thread_pool.h"
#include "kernels/tensor.h"

namespace sidewinder::kernels::cpu {

/// Products of one set of activations with any number of weights. Chooses the kernel by the number of tokens,
/// brings the activations into the form that it wants (once for all weights) and shares the rows out.
class LinearRunner {
  public:
    explicit LinearRunner(ThreadPool& pool) : pool_(pool) {}

    /// Up to so many tokens each one's result has the bits that it has alone. With Int8 and Int4 weights on
    /// x86 that is so for any number.
    static constexpr std::int64_t kShortTokens = 8;

    /// x: [T, cols], row stride `stride`, T <= kGemmMaxTokens; it must stay until the last `multiply`.
    void set_activations(const float* x, std::int64_t stride, std::int64_t T, std::int64_t cols);

    /// out[t, row] = weight[row, :] . x[t, :], or += with `add`.
    void multiply(const WeightView& weight, float* out, std::int64_t out_stride, bool add);

  private:
    std::int64_t rows_per_task(const WeightLayout& layout) const;
    void short_float(const Linear& linear);
    void short_integer(const Linear& linear);
    void long_float(const Linear& linear);
    void long_integer(const Linear& linear);
    const float* packed();
    template <class F>
    void for_row_blocks(std::int64_t rows, F&& f);

    ThreadPool& pool_;
    const float* x_ = nullptr;
    std::int64_t stride_ = 0;
    std::int64_t tokens_ = 0;
    std::int64_t cols_ = 0;
    bool is_packed_ = false;
    Scratch panels_;     ///< float32 panels, see pack_panel
    Scratch quantized_;  ///< int16 activations, as rows or as panels
    Scratch scales_;     ///< their scales and offsets
    Scratch blocks_;     ///< one worker's GemmScratch after the other
};

}  // namespace sidewinder::kernels::cpu
