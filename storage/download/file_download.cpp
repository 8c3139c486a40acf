#include "storage/download/file_download.h"

#include <fcntl.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "storage/download/following_hash.h"
#include "storage/download/piece_fetch.h"
#include "storage/download/piece_map.h"
#include "storage/download/progress_saver.h"
#include "storage/file_hash.h"

namespace sidewinder::download {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kMostHops = 5;
constexpr int kMostExpired = 3;   // in a row, without progress
constexpr int kMostRestarts = 3;  // of one file in one run
constexpr std::int64_t kProgressBytes = std::int64_t{64}
                                        << 10;  // less than that between two failures is none
constexpr Milliseconds kReportEach{200};

}  // namespace

/// What a try at the file holds open. Destroyed from the last to the first: requests, saver, hash, file.
struct FileDownload::Work {
    PartFile part;
    PieceMap map;
    UnsavedBytes unsaved;
    FollowingHash hash;
    ProgressSaver saver;
    std::vector<std::unique_ptr<PieceFetch>> pieces;

    Work(const ModelDirectory& folder, const RemoteFile& file, PieceMap claimed, Job& job)
        : part(folder, file.name + ".part", file.size),
          map(std::move(claimed)),
          unsaved{2 * job.limits.save_bytes, 0, 0},
          hash(part.descriptor(), file.size, !file.git_sha1.empty(), [&job] { job.session.wake(); }),
          saver(part, folder.partial_path(file.name + ".pieces"), [&job] { job.session.wake(); }) {}
};

FileDownload::FileDownload(Job& job, HubClient& hub, const ModelDirectory& folder, RemoteFile file,
                           std::string commit)
    : job_(job),
      hub_(hub),
      folder_(folder),
      file_(std::move(file)),
      commit_(std::move(commit)),
      attempts_(job, file_.name),
      ramp_(job.limits.connections) {}

FileDownload::~FileDownload() = default;

std::string FileDownload::identity() const {
    return file_.sha256.empty() ? file_.git_sha1 : file_.sha256;
}

FileHashes FileDownload::run() {
    for (bool second = false;; second = true) {
        job_.hold_while_paused(file_.name);
        if (!resolved_) resolve();
        do {
            open_work();
        } while (fetch() == Way::StartOver);
        const FileHashes hashes = verify();
        work_.reset();
        if (is_right(hashes)) {
            folder_.rename_partial(file_.name + ".part", file_.name + ".verified");
            folder_.remove_partial(file_.name + ".pieces");
            job_.listener.verified(file_.name, file_.size, hashes.sha256);
            return hashes;
        }
        put_apart();
        const std::string both =
            "expected " + identity() + ", got " + (file_.sha256.empty() ? hashes.git_sha1 : hashes.sha256);
        if (second)
            throw Error(Fault::WrongContent, file_.name + " arrived with the wrong content twice from " +
                                                 source_.location.origin.host + " (" + both +
                                                 "). It is kept apart as " +
                                                 folder_.partial_path(file_.name + ".wrong").string() +
                                                 " and never used. Try another endpoint, or later.");
        job_.listener.note(file_.name, file_.name + " arrived with the wrong content (" + both +
                                           "). It is put apart and fetched once more.");
        resolved_ = false;
    }
}

void FileDownload::resolve() {
    source_ = hub_.resolve(commit_, file_.name);
    const bool other_hash =
        (storage::is_hex(source_.etag, 64) && !file_.sha256.empty() && source_.etag != file_.sha256) ||
        (storage::is_hex(source_.etag, 40) && !file_.git_sha1.empty() && source_.etag != file_.git_sha1);
    if (source_.size != file_.size || other_hash)
        throw Error(Fault::Changed, file_.name + " is another one than the hub's list says (" +
                                        std::to_string(source_.size) + " bytes where " +
                                        std::to_string(file_.size) +
                                        " were listed). What is there is kept. Start the download again.");
    resolved_ = true;
    hops_ = 0;
}

void FileDownload::open_work() {
    PieceMap map{identity(), file_.size, commit_, {}, {}, {}};
    const auto left = read_piece_map(folder_.partial_path(file_.name + ".pieces"));
    if (left && left->etag == map.etag && left->size == map.size) {
        map.have = left->have;
        map.location = left->location;
        map.location_etag = left->location_etag;
    }
    work_ = std::make_unique<Work>(folder_, file_, std::move(map), job_);
    work_->map.have = work_->part.possible(work_->map.have);
    if (ranges_off_) work_->map.have.clear();
    work_->part.reserve();
    saved_ = Clock::now();
    job_.listener.phase(Phase::Downloading, file_.name);
    report(work_->map.have.bytes(), true);
}

