#include "app/core/fetch_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>

namespace sidewinder::app {

namespace fs = std::filesystem;
using nlohmann::json;

namespace {

constexpr std::size_t kLongestLine = std::size_t{4} << 20;
constexpr std::size_t kMostFiles = 10'000;
constexpr int kMostDepth = 4;
constexpr std::chrono::seconds kTimeToSave{3}, kTimeToEnd{1};

std::string text_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

std::uint64_t number_of(const json& object, const char* key) {
    const auto found = object.find(key);
    return found != object.end() && found->is_number_unsigned() ? found->get<std::uint64_t>() : 0;
}

FetchEvent::Kind kind_of(const std::string& name) {
    using Kind = FetchEvent::Kind;
    static const std::map<std::string, Kind> kKinds{
        {"state", Kind::State}, {"files", Kind::Files}, {"progress", Kind::Progress},
        {"retry", Kind::Retry}, {"note", Kind::Note},   {"verified", Kind::Verified},
        {"done", Kind::Done},   {"error", Kind::Error}, {"token", Kind::Token}};
    const auto found = kKinds.find(name);
    return found == kKinds.end() ? Kind::Other : found->second;
}

bool has_secrets(const FetchOptions& options) {
    return !options.token.empty() || !options.proxy.empty();
}

std::vector<std::string> token_arguments_of(const FetchOptions& options) {
    using Task = FetchOptions::Task;
    if (options.task == Task::RemoveProxyPassword) return {"proxy", "remove"};
    if (options.task == Task::SetProxyPassword)
        return options.token_in_file ? std::vector<std::string>{"proxy", "set", "--in-file"}
                                     : std::vector<std::string>{"proxy", "set"};
    const bool set = options.task == Task::SetToken;
    std::vector<std::string> arguments{
        "token", set ? "set" : (options.task == Task::ShowToken ? "show-where" : "remove")};
    if (!options.endpoint.empty()) arguments.push_back("--endpoint=" + options.endpoint);
    if (set && options.token_in_file) arguments.emplace_back("--in-file");
    return arguments;
}

std::vector<std::string> arguments_of(const FetchOptions& options) {
    if (options.task != FetchOptions::Task::Download) return token_arguments_of(options);
    std::vector<std::string> arguments{"--repo=" + options.repo, "--revision=" + options.revision,
                                       "--into=" + options.into.string()};
    const auto add = [&](const char* name, const std::string& value) {
        if (!value.empty()) arguments.push_back(std::string(name) + "=" + value);
    };
    add("--endpoint", options.endpoint);
    add("--ca", options.ca_file);
    add("--token-file", options.token_file);
    if (options.no_token) arguments.emplace_back("--no-token");
    if (has_secrets(options)) arguments.emplace_back("--secrets");
    for (const std::string& file : options.files) arguments.push_back("--file=" + file);
    arguments.insert(arguments.end(), options.more.begin(), options.more.end());
    return arguments;
}

}  // namespace

std::optional<FetchEvent> parse_fetch_line(std::string_view line) {
    if (line.size() > kLongestLine) return std::nullopt;
    const auto shallow = [](int depth, json::parse_event_t, json&) {
        if (depth > kMostDepth) throw std::length_error("too deep");
        return true;
    };
    json object;
    try {
        object = json::parse(line, shallow);
    } catch (const std::exception&) {
        return std::nullopt;
    }
    if (!object.is_object()) return std::nullopt;
    FetchEvent event;
    event.kind = kind_of(text_of(object, "event"));
    event.file = text_of(object, "file");
    event.state = text_of(object, "state");
    event.message = text_of(object, "message");
    event.where = text_of(object, "where");
    event.fault = text_of(object, "fault");
    event.commit = text_of(object, "commit");
    event.sha256 = text_of(object, "sha256");
    event.bytes = number_of(object, "bytes");
    event.size = number_of(object, "size");
    event.total_bytes = number_of(object, "total_bytes");
    event.total_size = number_of(object, "total_size");
    event.wait_ms = number_of(object, "wait_ms");
    if (const auto rate = object.find("rate"); rate != object.end() && rate->is_number())
        event.rate = rate->get<double>();
    if (object.contains("seconds_left")) event.seconds_left = number_of(object, "seconds_left");
    if (const auto resumable = object.find("resumable"); resumable != object.end() && resumable->is_boolean())
        event.resumable = *resumable;
    if (const auto files = object.find("files"); files != object.end() && files->is_array())
        for (const json& file : *files)
            if (file.is_object() && event.files.size() < kMostFiles)
                event.files.push_back({text_of(file, "name"), number_of(file, "size")});
    return event;
}

std::string endpoint_of(const std::string& given) {
    if (!given.empty()) return given;
    const char* value = std::getenv("HF_ENDPOINT");
    return value != nullptr && *value != '\0' ? value : "https://huggingface.co";
}

std::string host_of(const std::string& address) {
    const std::size_t scheme = address.find("://");
    std::string host = address.substr(scheme == std::string::npos ? 0 : scheme + 3);
    host = host.substr(0, host.find_first_of("/?#"));
    return host.substr(host.rfind('@') + 1);  // npos + 1 is 0
}

fs::path find_fetch_program() {
    std::error_code ignored;
    const fs::path folder = fs::read_symlink("/proc/self/exe", ignored).parent_path();
    const std::array<fs::path, 2> places{folder / "sidewinder-fetch",
                                         folder.parent_path() / "libexec/sidewinder/sidewinder-fetch"};
    for (const fs::path& place : places)
        if (::access(place.c_str(), X_OK) == 0) return place;
    return {};
}

FetchProcess::FetchProcess(const fs::path& program, const FetchOptions& options)
    : FetchProcess(DirectStarter(program), options) {}

FetchProcess::FetchProcess(const ProcessStarter& starter, const FetchOptions& options) {
    // A socket for the commands: a write to one whose reader died is an error, not a SIGPIPE.
    int commands[2], events[2];
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, commands) != 0)
        throw storage::system_error(errno, "start", "sidewinder-fetch");
    input_ = storage::FileDescriptor(commands[0]);
    const storage::FileDescriptor its_input(commands[1]);
    if (::pipe2(events, O_CLOEXEC) != 0) throw storage::system_error(errno, "start", "sidewinder-fetch");
    output_ = storage::FileDescriptor(events[0]);
    const storage::FileDescriptor its_output(events[1]);
    ::fcntl(output_.get(), F_SETFL, O_NONBLOCK);
    process_ = starter.start(
        {.arguments = arguments_of(options), .input = its_input.get(), .output = its_output.get()});
    hand_over(options);
}

