#include "app/core/project_reading.h"

#include <algorithm>
#include <chrono>
#include <span>

#include "storage/log_hash.h"

namespace sidewinder::app {

namespace {

using inference::CheckpointKind;
using inference::Timeline;
using Clock = std::chrono::steady_clock;

/// One step at a time is on its way to the disk; it is told of when it has arrived.
class Ladder {
  public:
    Ladder(Timeline& timeline, const storage::Reading& reading, CheckpointStore* files,
           const ReadingHooks& hooks)
        : timeline_(timeline), reading_(reading), files_(files), hooks_(hooks) {}

    /// A step between: worth keeping, not worth waiting for.
    void pass() {
        if (!files_ || files_->busy()) return;
        settle();
        timeline_.keep(Timeline::Keep::Disk, CheckpointKind::Project);
        note();
    }
    void end() {
        settle();
        timeline_.keep(Timeline::Keep::HostAndDisk, CheckpointKind::Project);
        note();
        settle();
    }

  private:
    void note() {
        const std::int64_t position = timeline_.position();
        const auto log = std::span(reading_.tokens).first(static_cast<std::size_t>(position));
        if (files_ && position > 0) under_way_ = {position, storage::hash_log(log)};
    }
    void settle() {
        if (under_way_.position == 0) return;
        files_->flush();
        if (hooks_.on_disk) hooks_.on_disk(under_way_);
        under_way_ = {};
    }

    Timeline& timeline_;
    const storage::Reading& reading_;
    CheckpointStore* files_;
    const ReadingHooks& hooks_;
    storage::LadderStep under_way_;
};

}  // namespace

std::int64_t ladder_rung(std::size_t state_bytes) {
    return std::clamp(static_cast<std::int64_t>(state_bytes >> 14), std::int64_t{1024}, std::int64_t{16384});
}

std::uint64_t ladder_bytes(std::int64_t log_tokens, std::size_t state_bytes) {
    return (static_cast<std::uint64_t>(log_tokens / ladder_rung(state_bytes)) + 1) * state_bytes;
}

std::vector<std::int64_t> ladder_positions(const storage::Reading& reading, std::int64_t from,
                                           std::int64_t rung) {
    std::vector<std::int64_t> positions;
    const auto end = static_cast<std::int64_t>(reading.tokens.size());
    std::int64_t last = 0;
    std::int64_t before = reading.files.empty() ? end : reading.files.front().log_begin;
    const auto step = [&](std::int64_t position) {
        if (position <= last || position >= end) return;
        last = position;
        if (position > from) positions.push_back(position);
    };
    for (const storage::ReadFile& file : reading.files) {
        if (file.log_begin != before) step(before);  // a note of changes: an earlier log ended here
        before = file.log_end;
        if (file.log_end - last >= rung) step(file.log_end);
    }
    step(before);
    if (end > from) positions.push_back(end);
    return positions;
}

Timeline::Plan reading_plan(const Timeline& timeline, const storage::Reading& reading) {
    return timeline.plan(reading.tokens);
}

ProjectRead read_project(Timeline& timeline, const storage::Reading& reading, CheckpointStore* files,
                         std::int64_t rung, std::stop_token stop, const ReadingHooks& hooks) {
    const Clock::time_point start = Clock::now();
    const Timeline::Plan plan = timeline.plan(reading.tokens);
    ProjectRead done;
    done.reused = plan.reused;
    Ladder ladder(timeline, reading, files, hooks);
    const std::vector<std::int64_t> positions = ladder_positions(reading, plan.reused, rung);
    for (const std::int64_t position : positions) {
        const std::int64_t before = done.read;
        const auto part = std::span(reading.tokens).first(static_cast<std::size_t>(position));
        const Timeline::Outcome outcome = timeline.advance(part, stop, [&](const Timeline::Progress& p) {
            if (hooks.progress) hooks.progress(static_cast<double>(before) + p.read, plan.to_read);
        });
        // A checkpoint may turn out to be unreadable: then more is read than was planned.
        if (position == positions.front()) done.reused = outcome.plan.reused;
        done.read = timeline.position() - done.reused;
        done.stopped = outcome.stopped;
        if (done.stopped) break;
        if (position != positions.back()) ladder.pass();
    }
    if (done.read > 0) ladder.end();
    done.seconds = std::chrono::duration<double>(Clock::now() - start).count();
    return done;
}

std::size_t remove_checkpoints(CheckpointStore& files, const std::vector<storage::DroppedReading>& dropped) {
    std::size_t removed = 0;
    for (const storage::DroppedReading& reading : dropped)
        for (const storage::LadderStep& step : reading.steps)
            removed += files.remove({.fingerprint = reading.fingerprint,
                                     .position = static_cast<std::uint64_t>(step.position),
                                     .log_hash = step.log_hash})
                           ? 1
                           : 0;
    return removed;
}

}  // namespace sidewinder::app
