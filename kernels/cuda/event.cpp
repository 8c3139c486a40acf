#include "kernels/cuda/event.h"

#include <chrono>
#include <thread>

#include "kernels/cuda/errors.h"

namespace sidewinder::kernels::cuda {
namespace {

using Clock = std::chrono::steady_clock;
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
        if (waited > kPatience) check(cudaErrorLaunchTimeout, "the GPU has not answered for 30 seconds");
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
