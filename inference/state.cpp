#include "inference/state.h"

namespace sidewinder::inference {

namespace {

std::int64_t floats_per_layer(const kernels::Dims& dims) {
    return dims.ssm_state_size() + dims.conv_state_size();
}

}  // namespace

std::size_t State::bytes_for(const Config& config) {
    return static_cast<std::size_t>(config.n_layers * floats_per_layer(config.dims)) * sizeof(float);
}

State::State(kernels::Backend& backend, const Config& config)
    : backend_(&backend),
      dims_(config.dims),
      n_layers_(config.n_layers),
      buffer_(backend.allocate(bytes_for(config))) {
    reset();
}

float* State::conv() const {
    return ssm() + n_layers_ * dims_.ssm_state_size();
}

kernels::LayerState State::layer(std::int64_t i) const {
    return {.conv = conv() + i * dims_.conv_state_size(), .ssm = ssm() + i * dims_.ssm_state_size()};
}

void State::reset() {
    backend_->zero(buffer_.data(), buffer_.bytes());
}

void State::copy_layer_from(const State& other, std::int64_t i) {
    const kernels::LayerState to = layer(i);
    const kernels::LayerState from = other.layer(i);
    backend_->copy(to.ssm, from.ssm, static_cast<std::size_t>(dims_.ssm_state_size()) * sizeof(float));
    backend_->copy(to.conv, from.conv, static_cast<std::size_t>(dims_.conv_state_size()) * sizeof(float));
}

void State::upload(const void* host) {
    backend_->upload(buffer_.data(), host, buffer_.bytes());
}

void State::upload(const kernels::HostCopy& copy) {
    backend_->upload(buffer_.data(), copy);
}

std::shared_ptr<const kernels::HostCopy> State::download_later() const {
    return backend_->download_later(buffer_.data(), buffer_.bytes());
}

void State::download(void* host) const {
    backend_->download(host, buffer_.data(), buffer_.bytes());
}

}  // namespace sidewinder::inference
