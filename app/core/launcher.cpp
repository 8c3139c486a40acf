#include "app/core/launcher.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "app/core/fetch_process.h"
#include "app/core/launcher_message.h"
#include "app/core/launcher_process.h"
#include "storage/error.h"

namespace sidewinder::app {

namespace fs = std::filesystem;

namespace {

constexpr int kPatienceMs = 10'000;  // for an answer that takes a millisecond
constexpr int kLost = 255;

/// Two ends of a socket that keeps packets apart; neither is a standard stream.
std::array<storage::FileDescriptor, 2> packet_sockets() {
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0)
        throw storage::system_error(errno, "start", "Sidewinder's launcher");
    std::array<storage::FileDescriptor, 2> safe;
    for (int i = 0; i < 2; ++i) {
        const storage::FileDescriptor end(ends[i]);
        safe[static_cast<std::size_t>(i)] =
            storage::FileDescriptor(::fcntl(end.get(), F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
    }
    return safe;
}

bool is_readable_within(int socket, int milliseconds) {
    pollfd waited{.fd = socket, .events = POLLIN, .revents = 0};
    int ready = 0;
    while ((ready = ::poll(&waited, 1, milliseconds)) < 0 && errno == EINTR) {
    }
    return ready > 0;
}

/// None when the other side is gone.
std::optional<LaunchStatus> receive_status(int socket) {
    LaunchStatus status;
    ssize_t got = 0;
    while ((got = ::recv(socket, &status, sizeof status, 0)) < 0 && errno == EINTR) {
    }
    if (got != sizeof status) return std::nullopt;
    return status;
}

storage::Error gone() {
    return {
        storage::Error::Kind::Io,
        "The part of Sidewinder that starts other programs has ended. Close Sidewinder and open it again."};
}

storage::Error not_started(const std::string& program, int error) {
    using Kind = storage::Error::Kind;
    if (error == ENOENT) return {Kind::NotFound, "There is no " + program + " on this machine. Install it."};
    if (error == EINVAL) return {Kind::Denied, program + " is not started with what it was to be given."};
    if (error == EAGAIN)
        return {Kind::Busy, program + " was not started: too many run already. Wait until one has ended."};
    return storage::system_error(error, "start", program);
}

bool send_message(int socket, const std::string& bytes, const std::vector<int>& descriptors) {
    iovec part{.iov_base = const_cast<char*>(bytes.data()), .iov_len = bytes.size()};
    std::vector<char> control(CMSG_SPACE(descriptors.size() * sizeof(int)));
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(descriptors.size() * sizeof(int));
    std::memcpy(CMSG_DATA(header), descriptors.data(), descriptors.size() * sizeof(int));
    ssize_t sent = 0;
    while ((sent = ::sendmsg(socket, &message, MSG_NOSIGNAL)) < 0 && errno == EINTR) {
    }
    return sent == static_cast<ssize_t>(bytes.size());
}

}  // namespace

int LaunchedProcess::wait() {
    const auto status = receive_status(status_.get());
    return status && status->what == LaunchStatus::What::Ended ? status->value : kLost;
}

bool LaunchedProcess::ends_within(std::chrono::milliseconds most) {
    return is_readable_within(status_.get(), static_cast<int>(most.count()));
}

void LaunchedProcess::signal(int number) {
    // It is the launcher's child, which says that it has ended as soon as its number may be another's.
    if (!ends_within(std::chrono::milliseconds(0))) ::kill(process_, number);
}

Launcher::Programs Launcher::installed() {
    Programs programs{.fetch = find_fetch_program(), .browser = {}};
    const char* variable = std::getenv("PATH");
    std::string_view path = variable != nullptr ? variable : "/usr/local/bin:/usr/bin:/bin";
    while (!path.empty() && programs.browser.empty()) {
        const std::size_t end = std::min(path.find(':'), path.size());
        const fs::path program = fs::path(path.substr(0, end)) / "xdg-open";
        if (program.is_absolute() && ::access(program.c_str(), X_OK) == 0) programs.browser = program;
        path.remove_prefix(std::min(end + 1, path.size()));
    }
    return programs;
}

Launcher::Launcher(const Programs& programs) {
    auto [ours, its] = packet_sockets();
    process_ = ::fork();
    if (process_ < 0) throw storage::system_error(errno, "start", "Sidewinder's launcher");
    if (process_ == 0) run_launcher(its.get(), programs.fetch, programs.browser);
    requests_ = std::move(ours);
}

Launcher::~Launcher() {
    requests_.close();
    while (::waitpid(process_, nullptr, 0) < 0 && errno == EINTR) {
    }
}

std::unique_ptr<LaunchedProcess> Launcher::ask(const std::string& message, std::vector<int> descriptors,
                                               const char* program) const {
    auto [ours, its] = packet_sockets();
    descriptors.insert(descriptors.begin(), its.get());
    const bool fits = message.size() <= kLongestMessage && descriptors.size() <= kMostDescriptors;
    if (!fits) throw not_started(program, EINVAL);
    if (!send_message(requests_.get(), message, descriptors)) throw gone();
    its.close();
    const auto status =
        is_readable_within(ours.get(), kPatienceMs) ? receive_status(ours.get()) : std::nullopt;
    if (!status) throw gone();
    if (status->what != LaunchStatus::What::Started) throw not_started(program, status->value);
    return std::make_unique<LaunchedProcess>(std::move(ours), status->value);
}

std::unique_ptr<StartedProcess> Launcher::start(const StartRequest& request) const {
    std::vector<int> descriptors{request.input, request.output};
    descriptors.insert(descriptors.end(), request.more.begin(), request.more.end());
    return ask(to_bytes({.kind = LaunchMessage::Kind::Fetch, .fetch = request, .link = {}}), descriptors,
               "sidewinder-fetch");
}

std::unique_ptr<LaunchedProcess> Launcher::open_link(std::string_view address) const {
    return ask(to_bytes({.kind = LaunchMessage::Kind::Link, .fetch = {}, .link = std::string(address)}), {},
               "xdg-open");
}

}  // namespace sidewinder::app
