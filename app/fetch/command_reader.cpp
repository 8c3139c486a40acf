#include "app/fetch/command_reader.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <nlohmann/json.hpp>

#include "app/fetch/protocol.h"

namespace sidewinder::fetch {

namespace {

constexpr std::size_t kLongestLine = 8192;
constexpr std::chrono::seconds kSecretsTime{10};

std::string text_of(const nlohmann::json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string();
}

bool is_readable(int fd) {
    pollfd wait{.fd = fd, .events = POLLIN, .revents = 0};
    return fd >= 0 && ::poll(&wait, 1, 0) > 0;
}

}  // namespace

Secrets::~Secrets() {
    for (std::string* secret : {&token, &proxy}) ::explicit_bzero(secret->data(), secret->size());
}

CommandReader::CommandReader(int fd) {
    partial_line_.reserve(kLongestLine);  // never moved: a line may hold secrets, and is wiped
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
    pthread_sigmask(SIG_BLOCK, &set, nullptr);
    signals_ = storage::FileDescriptor(::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK));
    struct stat info {};
    const bool heeded = ::fstat(fd, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
    descriptors_ = {heeded ? fd : -1, signals_.get()};
}

Secrets CommandReader::wait_for_secrets() {
    const auto end = std::chrono::steady_clock::now() + kSecretsTime;
    while (!secrets_) {
        const auto left =
            std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (descriptors_[0] < 0 || left.count() <= 0)
            throw download::Error(
                download::Fault::Usage,
                "The secrets that --secrets announces did not come on standard input. Try it "
                "again, or start the download with sidewinder-cli.");
        std::array<pollfd, 2> waits{{{descriptors_[0], POLLIN, 0}, {descriptors_[1], POLLIN, 0}}};
        ::poll(waits.data(), waits.size(), static_cast<int>(left.count()));
        if (wish() == Wish::Stop && !secrets_)
            throw download::Error(download::Fault::Stopped, "The download was stopped before it began.");
    }
    return std::move(*secrets_);
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
            obey(partial_line_);
            ::explicit_bzero(partial_line_.data(), partial_line_.size());
            partial_line_.clear();
        } else if (partial_line_.size() < kLongestLine) {
            partial_line_ += c;
        }
    }
    ::explicit_bzero(bytes.data(), bytes.size());
}

void CommandReader::take_secrets(const nlohmann::json& json) {
    Secrets taken;
    taken.token = text_of(json, "token");
    taken.proxy = text_of(json, "proxy");
    secrets_ = std::move(taken);
}

void CommandReader::obey(const std::string& line) {
    const auto json = nlohmann::json::parse(line, nullptr, false);
    if (!json.is_object() || wish_ == Wish::Stop || wish_ == Wish::Cancel) return;
    const std::string command = text_of(json, "command");
    if (command == protocol::kSecrets) take_secrets(json);
    if (command == protocol::kPause) wish_ = Wish::Pause;
    if (command == protocol::kResume) wish_ = Wish::Run;
    if (command != protocol::kCancel) return;
    wish_ = Wish::Cancel;
    const auto remove = json.find("remove");
    remove_ = remove != json.end() && remove->is_boolean() && remove->get<bool>();
}

}  // namespace sidewinder::fetch
