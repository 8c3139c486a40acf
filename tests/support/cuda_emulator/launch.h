#pragma once

#include <functional>
#include <string>
#include <tuple>

#include "tests/support/cuda_emulator/scheduler.h"

/// The twin of `launch` in kernels/cuda/launch.h, which includes this behind Context and LaunchShape.
namespace sidewinder::emulator {

/// Runs or records the kernel, as the stream wants it.
cudaError_t launch_kernel(cudaStream_t stream, const LaunchRequest& request,
                          const std::function<void()>& body);

}  // namespace sidewinder::emulator

namespace sidewinder::kernels::cuda {

template <class... Params, class... Args>
void launch(const Context& context, const char* name, const LaunchShape& shape, void (*kernel)(Params...),
            Args... args) {
    const bool overlap = shape.overlap && context.device->programmatic_launch;
    prepare(context, name, shape, overlap, reinterpret_cast<const void*>(kernel));
    emulator::LaunchRequest request;
    request.name = name;
    request.kernel = reinterpret_cast<const void*>(kernel);
    request.grid = {shape.grid.x, shape.grid.y, shape.grid.z};
    request.block = {shape.block.x, shape.block.y, shape.block.z};
    request.smem = shape.smem;
    request.overlap = overlap;
    request.cooperative = shape.cooperative;
    std::tuple<Params...> given(static_cast<Params>(args)...);
    check(emulator::launch_kernel(context.stream, request, [kernel, given] { std::apply(kernel, given); }),
          name);
}

}  // namespace sidewinder::kernels::cuda
