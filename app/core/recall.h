#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "app/core/engine.h"

namespace sidewinder::app {

/// How well a model finds again what it has read, measured and not promised: functions and constants with
/// random numbers stand at known depths of a made-up project, and the model is asked for the numbers, from
/// its state alone and with the excerpts that a question about a project gets.
struct RecallOptions {
    std::int64_t tokens = 262'144;  ///< of the project
    int needles = 5;                ///< at each depth
    std::uint64_t seed = 1;
};

struct RecallRow {
    std::int64_t depth = 0;  ///< tokens read after the needle, about
    int asked = 0;
    int from_state = 0;     ///< right answers
    int with_excerpts = 0;  ///< the same
    bool operator==(const RecallRow&) const = default;
};

struct Recall {
    std::string fingerprint;       ///< Engine::fingerprint
    std::int64_t tokens = 0;       ///< that the project had
    std::int64_t measured_ms = 0;  ///< since 1970 UTC
    std::vector<RecallRow> rows;   ///< by depth
    bool operator==(const Recall&) const = default;
};

/// `work`: an empty folder for the project. `progress`: 0..1. Engine thread. Throws inference::Error,
/// kernels::Error, storage::Error, inference::Stopped.
Recall measure_recall(Engine& engine, const RecallOptions& options, const std::filesystem::path& work,
                      std::stop_token stop = {}, const std::function<void(double)>& progress = {});

/// The depths that are measured in a project of so many tokens: 1,024, 4,096, ... and its beginning.
std::vector<std::int64_t> recall_depths(std::int64_t tokens);

/// One JSON file for all models; what is there of others stays. Throws storage::Error.
void save_recall(const std::filesystem::path& file, const Recall& recall);
/// The last measurement for these weights; none if there is none or the file cannot be read.
std::optional<Recall> load_recall(const std::filesystem::path& file, const std::string& fingerprint);

}  // namespace sidewinder::app
