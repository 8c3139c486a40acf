#include "kernels/cuda/event.h"

#include <chrono>
#include <thread>

#include "kernels/cuda/errors.h"
#ifdef SIDEWINDER_CUDA_EMULATED
#include "tests/support/cuda_emulator/clock.h"
#endif

namespace sidewinder::kernels::cuda {
namespace {

#ifdef SIDEWINDER_CUDA_EMULATED
using Clock = emulator::Clock;
#else
using Clock = std::chrono::steady_clock;
#endif
constexpr auto kSpin =
    std::chrono::milliseconds(20);  // longer than a token: sleeping would cost decode its pace
constexpr auto kPatience = std::chrono::seconds(30);

}  // namespace

Event::Event() {
    check(cudaEventCreateWithFlags(&handle_, cudaEventDisableTiming), "cudaEventCreate");
}

Event::~Event() {
    if (handle_) check_quietly(cudaEventDestroy(handle_));
}

void Event::record(cudaStream_t stream) {
    check(cudaEventRecord(handle_, stream), "cudaEventRecord");
}

void Event::wait() const {
    const Clock::time_point start = Clock::now();
    for (;;) {
        const cudaError_t status = cudaEventQuery(handle_);
        if (status != cudaErrorNotReady) return check(status, "waiting for the GPU");
        const auto waited = Clock::now() - start;
        if (waited > kPatience) throw_lost("The GPU has not answered for 30 seconds");
        if (waited > kSpin) std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
}

Stream::Stream() {
    check(cudaStreamCreateWithFlags(&handle_, cudaStreamNonBlocking), "cudaStreamCreate");
}

Stream::~Stream() {
    check_quietly(cudaStreamDestroy(handle_));
}

}  // namespace sidewinder::kernels::cuda
