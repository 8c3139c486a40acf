#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>

#include "app/core/checkpoint_store.h"
#include "inference/timeline.h"
#include "storage/projects.h"

namespace sidewinder::app {

struct ProjectRead {
    std::int64_t reused = 0;  ///< tokens that a checkpoint held
    std::int64_t read = 0;    ///< tokens fed now
    bool stopped = false;     ///< what was read is kept: the next call goes on there
};

/// Feeds a reading's log, with a ladder of checkpoints on the way: at the end of the first document behind
/// every `rung` tokens, where it was stopped, and at the end. Goes on from the furthest one that is there,
/// also after a crash; reads and loads nothing when that is the whole log. Checkpoints are written in the
/// background and noted in the store once they are on disk. `files` may be null: memory only. One engine
/// thread, which is the store's as well. Throws inference::Error, kernels::Error, storage::Error.
ProjectRead read_project(inference::Timeline& timeline, storage::Projects& projects,
                         const storage::Reading& reading, CheckpointStore* files, std::int64_t rung,
                         std::stop_token stop = {},
                         const std::function<void(std::int64_t read, std::int64_t to_read)>& progress = {});

/// Where that ladder has its steps behind `from`: ascending, the last is the log's length.
std::vector<std::int64_t> ladder_positions(const storage::Reading& reading, std::int64_t from,
                                           std::int64_t rung);

}  // namespace sidewinder::app
