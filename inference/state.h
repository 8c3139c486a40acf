#pragma once

#include <cstdint>
#include <memory>

#include "inference/config.h"
#include "kernels/backend.h"

namespace sidewinder::inference {

/// What a model remembers of the tokens fed: every layer's ssm_state, then every layer's conv_state, in one
/// block of backend memory (fixed size, 266 MiB for the 7B model). Move-only owner; a copy is a named call
/// because it costs.
class State {
  public:
    State(kernels::Backend& backend, const Config& config);  ///< zero: nothing read yet

    static std::size_t bytes_for(const Config& config);

    kernels::LayerState layer(std::int64_t i) const;
    float* ssm() const { return buffer_.as<float>(); }  ///< [layers, heads, headdim, d_state]
    float* conv() const;                                ///< [layers, conv_dim, d_conv]
    std::size_t bytes() const { return buffer_.bytes(); }

    void reset();
    void copy_layer_from(const State& other, std::int64_t i);
    void upload(const void* host);  ///< bytes() of them
    void upload(const kernels::HostCopy& copy);
    void download(void* host) const;
    std::shared_ptr<const kernels::HostCopy> download_later() const;  ///< of the state as it is now

  private:
    kernels::Backend* backend_;
    kernels::Dims dims_;
    std::int64_t n_layers_;
    kernels::Buffer buffer_;
};

}  // namespace sidewinder::inference
