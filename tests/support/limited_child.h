#pragma once

#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdint>
#include <optional>

#include "inference/error.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SIDEWINDER_SANITIZED 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SIDEWINDER_SANITIZED 1
#endif

namespace sidewinder::test {

struct ChildLimits {
    rlim_t memory = 1 << 30;   ///< bytes of address space; not with sanitizers, which reserve terabytes
    rlim_t stack = 256 << 10;  ///< bytes
    rlim_t cpu_seconds = 60;   ///< against a hang; not a measure
    unsigned user = 0;         ///< the user to become, if the test runs as root
};

struct ChildResult {
    std::optional<inference::Fault> fault;
    bool accepted = false;
    int signal = 0;  ///< what killed it, else 0
    std::int64_t peak_kib = 0;
};

/// Runs `action` in a forked child under limits and reports how it ended.
template <class Action>
ChildResult run_limited(const ChildLimits& limits, Action action) {
    const pid_t child = ::fork();
    if (child == 0) {
        const auto limit = [](auto resource, rlim_t value) {
            const rlimit both{value, value};
            return ::setrlimit(resource, &both) == 0;
        };
        bool ready = limit(RLIMIT_CPU, limits.cpu_seconds) && limit(RLIMIT_CORE, 0);
#ifndef SIDEWINDER_SANITIZED
        ready = ready && limit(RLIMIT_AS, limits.memory) && limit(RLIMIT_STACK, limits.stack);
#endif
        if (limits.user != 0 && ::geteuid() == 0) ready = ready && ::setuid(limits.user) == 0;
        int code = 255;
        if (ready) {
            try {
                action();
                code = 0;
            } catch (const inference::Error& error) {
                code = static_cast<int>(error.fault());
            } catch (...) {
                code = 254;
            }
        }
        ::_exit(code);
    }
    ChildResult result;
    int status = 0;
    rusage usage{};
    ::wait4(child, &status, 0, &usage);
    result.peak_kib = usage.ru_maxrss;
    if (WIFSIGNALED(status)) result.signal = WTERMSIG(status);
    if (WIFEXITED(status)) {
        result.accepted = WEXITSTATUS(status) == 0;
        if (!result.accepted) result.fault = static_cast<inference::Fault>(WEXITSTATUS(status));
    }
    return result;
}

}  // namespace sidewinder::test
