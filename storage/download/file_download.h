#pragma once

#include <memory>
#include <optional>
#include <string>

#include "storage/download/digest.h"
#include "storage/download/hub_client.h"
#include "storage/download/job.h"
#include "storage/download/model_directory.h"
#include "storage/download/request_ramp.h"

namespace sidewinder::download {

class PieceFetch;

/// Fetches one file into .partial/NAME.verified: resolve, set space aside, fetch the missing pieces (several
/// at once where there are several), verify. Goes on with what an earlier run left. A file with the wrong
/// hash is put apart as NAME.wrong and fetched once more from nothing.
class FileDownload {
  public:
    FileDownload(Job& job, HubClient& hub, const ModelDirectory& folder, RemoteFile file, std::string commit);
    ~FileDownload();

    /// Throws Error; what was fetched is saved then, and a later run goes on with it.
    FileHashes run();

  private:
    struct Work;
    enum class Way { Done, StartOver };

    void resolve();
    void open_work();
    Way fetch();
    Way settle_pieces();
    Way settle(PieceFetch& piece);
    Way start_over(bool keep_apart);
    void take_redirect(const PieceFetch& piece);
    void take_expired(const Failure& failure);
    void back_off(const Failure& failure);
    Milliseconds time_to_wait();
    void start_pieces();
    bool start_piece(Extent gap);
    void harvest(PieceFetch& piece);
    void save_when_due();
    void save_now();
    void save_what_can_be();
    void pause();
    void report(std::int64_t bytes, bool now);
    FileHashes verify();
    bool is_right(const FileHashes& hashes) const;
    void put_apart();
    std::string identity() const;

    Job& job_;
    HubClient& hub_;
    const ModelDirectory& folder_;
    RemoteFile file_;
    std::string commit_;
    FileSource source_;
    Attempts attempts_;
    RequestRamp ramp_;
    std::unique_ptr<Work> work_;
    std::chrono::steady_clock::time_point not_before_{};
    std::chrono::steady_clock::time_point reported_{};
    std::chrono::steady_clock::time_point saved_{};
    std::int64_t since_failure_ = 0;  ///< bytes
    int hops_ = 0;
    int expired_ = 0;
    int bad_ranges_ = 0;
    int restarts_ = 0;
    bool ranges_off_ = false;
    bool resolved_ = false;
};

}  // namespace sidewinder::download
