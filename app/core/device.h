#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "inference/config.h"
#include "inference/weights.h"
#include "kernels/backend.h"

namespace sidewinder::app {

/// What answers. Auto: the GPU when it can be used and the model fits, else the CPU.
enum class Device { Auto, Cpu, Cuda };

inline constexpr std::string_view kDevices[] = {"auto", "cpu", "cuda"};  ///< by Device's values

Device parse_device(std::string_view name);  ///< one of kDevices; throws kernels::Error(Internal) otherwise

/// Makes backends. Tests put their own here.
struct BackendMaker {
    std::function<std::unique_ptr<kernels::Backend>(int threads)> cpu;
    std::function<std::unique_ptr<kernels::Backend>(const kernels::Dims&, kernels::WeightFormat,
                                                    bool float8_prefill)>
        cuda;
};
BackendMaker real_backends();

}  // namespace sidewinder::app
