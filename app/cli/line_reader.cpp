#include "app/cli/line_reader.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>

namespace sidewinder::cli {

LineReader::LineReader() : wake_fd_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {}

LineReader::~LineReader() {
    close(wake_fd_);
}

void LineReader::wake() const {
    const std::uint64_t one = 1;
    [[maybe_unused]] const ssize_t written = ::write(wake_fd_, &one, sizeof one);
}

std::optional<std::string> LineReader::take_line() {
    const std::size_t end = buffer_.find('\n');
    if (end == std::string::npos && !(ended_ && !buffer_.empty())) return std::nullopt;
    std::string line = buffer_.substr(0, end);
    buffer_.erase(0, end == std::string::npos ? buffer_.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.pop_back();
    return line;
}

void LineReader::read_some() {
    std::array<char, 4096> bytes;
    const ssize_t got = ::read(STDIN_FILENO, bytes.data(), bytes.size());
    if (got > 0) {
        buffer_.append(bytes.data(), static_cast<std::size_t>(got));
    } else if (got == 0 || (errno != EINTR && errno != EAGAIN)) {
        ended_ = true;
    }
}

std::optional<std::string> LineReader::next(const std::stop_token& stop) {
    if (!waiting_.empty()) {
        std::string line = std::move(waiting_.front());
        waiting_.pop_front();
        return line;
    }
    const std::stop_callback on_stop(stop, [this] { wake(); });
    while (!stop.stop_requested()) {
        if (auto line = take_line()) return line;
        if (ended_) return std::nullopt;
        pollfd waits[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                          {.fd = wake_fd_, .events = POLLIN, .revents = 0}};
        if (poll(waits, 2, -1) < 0) continue;
        std::uint64_t count = 0;
        if (waits[1].revents != 0 && ::read(wake_fd_, &count, sizeof count) < 0) continue;
        if (waits[0].revents != 0) read_some();
    }
    return std::nullopt;
}

std::optional<std::string> LineReader::next_while_busy() {
    while (true) {
        if (auto line = take_line()) return line;
        pollfd waits[] = {{.fd = wake_fd_, .events = POLLIN, .revents = 0},
                          {.fd = STDIN_FILENO, .events = POLLIN, .revents = 0}};
        if (poll(waits, ended_ ? 1 : 2, -1) < 0) continue;
        std::uint64_t count = 0;
        if (waits[0].revents != 0 && ::read(wake_fd_, &count, sizeof count) > 0) return std::nullopt;
        if (!ended_ && waits[1].revents != 0) read_some();
    }
}

}  // namespace sidewinder::cli
