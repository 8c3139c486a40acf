#include <cuda_bf16.h>

#include "kernels/cuda/ops.h"
#include "kernels/cuda/ptx.cuh"
#include "kernels/cuda/refuse.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr int kThreads = 256;
constexpr std::int64_t kColumns = 4 * kThreads;  // a block

__device__ __forceinline__ float as_float(float v) {
    return v;
}
__device__ __forceinline__ float as_float(__nv_bfloat16 v) {
    return __bfloat162float(v);
}

/// A few blocks a token. `ids` may come from the kernel just before, which chose the token.
template <class Element>
__global__ void __launch_bounds__(kThreads)
    embed_kernel(const Element* table, std::int64_t rows, std::int64_t cols, const std::int32_t* ids,
                 float* residual) {
    wait_prior_grid();
    launch_dependents();
    const std::int64_t token = blockIdx.x;
    const std::int64_t id = ids[token];
    float* out = residual + token * cols;
    if (id < 0 || id >= rows) {  // not a number, where reading past the table would lose the device
        const std::int64_t first = static_cast<std::int64_t>(blockIdx.y) * kColumns;
        for (std::int64_t c = first + threadIdx.x; c < first + kColumns && c < cols; c += kThreads) {
            out[c] = __uint_as_float(0x7fc00000u);
        }
        return;
    }
    const Element* row = table + id * cols;
    const std::int64_t first = static_cast<std::int64_t>(blockIdx.y) * kColumns + threadIdx.x;
#pragma unroll
    for (std::int64_t c = first; c < first + kColumns; c += kThreads) {
        if (c < cols) out[c] = as_float(row[c]);
    }
}

}  // namespace

void embed(const Context& context, const WeightView& table, const std::int32_t* ids, std::int64_t T,
           float* residual) {
    const WeightLayout& layout = table.layout;
    const auto blocks = static_cast<unsigned>((layout.cols + kColumns - 1) / kColumns);
    const LaunchShape shape{
        .grid = dim3(static_cast<unsigned>(T), blocks), .block = dim3(kThreads), .overlap = true};
    if (layout.format == WeightFormat::BF16) {
        launch(context, "embed", shape, embed_kernel<__nv_bfloat16>,
               static_cast<const __nv_bfloat16*>(table.data), layout.rows, layout.cols, ids, residual);
    } else if (layout.format == WeightFormat::F32) {
        launch(context, "embed", shape, embed_kernel<float>, static_cast<const float*>(table.data),
               layout.rows, layout.cols, ids, residual);
    } else {
        refuse("The embedding table came as " + std::string(name_of(layout.format)));
    }
}

}  // namespace sidewinder::kernels::cuda
