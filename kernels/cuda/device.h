#pragma once

#include <cstddef>
#include <string>

namespace sidewinder::kernels::cuda {

/// What tile and grid choices follow: nothing is tuned to one card by name.
struct DeviceTraits {
    int ordinal = 0;   ///< CUDA's number of the device, which every thread that uses it must choose
    std::string name;  ///< "NVIDIA H100 80GB HBM3"
    int compute = 0;   ///< 80, 86, 89, 90, 120
    int multiprocessors = 0;
    std::size_t shared_per_block = 0;  ///< the most that one block may ask for (opt-in), bytes
    std::size_t shared_per_multiprocessor = 0;
    std::size_t l2_bytes = 0;
    std::size_t total_memory = 0;
    bool programmatic_launch = false;  ///< compute capability 9.0 and later, and code made for that
};

/// Chooses the first usable device and reads its traits. Throws Error(Unsupported) with the reason: no
/// driver, driver too old, no device, compute capability below 8.0, no code for it in this build; and
/// Error(OutOfMemory), since CUDA itself takes some hundred MB.
DeviceTraits open_device();

}  // namespace sidewinder::kernels::cuda