FileDownload::Way FileDownload::fetch() {
    Work& work = *work_;
    try {
        while (work.map.have.bytes() < file_.size || !work.pieces.empty()) {
            if (job_.is_paused()) pause();
            start_pieces();
            ramp_.waited(job_.step(time_to_wait()), Clock::now());
            if (settle_pieces() == Way::StartOver) return Way::StartOver;
            work.hash.advance(work.map.have.front());
            save_when_due();
            report(work.map.have.bytes(), false);
        }
        save_now();
        report(work.map.have.bytes(), true);
        return Way::Done;
    } catch (...) {
        save_what_can_be();
        throw;
    }
}

Milliseconds FileDownload::time_to_wait() {
    // What a resumed request had in hand may fill the bound at once; nothing would wake us then.
    if (work_->unsaved.written >= job_.limits.save_bytes && work_->saver.is_idle()) return Milliseconds(0);
    const auto until_retry = std::chrono::ceil<Milliseconds>(not_before_ - Clock::now());
    return until_retry > Milliseconds(0) ? std::min(until_retry, kReportEach) : kReportEach;
}

void FileDownload::start_pieces() {
    Work& work = *work_;
    const std::size_t most = ranges_off_ ? 1 : static_cast<std::size_t>(ramp_.requests());
    while (work.pieces.size() < most && Clock::now() >= not_before_) {
        ExtentSet taken = work.map.have;
        for (const auto& piece : work.pieces) taken.add(piece->piece());
        const Extent gap = taken.first_gap(0, file_.size, ranges_off_ ? file_.size : job_.limits.piece_bytes);
        if (gap.size() == 0 || !start_piece(gap)) return;
    }
}

bool FileDownload::start_piece(Extent gap) {
    Work& work = *work_;
    if (!resolved_) {
        resolve();
        return false;  // time has passed: look again
    }
    if (const std::string from = source_.location.origin.text(); work.map.location != from) {
        work.map.location = from;  // another server may call the same bytes by another name
        work.map.location_etag.clear();
    }
    const bool whole = gap == Extent{0, file_.size};
    PieceFetch::Ask ask{source_.location, source_.location.origin == hub_.address().origin(), gap, whole,
                        work.map.location_etag};
    work.pieces.push_back(std::make_unique<PieceFetch>(
        job_.session, hub_, PieceTarget{work.part, work.hash, work.unsaved}, std::move(ask), file_.name));
    return true;
}

FileDownload::Way FileDownload::settle_pieces() {
    std::vector<std::unique_ptr<PieceFetch>>& pieces = work_->pieces;
    for (std::size_t i = 0; i < pieces.size();) {
        harvest(*pieces[i]);
        const auto end = pieces[i]->end();
        if (end == PieceFetch::End::Running) {
            pieces[i]->resume_if_paused();
            ++i;
            continue;
        }
        const std::unique_ptr<PieceFetch> piece = std::move(pieces[i]);
        pieces.erase(pieces.begin() + static_cast<std::ptrdiff_t>(i));
        if (settle(*piece) == Way::StartOver) return Way::StartOver;
    }
    return Way::Done;
}

void FileDownload::harvest(PieceFetch& piece) {
    Work& work = *work_;
    const std::int64_t before = work.map.have.bytes();
    work.map.have.add(piece.written());
    if (work.map.location_etag.empty() && piece.url().origin.text() == work.map.location)
        work.map.location_etag = piece.etag();
    since_failure_ += work.map.have.bytes() - before;
    if (since_failure_ < kProgressBytes) return;
    hops_ = expired_ = 0;
    if (!ranges_off_) attempts_.progressed();
}

FileDownload::Way FileDownload::settle(PieceFetch& piece) {
    using End = PieceFetch::End;
    const auto end = piece.end();
    switch (end) {
        case End::Complete:
            attempts_.progressed();
            hops_ = expired_ = bad_ranges_ = 0;
            return Way::Done;
        case End::Redirected:
            if (piece.url() == source_.location) take_redirect(piece);
            return Way::Done;
        case End::Expired:
            if (resolved_ && piece.url() == source_.location) take_expired(piece.failure());
            return Way::Done;
        case End::Changed:
            job_.listener.note(file_.name, piece.failure().sentence + " It is fetched again from its start.");
            return start_over(true);
        case End::RangeIgnored:
            ranges_off_ = true;
            return start_over(false);
        case End::BadRange:
            back_off(piece.failure());
            if (++bad_ranges_ < 2) return Way::Done;
            ranges_off_ = true;
            return start_over(false);
        default:
            break;
    }
    back_off(piece.failure());
    return ranges_off_ && piece.written().size() > 0 ? start_over(false) : Way::Done;
}

