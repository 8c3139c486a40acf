#pragma once

#include <driver_types.h>

#include <cstddef>
#include <cstdint>
#include <string>

#include "tests/support/cuda_emulator/fault.h"
#include "tests/support/cuda_emulator/scheduler.h"

/// A CUDA device and runtime on the CPU. Everything of kernels/cuda is compiled by the host compiler with
/// SIDEWINDER_CUDA_EMULATED and linked against this in place of libcudart and cuBLASLt (the CMake target
/// sidewinder_cuda_emulated). A test in tests/kernels/cuda/test_*.cpp needs nothing of this header unless it
/// makes calls fail; then it is as on a GPU:
///
///     const DeviceTraits device = open_device();
///     KernelAttributes attributes;
///     const Context context{nullptr, &device, &attributes};
///     float* out = nullptr;                                  // RAII in real tests
///     check(cudaMalloc(reinterpret_cast<void**>(&out), bytes), "cudaMalloc");
///     rms_norm(context, x, weight, 1e-5f, T, width, out);    // an operation of ops.h
///     check(cudaMemcpy(host.data(), out, bytes, cudaMemcpyDeviceToHost), "cudaMemcpy");
///
/// and for the Nth call that fails, for all N:
///
///     for (std::int64_t n = 1;; ++n) {
///         emulator::reset_and_forget();
///         emulator::fail({.call = n, .error = cudaErrorIllegalAddress, .sticky = true, .only = ""});
///         try { work(); } catch (const kernels::Error& error) { QCOMPARE(error.kind(), ...); }
///         if (!emulator::failed()) break;                    // fewer than n calls
///     }
///
/// Each test program runs twice in ctest: `_reversed` starts the last block, warp and lane first
/// (SIDEWINDER_CUDA_ORDER=reversed), so that what depends on their order differs.
///
/// What is as on the device
///   - threads of a block meet in barriers and warp functions, lanes named by the mask; returned threads
///     do not count; cp.async arrives at a wait of its own thread that covers it, never before (until then
///     the place holds NaN), bulk copies at a wait for their mbarrier; mma and ldmatrix move their
///     fragments as PTX says; blocks run one after the other, those of a cooperative launch in turns: each
///     until all its threads wait or one has called add_release;
///   - memory is what cudaMalloc gave, nothing else is in reach; streams keep their order; a captured
///     stream records; cuBLASLt refuses types and shapes that the library refuses; a sticky failure makes
///     every later call fail.
///
/// What ends the test with a sentence that names kernel, block and thread (`fault`)
///   - an access outside of any allocation (a megabyte on either side and freed memory cannot be read or
///     written; the last, shared page of an allocation has guard bytes, looked at by cudaFree and
///     `check_memory`), or behind the dynamic shared memory; misaligned or misplaced cp.async, ldmatrix
///     and load_once;
///   - a barrier or warp function that can never complete, or in which lanes meet with different masks or
///     functions;
///   - blocks that wait for each other and can never go on, or in a launch that is not cooperative;
///   - impossible grids and blocks; more shared memory than there is, or than the kernel was allowed; a
///     launch with overlap in which nobody waits for the prior grid;
///   - a call that waits for a device that hangs;
///   - copies that name host memory as device memory, pass an end, or use what was destroyed; leaks
///     (`reset`).
///
/// What shows as NaN or 0xFF bytes: memory that was never written (device, pinned, dynamic and static shared
/// memory before each block), values shuffled from lanes that do not take part, pinned memory before the copy
/// to it is waited for (Schedule::Lazy).
///
/// What is not seen: races between two threads that no order of whole stretches between barriers shows; a
/// missing __threadfence; bank conflicts; registers; the device's rounding in fast functions and its sum
/// order in mma; misaligned plain vector accesses; static plus dynamic shared memory over the limit; what a
/// kernel does wrongly before wait_prior_grid.
///
/// The runtime is process-wide, as the real one is. Its calls may come from any thread; kernels run one at a
/// time, on the thread that makes them run.
namespace sidewinder::emulator {

/// What the fake runtime says of its one device. The defaults are an H100 with little memory.
struct Device {
    std::string name = "Emulated device";
    int count = 1;
    int compute = 90;
    int multiprocessors = 6;  ///< and the most blocks of a cooperative launch; few, since these are all there
                              ///< at once, each with stacks of its own
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
    bool hang = false;    ///< instead of failing: no work is done from this call on, and what waits for work
                          ///< without an end is a fault
    std::string only;     ///< count only calls whose name begins so ("cudaFree(": this one); "" is all
};

/// Starts the first or the last block, warp and lane first; the default is what SIDEWINDER_CUDA_ORDER says.
void set_order(Order order);

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
/// Calls since a lost device became known: by the first sticky error, or by the first query of what a hanging
/// device has not done, in which a minute goes by.
std::int64_t calls_after_loss();
/// Has the planned failure happened?
bool failed();
std::size_t device_memory_used();
/// Living allocations, streams, events, graphs, cuBLASLt objects.
std::size_t living_objects();
/// Of the algorithm that cublasLtMatmul was given last (cublasLtMatmulTile_t). Two are offered: 128x128, then
/// 176x128.
std::uint32_t last_product_tile();
/// Faults if something was written beside any allocation.
void check_memory();

}  // namespace sidewinder::emulator
