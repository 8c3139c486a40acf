#include "app/fetch/event_writer.h"

#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "app/fetch/protocol.h"

namespace sidewinder::fetch {

using download::Phase;

namespace {

constexpr std::chrono::seconds kRateOver{5};

const char* name_of(Phase phase) {
    switch (phase) {
        case Phase::Listing:
            return "listing";
        case Phase::Downloading:
            return "downloading";
        case Phase::Paused:
            return "paused";
        case Phase::Verifying:
            return "verifying";
        case Phase::Publishing:
            return "publishing";
    }
    return "";
}

}  // namespace

void EventWriter::write(const Json& event) {
    const std::string text = event.dump(-1, ' ', false, Json::error_handler_t::replace);
    const std::string line = proxy_.hidden(token_.hidden(text)) + "\n";
    std::string_view rest = line;
    while (!rest.empty()) {
        const ssize_t written = ::write(fd_, rest.data(), rest.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0)
            throw download::Error(download::Fault::Stopped, "Nobody reads the progress any more.");
        rest.remove_prefix(static_cast<std::size_t>(written));
    }
}

void EventWriter::files(const std::vector<download::RemoteFile>& files, const std::string& commit) {
    Json list = Json::array();
    for (const auto& file : files) {
        list.push_back({{"name", file.name}, {"size", file.size}});
        bytes_[file.name] = 0;
        total_size_ += file.size;
    }
    write({{"event", protocol::kFiles},
           {"commit", commit},
           {"bytes", total_size_},
           {"files", std::move(list)}});
}

void EventWriter::phase(Phase phase, const std::string& file) {
    phase_ = phase;
    samples_.clear();
    write({{"event", protocol::kState}, {"state", name_of(phase)}, {"file", file}});
}

std::int64_t EventWriter::total_bytes() const {
    std::int64_t sum = 0;
    for (const auto& [name, bytes] : bytes_) sum += bytes;
    return sum;
}

std::int64_t EventWriter::rate(std::int64_t bytes) {
    const auto now = Clock::now();
    if (!samples_.empty() && bytes < samples_.back().second) samples_.clear();  // started over
    samples_.emplace_back(now, bytes);
    while (now - samples_.front().first > kRateOver) samples_.pop_front();
    const double seconds = std::chrono::duration<double>(now - samples_.front().first).count();
    if (seconds <= 0) return 0;
    return static_cast<std::int64_t>(static_cast<double>(bytes - samples_.front().second) / seconds);
}

void EventWriter::progress(const std::string& file, std::int64_t bytes, std::int64_t size) {
    const bool downloading = phase_ == Phase::Downloading;
    if (downloading || bytes == size) bytes_[file] = bytes;
    const std::int64_t total = total_bytes(), speed = rate(bytes);
    Json event{{"event", protocol::kProgress},
               {"state", name_of(phase_)},
               {"file", file},
               {"bytes", bytes},
               {"size", size},
               {"total_bytes", total},
               {"total_size", total_size_},
               {"rate", speed}};
    const std::int64_t left = downloading ? total_size_ - total : size - bytes;
    if (speed > 0) event["seconds_left"] = (left + speed - 1) / speed;
    write(event);
}

void EventWriter::retry(const std::string& file, download::Milliseconds wait, int tries,
                        const std::string& why) {
    write({{"event", protocol::kRetry},
           {"file", file},
           {"wait_ms", wait.count()},
           {"tries", tries},
           {"message", why}});
}

void EventWriter::note(const std::string& file, const std::string& sentence) {
    write({{"event", protocol::kNote}, {"file", file}, {"message", sentence}});
}

void EventWriter::verified(const std::string& file, std::int64_t size, const std::string& sha256) {
    write({{"event", protocol::kVerified}, {"file", file}, {"size", size}, {"sha256", sha256}});
}

void EventWriter::token(const std::string& where, const std::string& sentence) {
    write({{"event", protocol::kToken}, {"where", where}, {"message", sentence}});
}

void EventWriter::done(const storage::Manifest& manifest, const std::string& folder) {
    write({{"event", protocol::kDone},
           {"folder", folder},
           {"commit", manifest.source.commit},
           {"manifest", (std::filesystem::path(folder) / storage::Manifest::kFileName).string()},
           {"bytes", manifest.bytes()}});
}

void EventWriter::error(download::Fault fault, const std::string& sentence) {
    write({{"event", protocol::kError},
           {"fault", download::fault_name(fault)},
           {"code", static_cast<int>(fault)},
           {"resumable", download::is_resumable(fault)},
           {"message", sentence}});
}

}  // namespace sidewinder::fetch
