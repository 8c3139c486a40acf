#include "app/fetch/command_reader.h"

#include <poll.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "app/fetch/protocol.h"

namespace sidewinder::fetch {

namespace {

constexpr std::size_t kLongestLine = 4096;

bool is_readable(int fd) {
    pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
    return fd >= 0 && ::poll(&wait, 1, 0) > 0;
}

}  // namespace

CommandReader::CommandReader(int fd) {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = storage::FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    struct stat info {};
    const bool heeded = ::fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
    descriptors_ = {heeded ? fd : -1, signals_.get()};
}

download::Control::Wish CommandReader::wish() {
    if (is_readable(descriptors_[0])) read_commands();
    if (is_readable(descriptors_[1]) && wish_ != Wish::Cancel) wish_ = Wish::Stop;
    return wish_;
}

void CommandReader::read_commands() {
    std::array<char, 4096> bytes{};
    const ssize_t got = ::read(descriptors_[0], bytes.data(), bytes.size());
    if (got < 0 && errno == EINTR) return;
    if (got <= 0) {
        descriptors_[0] = -1;
        if (wish_ != Wish::Cancel) wish_ = Wish::Stop;
        return;
    }
    for (const char c : std::span(bytes).first(static_cast<std::size_t>(got))) {
        if (c == '\n') {
            obey(std::exchange(partial_line_, {}));
        } else if (partial_line_.size() < kLongestLine) {
            partial_line_ += c;
        }
    }
}

void CommandReader::obey(const std::string& line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || wish_ == Wish::Stop || wish_ == Wish::Cancel) return;
    const auto text = json.find("command");
    if (text == json.end() || !text->is_string()) return;
    const auto& command = text->get_ref<const std::string&>();
    if (command == protocol::kPause) wish_ = Wish::Pause;
    if (command == protocol::kResume) wish_ = Wish::Run;
    if (command != protocol::kCancel) return;
    wish_ = Wish::Cancel;
    const auto remove = json.find("remove");
    remove_ = remove != json.end() && remove->is_boolean() && remove->get<bool>();
}

}  // namespace sidewinder::fetch
