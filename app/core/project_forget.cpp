#include "app/core/project_forget.h"

#include <algorithm>
#include <span>

#include "storage/checkpoints.h"

namespace sidewinder::app {

namespace {

using storage::DroppedReading;
using storage::LadderStep;
using storage::Reading;

std::string id_of(const std::string& fingerprint, const LadderStep& step) {
    return storage::Checkpoints::id_of({.fingerprint = fingerprint,
                                        .position = static_cast<std::uint64_t>(step.position),
                                        .log_hash = step.log_hash});
}

bool begins_with(const Reading& reading, const std::string& fingerprint, const LadderStep& step) {
    if (reading.fingerprint != fingerprint || step.position > std::ssize(reading.tokens)) return false;
    return storage::hash_log(std::span(reading.tokens).first(static_cast<std::size_t>(step.position))) ==
           step.log_hash;
}

}  // namespace

std::vector<std::string> prune_project(storage::Projects& projects, storage::RowId project) {
    const std::vector<DroppedReading> dropped = projects.prune(project);
    std::vector<std::string> ids;
    if (dropped.empty()) return ids;
    std::vector<Reading> kept;
    if (const auto current = projects.get(project).current_reading)
        for (const storage::RowId id : projects.readings(project, projects.reading(*current).tokenizer))
            kept.push_back(projects.reading(id));
    for (const DroppedReading& reading : dropped) {
        for (const LadderStep& step : reading.steps) {
            const auto heir = std::find_if(kept.begin(), kept.end(), [&](const Reading& one) {
                return begins_with(one, reading.fingerprint, step);
            });
            if (heir == kept.end())
                ids.push_back(id_of(reading.fingerprint, step));
            else
                projects.add_step(heir->id, step);
        }
    }
    return ids;
}

std::vector<std::string> forget_project(storage::Projects& projects, storage::RowId project) {
    std::vector<std::string> ids;
    for (const DroppedReading& reading : projects.remove(project).readings)
        for (const LadderStep& step : reading.steps) ids.push_back(id_of(reading.fingerprint, step));
    return ids;
}

}  // namespace sidewinder::app
