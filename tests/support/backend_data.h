#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <span>
#include <vector>

#include "kernels/backend.h"

/// Random tensors, and their way into and out of any backend's memory.
namespace sidewinder::test {

using kernels::Backend;
using kernels::Buffer;
using kernels::WeightFormat;
using kernels::WeightLayout;
using kernels::WeightView;

inline std::vector<float> random_floats(std::int64_t count, std::uint32_t seed, float deviation,
                                        float mean = 0.0f) {
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(mean, deviation);
    std::vector<float> out(static_cast<std::size_t>(count));
    for (float& v : out) v = normal(engine);
    return out;
}

template <class T>
Buffer to_backend(Backend& backend, const std::vector<T>& host) {
    Buffer buffer = backend.allocate(std::max<std::size_t>(host.size() * sizeof(T), 64));
    backend.upload(buffer.data(), host.data(), host.size() * sizeof(T));
    return buffer;
}

template <class T>
std::vector<T> from_backend(Backend& backend, const void* data, std::int64_t count) {
    std::vector<T> host(static_cast<std::size_t>(count));
    backend.download(host.data(), data, host.size() * sizeof(T));
    return host;
}

/// One linear weight in host memory, stored in `format`.
struct HostWeight {
    WeightLayout layout;
    std::vector<std::byte> data;
    std::vector<float> scales;

    HostWeight(WeightFormat format, std::int64_t rows, std::int64_t cols, std::int64_t group,
               const std::vector<float>& values)
        : layout{format, rows, cols, group}, data(layout.data_bytes()), scales(layout.scale_count()) {
        if (format == WeightFormat::F32) {
            std::memcpy(data.data(), values.data(), data.size());
        } else if (format == WeightFormat::BF16) {
            for (std::size_t i = 0; i < values.size(); ++i) {
                const std::uint16_t bits = kernels::bf16_from_float(values[i]);
                std::memcpy(data.data() + 2 * i, &bits, 2);
            }
        } else {
            kernels::quantize_rows(layout, values, data.data(), scales.data());
        }
    }
    WeightView view() const { return {layout, data.data(), scales.empty() ? nullptr : scales.data()}; }
};

/// The same weight in a backend's memory.
struct BackendWeight {
    Buffer data;
    Buffer scales;
    WeightView view;

    BackendWeight(Backend& backend, const HostWeight& host)
        : data(to_backend(backend, host.data)), scales(to_backend(backend, host.scales)) {
        view = {host.layout, data.data(), host.scales.empty() ? nullptr : scales.as<float>()};
    }
};

/// |got - expected| / |expected| over whole vectors; infinite if anything is not a number.
inline double relative_error(std::span<const float> got, std::span<const double> expected) {
    double difference = 0.0;
    double size = 0.0;
    for (std::size_t i = 0; i < expected.size(); ++i) {
        const double d = static_cast<double>(got[i]) - expected[i];
        if (!std::isfinite(d)) return INFINITY;
        difference += d * d;
        size += expected[i] * expected[i];
    }
    return size > 0.0 ? std::sqrt(difference / size) : std::sqrt(difference);
}

}  // namespace sidewinder::test
