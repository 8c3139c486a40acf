#pragma once

#include <string>

namespace sidewinder::app {

/// Whether the kernel refuses network sockets to this process, and if not, why.
struct NetworkLock {
    enum class State {
        Off,          ///< nobody asked
        On,           ///< refused for good: neither this process nor a program that it starts can undo it
        Unsupported,  ///< the kernel, or a sandbox around us, has no seccomp filters for all threads
        Refused,      ///< something denied the request, `error` says with which errno
    };
    State state = State::Off;
    int error = 0;

    bool on() const { return state == State::On; }
};

/// Has the kernel refuse all of the following to every thread of this process, present and future, and to
/// every program that it will start (seccomp, with no_new_privs):
///   - socket and socketpair of any family but AF_UNIX: EAFNOSUPPORT, which libraries cope with
///   - io_uring, whose own operations open sockets past socket(): ENOSYS, as on a kernel without it
///   - pidfd_getfd, which takes an open socket out of another process: EPERM
///   - calls of any other ABI of the machine (i386, x32), which have numbers of their own: ENOSYS
/// Sockets that are open already stay so, and so does what AF_UNIX reaches (X11, D-Bus, the launcher): they
/// are other processes. Never throws; call it first in main().
NetworkLock lock_network();

/// In English, for the terminal.
std::string describe(const NetworkLock& lock);

/// Why no window can open where the display is an X server reached over a network (`ssh -X`) and the lock is
/// on; empty otherwise. Arguments: those of main, and the environment's values, null where not set.
struct DisplayChoice {
    int argc = 0;
    const char* const* argv = nullptr;
    const char* display = nullptr;          ///< DISPLAY
    const char* wayland_display = nullptr;  ///< WAYLAND_DISPLAY
    const char* platform = nullptr;         ///< QT_QPA_PLATFORM
};
std::string why_no_display(const NetworkLock& lock, const DisplayChoice& choice);

}  // namespace sidewinder::app