void FileDownload::back_off(const Failure& failure) {
    if (Clock::now() < not_before_) return;  // several requests broke at once: one failure
    not_before_ = Clock::now() + attempts_.failed(failure);
    since_failure_ = 0;
}

void FileDownload::take_redirect(const PieceFetch& piece) {
    if (++hops_ > kMostHops)
        throw Error(Fault::RefusedAddress,
                    "The hub sent us in circles for " + file_.name +
                        " (more than 5 redirects). What is there is kept. Try again later.");
    source_.location = redirected(source_.location, hub_.address().at_mirror(piece.location()));
    since_failure_ = 0;
}

void FileDownload::take_expired(const Failure& failure) {
    if (++expired_ > kMostExpired)
        throw Error(failure.fault, failure.sentence +
                                       " It was asked for 3 times anew. What is there is kept; try "
                                       "again later.");
    since_failure_ = 0;
    resolved_ = false;
}

FileDownload::Way FileDownload::start_over(bool keep_apart) {
    if (!ranges_off_ && ++restarts_ > kMostRestarts)
        throw Error(Fault::Changed, file_.name + " keeps changing at " + source_.location.origin.host +
                                        " while it is fetched. Try again later, or name another revision.");
    work_->pieces.clear();
    work_->saver.wait();
    work_.reset();
    folder_.remove_partial(file_.name + ".pieces");
    if (keep_apart) folder_.rename_partial(file_.name + ".part", file_.name + ".wrong");
    resolved_ = false;
    return Way::StartOver;
}

void FileDownload::save_when_due() {
    Work& work = *work_;
    if (!work.saver.is_idle()) return;
    work.unsaved.in_saving = 0;
    for (const auto& piece : work.pieces)
        harvest(*piece);  // the map must claim all that is counted as written
    const bool due =
        work.unsaved.written >= job_.limits.save_bytes || Clock::now() - saved_ >= job_.limits.save_interval;
    if (due && work.unsaved.written > 0) {
        work.unsaved.in_saving = std::exchange(work.unsaved.written, 0);
        saved_ = Clock::now();
        work.saver.save(work.map);
    }
    for (const auto& piece : work.pieces) piece->resume_if_paused();
}

void FileDownload::save_now() {
    work_->saver.wait();
    work_->saver.save(work_->map);
    work_->saver.wait();
    work_->unsaved.written = work_->unsaved.in_saving = 0;
}

void FileDownload::save_what_can_be() {
    if (!work_) return;
    for (const auto& piece : work_->pieces) work_->map.have.add(piece->written());
    work_->pieces.clear();
    try {
        save_now();
    } catch (...) {  // what ended the download is said; the last save that worked still holds
    }
}

void FileDownload::pause() {
    for (const auto& piece : work_->pieces) harvest(*piece);
    work_->pieces.clear();
    save_now();
    job_.hold_while_paused(file_.name);
    resolved_ = false;  // a signed address may have run out
}

void FileDownload::report(std::int64_t bytes, bool now) {
    if (!now && Clock::now() - reported_ < kReportEach) return;
    reported_ = Clock::now();
    job_.listener.progress(file_.name, bytes, file_.size);
}

FileHashes FileDownload::verify() {
    job_.listener.phase(Phase::Verifying, file_.name);
    work_->hash.advance(file_.size);
    for (;;) {
        if (auto hashes = work_->hash.result()) {
            report(file_.size, true);
            return *hashes;
        }
        report(work_->hash.hashed(), false);
        job_.step(kReportEach);
    }
}

bool FileDownload::is_right(const FileHashes& hashes) const {
    return file_.sha256.empty() ? hashes.git_sha1 == file_.git_sha1 : hashes.sha256 == file_.sha256;
}

void FileDownload::put_apart() {
    folder_.remove_partial(file_.name + ".pieces");
    folder_.rename_partial(file_.name + ".part", file_.name + ".wrong");
}

}  // namespace sidewinder::download
