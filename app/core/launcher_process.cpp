#include "app/core/launcher_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <map>
#include <vector>

#include "app/core/launcher_message.h"
#include "storage/atomic_file.h"

namespace sidewinder::app {

namespace {

namespace fs = std::filesystem;
using storage::FileDescriptor;

constexpr std::size_t kMostRunning = 16;
constexpr std::size_t kOwnDescriptors = 3;  // of a fetch message: status, input, output

struct Packet {
    std::string bytes;
    std::vector<FileDescriptor> descriptors;
    bool whole = true;  ///< false: something was too long and was cut off
};

/// None at the end.
std::optional<Packet> receive(int socket) {
    Packet packet;
    packet.bytes.resize(kLongestMessage);
    std::array<char, CMSG_SPACE(kMostDescriptors * sizeof(int))> control;
    iovec part{.iov_base = packet.bytes.data(), .iov_len = packet.bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t got = 0;
    while ((got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC)) < 0 && errno == EINTR) {
    }
    if (got < 0) return std::nullopt;
    for (cmsghdr* header = CMSG_FIRSTHDR(&message); header != nullptr;
         header = CMSG_NXTHDR(&message, header)) {
        if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_RIGHTS) continue;
        const std::size_t count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
        for (std::size_t i = 0; i < count; ++i) {
            int descriptor = -1;
            std::memcpy(&descriptor, CMSG_DATA(header) + i * sizeof(int), sizeof descriptor);
            packet.descriptors.emplace_back(descriptor);
        }
    }
    // An empty packet reads like the end; nobody who means well sends one.
    if (got == 0) return std::nullopt;
    packet.bytes.resize(static_cast<std::size_t>(got));
    packet.whole = (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) == 0;
    return packet;
}

/// Never waits for the other side, and never fails because of it.
void tell(const FileDescriptor& socket, LaunchStatus::What what, int value) {
    const LaunchStatus status{.what = what, .value = value};
    [[maybe_unused]] const ssize_t sent =
        ::send(socket.get(), &status, sizeof status, MSG_NOSIGNAL | MSG_DONTWAIT);
}

class LauncherProcess {
  public:
    LauncherProcess(int requests, const fs::path& fetch, const fs::path& browser)
        : requests_(requests),
          fetch_(fetch),
          browser_(browser),
          nothing_(::open("/dev/null", O_RDWR | O_CLOEXEC)) {
        sigset_t ended;
        sigemptyset(&ended);
        sigaddset(&ended, SIGCHLD);
        ::sigprocmask(SIG_BLOCK, &ended, nullptr);
        ended_ = FileDescriptor(::signalfd(-1, &ended, SFD_CLOEXEC | SFD_NONBLOCK));
    }

    void run() {
        std::array<pollfd, 2> waited{{{.fd = requests_, .events = POLLIN, .revents = 0},
                                      {.fd = ended_.get(), .events = POLLIN, .revents = 0}}};
        for (;;) {
            if (::poll(waited.data(), waited.size(), -1) < 0 && errno != EINTR) return;
            if (waited[1].revents != 0) reap();
            if (waited[0].revents == 0) continue;
            std::optional<Packet> packet = receive(requests_);
            if (!packet) return;
            answer(*packet);
        }
    }

  private:
    void answer(Packet& packet) {
        if (packet.descriptors.empty()) return;  // nobody to answer to
        FileDescriptor status = std::move(packet.descriptors.front());
        int process = -1;
        const int error = start(packet, process);
        if (error == 0)
            tell(status, LaunchStatus::What::Started, process);
        else
            tell(status, LaunchStatus::What::NotStarted, error);
        if (error == 0) running_.emplace(process, std::move(status));
    }

    /// 0, or an errno.
    int start(const Packet& packet, int& process) {
        std::optional<LaunchMessage> message;
        if (packet.whole) message = parse_launch_message(packet.bytes);
        if (!message) return EINVAL;
        if (running_.size() >= kMostRunning) return EAGAIN;
        const bool link = message->kind == LaunchMessage::Kind::Link;
        const fs::path& program = link ? browser_ : fetch_;
        if (program.empty()) return ENOENT;
        StartRequest request = std::move(message->fetch);
        if (link) {
            if (packet.descriptors.size() != 1) return EINVAL;
            request.arguments = {message->link};
            request.input = request.output = nothing_.get();
        } else {
            if (packet.descriptors.size() < kOwnDescriptors) return EINVAL;
            request.input = packet.descriptors[1].get();
            request.output = packet.descriptors[2].get();
            for (std::size_t i = kOwnDescriptors; i < packet.descriptors.size(); ++i)
                request.more.push_back(packet.descriptors[i].get());
        }
        const auto [error, started] = spawn_program(program, request);
        process = started;
        return error;
    }

    void reap() {
        signalfd_siginfo ignored;
        while (::read(ended_.get(), &ignored, sizeof ignored) > 0) {
        }
        // Told before its number becomes free: whoever asked may be about to send it a signal.
        siginfo_t ended{};
        while (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid != 0) {
            const int code = ended.si_code == CLD_EXITED ? ended.si_status : 128 + ended.si_status;
            if (const auto found = running_.find(ended.si_pid); found != running_.end()) {
                tell(found->second, LaunchStatus::What::Ended, code);
                running_.erase(found);
            }
            ::waitpid(ended.si_pid, nullptr, 0);
            ended = {};
        }
    }

    int requests_;
    fs::path fetch_, browser_;
    FileDescriptor nothing_, ended_;
    std::map<pid_t, FileDescriptor> running_;  ///< where to say that it has ended
};

/// Nothing of the window's but the standard streams and `requests`, no terminal that could stop or end it,
/// and no memory that the window could write to.
int separate(int requests) {
    ::setsid();
    ::prctl(PR_SET_DUMPABLE, 0);
    ::prctl(PR_SET_NAME, "sidewinder-open");
    constexpr int kKept = STDERR_FILENO + 1;
    if (requests != kKept) ::dup3(requests, kKept, O_CLOEXEC);
    ::close_range(kKept + 1, ~0U, 0);
    return kKept;
}

}  // namespace

void run_launcher(int requests, const fs::path& fetch, const fs::path& browser) {
    try {
        LauncherProcess(separate(requests), fetch, browser).run();
        ::_exit(0);
    } catch (...) {
        ::_exit(1);
    }
}

}  // namespace sidewinder::app