void FetchProcess::hand_over(const FetchOptions& options) {
    if (!has_secrets(options)) return;
    json secrets{{"command", "secrets"}, {"token", options.token}, {"proxy", options.proxy}};
    std::string line = secrets.dump(-1, ' ', true, json::error_handler_t::replace) + "\n";
    [[maybe_unused]] const ssize_t sent = ::send(input_.get(), line.data(), line.size(), MSG_NOSIGNAL);
    for (std::string* copy :
         {&line, secrets["token"].get_ptr<std::string*>(), secrets["proxy"].get_ptr<std::string*>()})
        ::explicit_bzero(copy->data(), copy->size());
}

FetchProcess::~FetchProcess() {
    if (!process_) return;
    stop();
    output_.close();
    wait();
}

std::optional<std::vector<FetchEvent>> FetchProcess::events() {
    std::vector<FetchEvent> found;
    std::array<char, 1 << 16> block;
    ssize_t got = 0;
    while ((got = ::read(output_.get(), block.data(), block.size())) > 0 || (got < 0 && errno == EINTR)) {
        if (got < 0) continue;
        buffer_.append(block.data(), static_cast<std::size_t>(got));
        std::size_t begin = 0;
        for (std::size_t end; (end = buffer_.find('\n', begin)) != std::string::npos; begin = end + 1)
            if (auto event = parse_fetch_line(std::string_view(buffer_).substr(begin, end - begin)))
                found.push_back(std::move(*event));
        buffer_.erase(0, begin);
        if (buffer_.size() > kLongestLine) buffer_.clear();  // what is left of the line is no event then
    }
    if (got == 0 && found.empty()) return std::nullopt;
    return found;
}

bool FetchProcess::wait_for_output(std::chrono::milliseconds most) const {
    pollfd waited{.fd = output_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&waited, 1, static_cast<int>(most.count())) > 0;
}

void FetchProcess::send(Command command) {
    constexpr std::array<const char*, 3> kNames{"pause", "resume", "cancel"};
    const std::string line =
        std::string("{\"command\":\"") + kNames[static_cast<std::size_t>(command)] + "\"}\n";
    // A process that is gone has said so on its output already.
    [[maybe_unused]] const ssize_t sent = ::send(input_.get(), line.data(), line.size(), MSG_NOSIGNAL);
}

int FetchProcess::wait() {
    if (!process_->ends_within(kTimeToSave)) {
        process_->signal(SIGTERM);
        if (!process_->ends_within(kTimeToEnd)) process_->signal(SIGKILL);
    }
    const int code = process_->wait();
    process_.reset();
    return code;
}

}  // namespace sidewinder::app
