#pragma once

#include <driver_types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/support/cuda_emulator/fault.h"
#include "tests/support/cuda_emulator/scheduler.h"

namespace sidewinder::emulator {

/// What the fake runtime says of its one device. The defaults are an H100 with little memory.
struct Device {
    std::string name = "Emulated device";
    int count = 1;
    int compute = 90;
    int multiprocessors = 132;
    int driver_version = 13000;
    int runtime_version = 13000;
    std::size_t memory = std::size_t{4} << 30;
};

/// Eager: work on a stream is done before the call returns. Lazy: only when something waits for it; the two
/// are the ends of what a device may do.
enum class Schedule { Eager, Lazy };

/// Which call of the runtime or of cuBLASLt fails, and how.
struct Failure {
    std::int64_t call = 1;  ///< 1: the next one
    cudaError_t error = cudaErrorMemoryAllocation;
    bool sticky = false;  ///< every later call fails in the same way
    std::string only;     ///< count only calls whose name begins so; "" is all
};

/// Back to the defaults: no failure, counts 0, last error none. Faults if allocations, streams, events,
/// graphs or cuBLASLt objects are alive.
void reset();
/// The same, but forgets what is alive: after a test of a failure that makes release impossible.
void reset_and_forget();

void set_device(const Device& device);
void set_schedule(Schedule schedule);
void fail(const Failure& failure);
/// Calls since `reset` whose name begins so.
std::int64_t calls(const std::string& prefix = "");
/// Has the planned failure happened?
bool failed();
std::size_t device_memory_used();
/// Living allocations, streams, events, graphs, cuBLASLt objects.
std::size_t living_objects();
/// Faults if something was written beside any allocation.
void check_memory();

}  // namespace sidewinder::emulator
