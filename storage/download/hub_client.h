#pragma once

#include <optional>
#include <string>
#include <vector>

#include "storage/download/hub_address.h"
#include "storage/download/hub_answers.h"
#include "storage/download/job.h"

namespace sidewinder::download {

/// Where the bytes of one file are, as the hub's `resolve` says (model-format.md 5.2).
struct FileSource {
    std::string etag;  ///< bare: 64 hex digits = SHA-256, 40 = git's blob SHA-1, else of no meaning
    std::int64_t size = 0;
    Url location;  ///< at the hub itself, or a signed address elsewhere that expires
};

/// The answers of a hub to the three things we ask. Tries again as Attempts does; throws Error.
class HubClient {
  public:
    HubClient(Job& job, HubAddress address) : job_(job), address_(std::move(address)) {}

    const HubAddress& address() const { return address_; }
    std::string commit();                                     ///< of the revision
    std::vector<RemoteFile> list(const std::string& commit);  ///< top folder only
    FileSource resolve(const std::string& commit, const std::string& file);

    /// What a status of 400 or more means, from the hub itself (`file` empty: asked of the repository) .
    Failure failure_of_status(const HttpHead& head, const std::string& file) const;

  private:
    struct Answer;
    Answer ask(const Url& url, bool head_only, const std::string& file);
    std::optional<Failure> ask_once(Answer& answer, bool head_only);
    Answer ask_api(Url url);
    Error not_the_hub(const std::string& what) const;

    Job& job_;
    HubAddress address_;
};

}  // namespace sidewinder::download
