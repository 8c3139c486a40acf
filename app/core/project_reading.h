#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <vector>

#include "app/core/checkpoint_store.h"
#include "inference/timeline.h"
#include "storage/projects.h"

namespace sidewinder::app {

struct ReadingHooks {
    /// Tokens fed of those that this call has to feed; with fractions, a few times a second or more.
    std::function<void(double read, std::int64_t to_read)> progress = {};
    /// A checkpoint of the log's first tokens is on disk. For Projects::add_step.
    std::function<void(const storage::LadderStep&)> on_disk = {};
};

struct ProjectRead {
    std::int64_t reused = 0;  ///< tokens that a checkpoint held
    std::int64_t read = 0;    ///< tokens fed now
    bool stopped = false;     ///< what was read is kept: the next call goes on there
    double seconds = 0;
};

/// Feeds a reading's log, keeping checkpoints on the way: at the steps of its ladder, where it was stopped,
/// and at the end. Goes on from the furthest one that is there, also after a crash; feeds nothing when that
/// is the whole log. The log is cut at the same places however often it was stopped, so the states are the
/// same to the bit. A checkpoint between is left out while the disk is still busy with the one before.
/// `files` may be null: then one is kept at the end, in host memory. Engine thread, on which the hooks are
/// called too. Throws inference::Error, kernels::Error.
ProjectRead read_project(inference::Timeline& timeline, const storage::Reading& reading,
                         CheckpointStore* files, std::int64_t rung, std::stop_token stop = {},
                         const ReadingHooks& hooks = {});

/// What feeding the log would take now: reused and to_read of Timeline::plan(). Quick.
inference::Timeline::Plan reading_plan(const inference::Timeline& timeline, const storage::Reading& reading);

/// Where the ladder has its steps behind `from`, ascending, the last is the log's length: behind the first
/// document that ends `rung` tokens or more after the step before, and wherever a log was gone on with. They
/// follow from the log alone.
std::vector<std::int64_t> ladder_positions(const storage::Reading& reading, std::int64_t from,
                                           std::int64_t rung);

/// Tokens between two steps for states of this size: the disk they take is in proportion to what is read,
/// 16 KiB a token, with at least 1,024 and at most 16,384 tokens a step.
std::int64_t ladder_rung(std::size_t state_bytes);

/// What the ladder takes of the disk when all of the log is read.
std::uint64_t ladder_bytes(std::int64_t log_tokens, std::size_t state_bytes);

/// Removes the files of readings that the store has forgotten. Returns how many were there.
std::size_t remove_checkpoints(CheckpointStore& files, const std::vector<storage::DroppedReading>& dropped);

}  // namespace sidewinder::app
