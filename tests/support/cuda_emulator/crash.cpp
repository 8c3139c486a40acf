#include "tests/support/cuda_emulator/crash.h"

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <vector>

#include "tests/support/cuda_emulator/fault.h"
#include "tests/support/cuda_emulator/runtime.h"

namespace sidewinder::emulator {

namespace {

struct sigaction before;

std::string what_lies_at(const void* address) {
    if (std::string near = describe_kernel_memory(address); !near.empty()) return near;
    if (std::string near = runtime().memory.describe(address); !near.empty()) return near;
    char text[32];
    std::snprintf(text, sizeof text, "address %p", address);
    return text;
}

// The kernel's own instruction trapped, so nothing is half done in the emulator and its functions may be
// called.
void on_crash(int signal, siginfo_t* info, void*) {
    if (!current.thread) {
        sigaction(signal, &before, nullptr);
        return;
    }
    fault("A kernel reads or writes what it may not: " + what_lies_at(info->si_addr) + ".");
}

}  // namespace

void watch_for_crashes() {
#ifndef __SANITIZE_ADDRESS__
    static const bool once = [] {
        static std::vector<char> stack(64 * 1024);  // a fiber's own may be used up
        stack_t alternative{};
        alternative.ss_sp = stack.data();
        alternative.ss_size = stack.size();
        sigaltstack(&alternative, nullptr);
        struct sigaction action {};
        action.sa_sigaction = on_crash;
        action.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_NODEFER;  // `fault` does not return here
        return sigaction(SIGSEGV, &action, &before) == 0;
    }();
    (void)once;
#endif
}

}  // namespace sidewinder::emulator
