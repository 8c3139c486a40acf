#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "storage/download/job.h"
#include "storage/model_manifest.h"

namespace sidewinder::fetch {

/// Writes the events of protocol.h, each line at once, with the token and the proxy's password
/// hidden. Throws Error(Stopped) when
/// nobody reads any more.
class EventWriter final : public download::Listener {
  public:
    EventWriter(int fd, download::Token token, download::Proxy proxy)
        : fd_(fd), token_(std::move(token)), proxy_(std::move(proxy)) {}

    void files(const std::vector<download::RemoteFile>& files, const std::string& commit) override;
    void phase(download::Phase phase, const std::string& file) override;
    void progress(const std::string& file, std::int64_t bytes, std::int64_t size) override;
    void retry(const std::string& file, download::Milliseconds wait, int tries,
               const std::string& why) override;
    void note(const std::string& file, const std::string& sentence) override;
    void verified(const std::string& file, std::int64_t size, const std::string& sha256) override;

    /// `where`: "keyring", "file", a variable's name or a path; "" for none.
    void token(const std::string& where, const std::string& sentence);
    void done(const storage::Manifest& manifest, const std::string& folder);
    void error(download::Fault fault, const std::string& sentence);

  private:
    using Json = nlohmann::ordered_json;
    using Clock = std::chrono::steady_clock;
    void write(const Json& event);
    std::int64_t total_bytes() const;
    std::int64_t rate(std::int64_t bytes);

    int fd_;
    download::Token token_;
    download::Proxy proxy_;
    download::Phase phase_ = download::Phase::Listing;
    std::map<std::string, std::int64_t> bytes_;  // of each file
    std::int64_t total_size_ = 0;
    std::deque<std::pair<Clock::time_point, std::int64_t>> samples_;
};

}  // namespace sidewinder::fetch
