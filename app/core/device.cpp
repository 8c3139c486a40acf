#include "app/core/device.h"

#include <algorithm>
#include <iterator>

#include "kernels/cpu/cpu_backend.h"
#include "kernels/cuda_library.h"
#include "kernels/error.h"

namespace sidewinder::app {

Device parse_device(std::string_view name) {
    const auto found = std::find(std::begin(kDevices), std::end(kDevices), name);
    if (found == std::end(kDevices)) {
        throw kernels::Error(kernels::Error::Kind::Internal,
                             "There is no device \"" + std::string(name) + "\". Choose auto, cpu or cuda.");
    }
    return static_cast<Device>(found - std::begin(kDevices));
}

BackendMaker real_backends() {
    return {.cpu = kernels::make_cpu_backend, .cuda = kernels::make_cuda_backend};
}

}  // namespace sidewinder::app
