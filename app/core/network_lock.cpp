#include "app/core/network_lock.h"

#include <seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <string_view>

namespace sidewinder::app {

namespace {

struct ReleaseFilter {
    void operator()(scmp_filter_ctx filter) const { seccomp_release(filter); }
};
using Filter = std::unique_ptr<void, ReleaseFilter>;

/// 0, or what libseccomp says: a negative errno.
int add_rules(scmp_filter_ctx filter) {
    // All 64 bits are compared: a family with rubbish above its 32 is refused as well.
    const scmp_arg_cmp not_local{.arg = 0, .op = SCMP_CMP_NE, .datum_a = AF_UNIX, .datum_b = 0};
    for (const int call : {SCMP_SYS(socket), SCMP_SYS(socketpair)})
        if (const int error =
                seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EAFNOSUPPORT), call, 1, &not_local))
            return error;
    for (const int call : {SCMP_SYS(io_uring_setup), SCMP_SYS(io_uring_enter), SCMP_SYS(io_uring_register)})
        if (const int error = seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0)) return error;
    return seccomp_rule_add(filter, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(pidfd_getfd), 0);
}

int load_filter() {
    const Filter filter(seccomp_init(SCMP_ACT_ALLOW));
    if (!filter) return -ENOMEM;
    const std::array<std::pair<scmp_filter_attr, std::uint32_t>, 3> attributes{
        {{SCMP_FLTATR_CTL_NNP, 1},
         {SCMP_FLTATR_CTL_TSYNC, 1},
         {SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_ERRNO(ENOSYS)}}};
    for (const auto& [attribute, value] : attributes)
        if (const int error = seccomp_attr_set(filter.get(), attribute, value)) return error;
    if (const int error = add_rules(filter.get())) return error;
    return seccomp_load(filter.get());
}

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> beginnings) {
    for (const std::string_view beginning : beginnings)
        if (text.substr(0, beginning.size()) == beginning) return true;
    return false;
}

std::string_view view(const char* text) {
    return text != nullptr ? std::string_view(text) : std::string_view();
}

/// As libxcb reads it: [protocol/][host]:number. No host, "unix" and a path are a local socket.
bool is_remote(std::string_view display) {
    const std::size_t colon = display.rfind(':');
    if (colon == std::string_view::npos || colon == 0 || display.front() == '/') return false;
    const std::string_view host = display.substr(0, colon);
    return host != "unix" && host != "unix/";
}

}  // namespace

NetworkLock lock_network() {
    const int error = -load_filter();
    // Not tried with a socket of its own: whoever watches the program must see none.
    if (error == 0 && ::prctl(PR_GET_SECCOMP) == 2) return {.state = NetworkLock::State::On};
    if (error == 0 || error == ENOSYS || error == EINVAL || error == EOPNOTSUPP)
        return {.state = NetworkLock::State::Unsupported, .error = error};
    return {.state = NetworkLock::State::Refused, .error = error};
}

std::string describe(const NetworkLock& lock) {
    switch (lock.state) {
        case NetworkLock::State::On:
            return "This program cannot open network connections: the kernel refuses them (seccomp).";
        case NetworkLock::State::Unsupported:
            return "The kernel cannot refuse this program network connections: there are no seccomp filters "
                   "here. It opens none by itself.";
        case NetworkLock::State::Refused:
            return std::string("The kernel was asked to refuse this program network connections and said: ") +
                   std::strerror(lock.error) + ". It opens none by itself.";
        case NetworkLock::State::Off:
            break;
    }
    return "The kernel was not asked to refuse this program network connections.";
}

std::string why_no_display(const NetworkLock& lock, const DisplayChoice& choice) {
    std::string_view display = view(choice.display), platform = view(choice.platform);
    for (int i = 1; i + 1 < choice.argc; ++i) {
        const std::string_view argument = choice.argv[i];
        if (argument == "-display" || argument == "--display") display = choice.argv[i + 1];
        if (argument == "-platform" || argument == "--platform") platform = choice.argv[i + 1];
    }
    if (!lock.on() || !is_remote(display)) return {};
    if (platform.empty() ? !view(choice.wayland_display).empty() : !starts_with_any(platform, {"xcb"}))
        return {};
    return "The display " + std::string(display) +
           " is on another machine or reached over a network, as with `ssh -X`. Sidewinder has the kernel "
           "refuse it every network connection, so its window cannot open there. Open it at the machine "
           "itself or in a remote desktop on it (VNC, RDP, xpra), where the display is local, or work in "
           "this terminal: sidewinder-cli chat";
}

}  // namespace sidewinder::app
