#include "app/cli/interrupt.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <mutex>

#include "app/cli/command.h"

namespace sidewinder::cli {

struct Interrupt::Shared {
    std::mutex mutex;
    std::stop_source source;  // guarded by mutex
};

namespace {

sigset_t interrupt_set() {
    sigset_t set;
    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    return set;
}

}  // namespace

Interrupt::Interrupt() : shared_(std::make_shared<Shared>()) {
    const sigset_t set = interrupt_set();
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signal_fd_ = signalfd(-1, &set, SFD_CLOEXEC);
    wake_fd_ = eventfd(0, EFD_CLOEXEC);
    thread_ = std::jthread([shared = shared_, signals = signal_fd_, wake = wake_fd_] {
        pollfd waits[] = {{.fd = signals, .events = POLLIN, .revents = 0},
                          {.fd = wake, .events = POLLIN, .revents = 0}};
        while (poll(waits, 2, -1) >= 0 && waits[1].revents == 0) {
            signalfd_siginfo info;
            if (::read(signals, &info, sizeof info) != static_cast<ssize_t>(sizeof info)) continue;
            const std::lock_guard lock(shared->mutex);
            if (!shared->source.request_stop()) _exit(exit_code::kInterrupted);
        }
    });
}

Interrupt::~Interrupt() {
    const std::uint64_t one = 1;
    if (::write(wake_fd_, &one, sizeof one) > 0) thread_.join();
    close(signal_fd_);
    close(wake_fd_);
    const sigset_t set = interrupt_set();
    pthread_sigmask(SIG_UNBLOCK, &set, nullptr);
}

std::stop_token Interrupt::token() const {
    const std::lock_guard lock(shared_->mutex);
    return shared_->source.get_token();
}

void Interrupt::renew() {
    const std::lock_guard lock(shared_->mutex);
    if (shared_->source.stop_requested()) shared_->source = std::stop_source();
}

}  // namespace sidewinder::cli
