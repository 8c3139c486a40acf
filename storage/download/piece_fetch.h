#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/download/following_hash.h"
#include "storage/download/http_session.h"
#include "storage/download/hub_client.h"
#include "storage/download/part_file.h"

namespace sidewinder::download {

/// How many written bytes no finished save claims yet. What arrives above the bound waits in the network.
struct UnsavedBytes {
    std::int64_t most = 0;
    std::int64_t written = 0;    ///< since the last save began
    std::int64_t in_saving = 0;  ///< by the save under way

    /// Something is always let through when all is saved.
    bool has_room(std::int64_t bytes) const {
        const std::int64_t unsaved = written + in_saving;
        return unsaved == 0 || unsaved + bytes <= most;
    }
};

/// Where the bytes of a piece go.
struct PieceTarget {
    PartFile& part;
    FollowingHash& hash;
    UnsavedBytes& unsaved;
};

/// One request for a piece of a file, written into its place as it arrives. An answer is taken only if it is
/// what was asked for: the start, the end, the whole size, the ETag seen before, no encoding.
class PieceFetch final : public HttpReceiver {
  public:
    struct Ask {
        Url url;
        bool at_hub = false;  ///< the address is the hub's own, and its statuses mean what the hub's mean
        Extent piece;
        bool whole = false;  ///< without Range: the file from its start
        std::string etag;    ///< of the server of the bytes, as it stood in its header; may be empty
    };
    enum class End {
        Running,
        Complete,
        Broken,        ///< on the way; see failure()
        Redirected,    ///< see location()
        Expired,       ///< the address is not good any more, ask the hub again
        RangeIgnored,  ///< 200 where 206 was asked for; nothing was written
        BadRange,      ///< another piece than was asked for; nothing was written
        Changed,       ///< the ETag is another; nothing was written
    };

    PieceFetch(HttpSession& session, const HubClient& hub, PieceTarget target, Ask ask, std::string file);

    /// Also throws what the disk said.
    End end() const;
    const Url& url() const { return ask_.url; }
    const Extent& piece() const { return ask_.piece; }
    Extent written() const { return {ask_.piece.begin, ask_.piece.begin + written_}; }
    const std::string& etag() const { return etag_; }  ///< of this answer; empty unless strong
    const std::string& location() const { return location_; }
    Failure failure() const;  ///< for every end but Running and Complete
    void resume_if_paused();

    bool head(const HttpHead& head) override;
    bool body(std::span<const std::byte> bytes) override;

  private:
    bool ended(End end);
    bool take_part(const HttpHead& head);
    bool take_whole(const HttpHead& head);
    bool take_error(const HttpHead& head);
    std::string host() const { return ask_.url.origin.host; }

    const HubClient& hub_;
    PieceTarget target_;
    Ask ask_;
    std::string file_;
    std::string etag_;
    std::string location_;
    std::int64_t written_ = 0;
    bool paused_ = false;
    std::optional<End> verdict_;
    std::optional<Failure> failure_;
    std::unique_ptr<HttpTransfer> transfer_;  // last: it points to all else
};

}  // namespace sidewinder::download
