#pragma once

#include <cstdint>
#include <vector>

#include "kernels/cpu/reference.h"
#include "kernels/tensor.h"
#include "tests/support/cuda_arrays.h"

/// A mixer with random weights of realistic size, on the host and on the device.
namespace sidewinder::test {

inline kernels::Dims mixer_dims(std::int64_t headdim, std::int64_t heads, std::int64_t groups,
                                std::int64_t d_state) {
    kernels::Dims dims;
    dims.d_model = 128;
    dims.d_inner = heads * headdim;
    dims.n_heads = heads;
    dims.headdim = headdim;
    dims.n_groups = groups;
    dims.d_state = d_state;
    return dims;
}

struct CudaMixer {
    kernels::Dims dims;
    std::vector<float> conv_weight, conv_bias, dt_bias, A, D, norm;
    DeviceArray<float> device_conv_weight, device_conv_bias, device_dt_bias, device_A, device_D, device_norm;
    kernels::MixerWeights host, device;

    explicit CudaMixer(const kernels::Dims& shape)
        : dims(shape),
          conv_weight(random_floats(dims.conv_state_size(), 21, 0.4f)),
          conv_bias(random_floats(dims.conv_dim(), 22, 0.3f)),
          dt_bias(random_floats(dims.n_heads, 23, 1.5f, -3.0f)),
          A(negative(random_floats(dims.n_heads, 24, 3.0f))),
          D(random_floats(dims.n_heads, 25, 0.2f, 1.0f)),
          norm(random_floats(dims.d_inner, 26, 0.1f, 1.0f)),
          device_conv_weight(conv_weight),
          device_conv_bias(conv_bias),
          device_dt_bias(dt_bias),
          device_A(A),
          device_D(D),
          device_norm(norm) {
        host = {conv_weight.data(), conv_bias.data(), dt_bias.data(), A.data(), D.data(), norm.data()};
        device = {device_conv_weight.get(), device_conv_bias.get(), device_dt_bias.get(),
                  device_A.get(),           device_D.get(),         device_norm.get()};
    }

  private:
    static std::vector<float> negative(std::vector<float> values) {
        for (float& v : values) v = -std::abs(v) - 0.5f;
        return values;
    }
};

struct CudaState {
    DeviceArray<float> conv, ssm;
    explicit CudaState(const kernels::Dims& dims)
        : conv(std::vector<float>(static_cast<std::size_t>(dims.conv_state_size()))),
          ssm(std::vector<float>(static_cast<std::size_t>(dims.ssm_state_size()))) {}
    kernels::LayerState view() const { return {conv.get(), ssm.get()}; }
};

}  // namespace sidewinder::test
