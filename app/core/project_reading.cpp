#include "app/core/project_reading.h"

#include <span>

#include "storage/log_hash.h"

namespace sidewinder::app {

namespace {

/// One step at a time is on its way to the disk; it is noted in the store when the next one is kept.
class Ladder {
  public:
    Ladder(inference::Timeline& timeline, storage::Projects& projects, const storage::Reading& reading,
           CheckpointStore* files)
        : timeline_(timeline), projects_(projects), reading_(reading), files_(files) {}

    void keep() {
        settle();
        const std::int64_t position = timeline_.position();
        if (position == 0) return;
        timeline_.keep(inference::Timeline::Keep::HostAndDisk, inference::CheckpointKind::Project);
        const auto log = std::span(reading_.tokens).first(static_cast<std::size_t>(position));
        under_way_ = {position, storage::hash_log(log)};
    }
    void settle() {
        if (!files_ || under_way_.position == 0) return;
        files_->flush();
        projects_.add_step(reading_.id, under_way_);
        under_way_ = {};
    }

  private:
    inference::Timeline& timeline_;
    storage::Projects& projects_;
    const storage::Reading& reading_;
    CheckpointStore* files_;
    storage::LadderStep under_way_;
};

}  // namespace

std::vector<std::int64_t> ladder_positions(const storage::Reading& reading, std::int64_t from,
                                           std::int64_t rung) {
    std::vector<std::int64_t> positions;
    const auto end = static_cast<std::int64_t>(reading.tokens.size());
    std::int64_t last = 0;  // a ladder's steps depend on the log alone, not on where it is gone on with
    for (const storage::ReadFile& file : reading.files) {
        if (file.log_end - last < rung || file.log_end >= end) continue;
        last = file.log_end;
        if (last > from) positions.push_back(last);
    }
    if (end > from) positions.push_back(end);
    return positions;
}

ProjectRead read_project(inference::Timeline& timeline, storage::Projects& projects,
                         const storage::Reading& reading, CheckpointStore* files, std::int64_t rung,
                         std::stop_token stop,
                         const std::function<void(std::int64_t read, std::int64_t to_read)>& progress) {
    const inference::Timeline::Plan plan = timeline.plan(reading.tokens);
    ProjectRead done{.reused = plan.reused};
    Ladder ladder(timeline, projects, reading, files);
    for (const std::int64_t position : ladder_positions(reading, plan.reused, rung)) {
        const std::int64_t before = done.read;
        const auto outcome =
            timeline.advance(std::span(reading.tokens).first(static_cast<std::size_t>(position)), stop,
                             [&](const inference::Timeline::Progress& p) {
                                 if (progress)
                                     progress(before + static_cast<std::int64_t>(p.read), plan.to_read);
                             });
        // A checkpoint may have turned out to be unreadable: then more was read than planned.
        if (before == 0) done.reused = outcome.plan.reused;
        done.read = timeline.position() - done.reused;
        ladder.keep();
        done.stopped = outcome.stopped;
        if (done.stopped) break;
    }
    ladder.settle();
    return done;
}

}  // namespace sidewinder::app
