#include "kernels/cuda/activations.h"

namespace sidewinder::kernels::cuda {
namespace {

constexpr std::size_t kAlign = 256;

std::size_t aligned(std::size_t bytes) {
    return (bytes + kAlign - 1) / kAlign * kAlign;
}
std::size_t floats(std::int64_t count) {
    return aligned(static_cast<std::size_t>(count) * sizeof(float));
}
std::size_t halves(std::int64_t count) {
    return aligned(static_cast<std::size_t>(count) * sizeof(__nv_bfloat16));
}
template <class T>
T* at(void* buffer, std::size_t offset) {
    return reinterpret_cast<T*>(static_cast<std::byte*>(buffer) + offset);
}

}  // namespace

std::size_t Projected::bytes(const Dims& dims, Form form, std::int64_t T) {
    if (form != Form::Long) return floats(T * dims.in_proj_rows());
    return halves(T * dims.zxbc_rows()) + floats(T * dims.n_heads);
}

Projected Projected::in(void* buffer, const Dims& dims, Form form, std::int64_t T) {
    if (form != Form::Long) return {.all = at<float>(buffer, 0)};
    return {.zxbc = at<__nv_bfloat16>(buffer, 0), .dt = at<float>(buffer, halves(T * dims.zxbc_rows()))};
}

std::size_t Mixed::bytes(const Dims& dims, Form form, std::int64_t T) {
    switch (form) {
        case Form::Exact:
            return floats(T * dims.d_inner);
        case Form::Short:
            return floats(T * dims.d_inner) + floats(T * dims.n_heads);
        case Form::Long:
            return halves(T * dims.d_inner);
    }
    return 0;
}

Mixed Mixed::in(void* buffer, const Dims& dims, Form form, std::int64_t T) {
    switch (form) {
        case Form::Exact:
            return {.y = at<float>(buffer, 0)};
        case Form::Short:
            return {.y = at<float>(buffer, 0), .head_squares = at<float>(buffer, floats(T * dims.d_inner))};
        case Form::Long:
            return {.y16 = at<__nv_bfloat16>(buffer, 0)};
    }
    return {};
}

}  // namespace sidewinder::kernels::cuda
