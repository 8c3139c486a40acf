#pragma once

#include <cuda_runtime_api.h>

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/cuda_emulator/emulator.h"
#include "tests/support/cuda_emulator/memory.h"
#include "tests/support/cuda_emulator/scheduler.h"

/// The state behind the fake CUDA runtime; for the emulator's own files. Tests use emulator.h.
namespace sidewinder::emulator {

using Work = std::function<void()>;

struct Queue {
    std::deque<Work> work;
    std::uint64_t done = 0;
    std::uint64_t submitted = 0;
    void drain(std::uint64_t until);
    void drain() { drain(submitted); }
};

struct Capture {
    std::vector<Work> work;
    cudaStream_t origin = nullptr;
    cudaStreamCaptureMode mode = cudaStreamCaptureModeGlobal;
    std::thread::id thread;
    bool invalidated = false;
};

}  // namespace sidewinder::emulator

// The toolkit declares these four and leaves them to the runtime to define.
struct CUstream_st {
    std::shared_ptr<sidewinder::emulator::Queue> queue = std::make_shared<sidewinder::emulator::Queue>();
    std::shared_ptr<sidewinder::emulator::Capture> capture;
    bool blocking = true;  ///< waits for the default stream and it for this one
};
struct CUevent_st {
    std::shared_ptr<sidewinder::emulator::Queue> queue;  ///< null: never recorded
    std::uint64_t position = 0;
    std::shared_ptr<sidewinder::emulator::Capture> capture;
    double milliseconds = 0;
};
struct CUgraph_st {
    std::vector<sidewinder::emulator::Work> work;
};
struct CUgraphExec_st {
    std::vector<sidewinder::emulator::Work> work;
};

namespace sidewinder::emulator {

struct Runtime {
    std::recursive_mutex mutex;
    Device device;
    Schedule schedule = Schedule::Eager;
    Failure failure;
    bool armed = false;
    bool happened = false;
    std::int64_t countdown = 0;
    std::map<std::string, std::int64_t> calls;
    cudaError_t last_error = cudaSuccess;
    cudaError_t sticky = cudaSuccess;
    bool hangs = false;      ///< work is taken and never done
    int minutes_waited = 0;  ///< for it, see clock.h
    bool loss_known = false;
    std::int64_t calls_after_loss = 0;
    Memory memory;
    CUstream_st default_stream;
    std::set<cudaStream_t> streams;
    std::set<cudaEvent_t> events;
    std::set<cudaGraph_t> graphs;
    std::set<cudaGraphExec_t> graph_execs;
    std::size_t cublas_objects = 0;
    std::uint32_t last_tile = 0;
    std::map<const void*, int> dynamic_smem;                ///< what cudaFuncSetAttribute allowed a kernel
    std::size_t dynamic_smem_of(const void* kernel) const;  ///< what it may have
    std::set<std::shared_ptr<Capture>> captures;            ///< begun and not ended

    /// Work for `stream` in its order: recorded, done or queued.
    void submit(cudaStream_t stream, Work work);
    /// The stream behind a handle; faults on an unknown one.
    CUstream_st& stream(cudaStream_t handle);
    /// Is there work that a device that hangs will never do?
    bool stuck() const;
    void drain_blocking();
    void drain_all();
    /// A call that is unsafe while a stream captures: invalidates the captures whose mode forbids it.
    bool capturing_forbids();
    cudaError_t set_error(cudaError_t error);
};
Runtime& runtime();

/// One call of the API: holds the lock, counts, and says whether it is to fail.
class Call {
  public:
    explicit Call(const char* name);
    cudaError_t error() const { return error_; }
    explicit operator bool() const { return error_ == cudaSuccess; }

  private:
    std::lock_guard<std::recursive_mutex> lock_;
    cudaError_t error_;
};

}  // namespace sidewinder::emulator
