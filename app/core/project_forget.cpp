#include "app/core/project_forget.h"

#include <algorithm>
#include <span>

#include "storage/log_hash.h"

namespace sidewinder::app {

namespace {

constexpr int kNewestKept = 4;  // a change that is undone finds one of them again

using storage::DroppedReading;
using storage::LadderStep;
using storage::Reading;

bool begins_with(const Reading& reading, const std::string& fingerprint, const LadderStep& step) {
    if (reading.fingerprint != fingerprint || step.position > std::ssize(reading.tokens)) return false;
    return storage::hash_log(std::span(reading.tokens).first(static_cast<std::size_t>(step.position))) ==
           step.log_hash;
}

}  // namespace

std::vector<DroppedReading> prune_project(storage::Projects& projects, storage::RowId project) {
    std::vector<DroppedReading> dropped = projects.prune(project, kNewestKept);
    if (dropped.empty()) return dropped;
    std::vector<Reading> kept;
    if (const auto current = projects.get(project).current_reading)
        for (const storage::RowId id : projects.readings(project, projects.reading(*current).tokenizer))
            kept.push_back(projects.reading(id));
    for (DroppedReading& reading : dropped) {
        std::erase_if(reading.steps, [&](const LadderStep& step) {
            const auto heir = std::find_if(kept.begin(), kept.end(), [&](const Reading& one) {
                return begins_with(one, reading.fingerprint, step);
            });
            if (heir != kept.end()) projects.add_step(heir->id, step);
            return heir != kept.end();
        });
    }
    return dropped;
}

}  // namespace sidewinder::app
