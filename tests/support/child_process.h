#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <stdexcept>

namespace sidewinder::tests {

/// Runs `work` in a forked process and returns its wait status. An exception there ends it with code 125.
/// The caller must have no other thread and no database open.
inline int wait_status_of_child(const std::function<int()>& work) {
    const pid_t child = ::fork();
    if (child < 0) throw std::runtime_error("fork failed");
    if (child == 0) {
        int code = 125;
        try {
            code = work();
        } catch (...) {
        }
        ::_exit(code);
    }
    int status = 0;
    while (::waitpid(child, &status, 0) < 0) {
    }
    return status;
}

/// The exit code, or -1 if a signal ended it.
inline int exit_code_of_child(const std::function<int()>& work) {
    const int status = wait_status_of_child(work);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// The same as an ordinary user, if we are root: permissions do not stop root.
inline int exit_code_without_privileges(const std::function<int()>& work) {
    return exit_code_of_child([&] {
        constexpr unsigned kNobody = 65534;
        if (::geteuid() == 0 && (::setgid(kNobody) != 0 || ::setuid(kNobody) != 0)) return 124;
        return work();
    });
}

}  // namespace sidewinder::tests
