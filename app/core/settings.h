#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "app/core/device.h"
#include "inference/generator.h"

namespace sidewinder::app {

/// What the person chose; one JSON file in the configuration folder, shared by the window and the terminal.
struct Settings {
    enum class Theme { System, Light, Dark };

    std::string system_prompt;
    inference::SamplingOptions sampling;
    std::optional<std::uint64_t> seed;  ///< none: another one for each answer
    std::int64_t max_tokens = 1024;
    Device device = Device::Auto;
    bool float8_prefill = false;  ///< EngineOptions::float8_prefill
    int threads = 0;              ///< 0: one for each physical core
    Theme theme = Theme::System;
    int font_size = 0;  ///< points; 0: the system's
    std::string model;  ///< an installed model's name or a folder; empty: the demo model
    std::string weights = "bf16";
    std::int64_t checkpoint_disk_mib = 20480;
    std::int64_t checkpoint_memory_mib = 4096;
    std::int64_t project_budget = 262'144;  ///< tokens of one project

    // Of downloads, which are all that uses a network.
    bool offline = true;   ///< the window starts none
    std::string endpoint;  ///< FetchOptions; empty: HF_ENDPOINT, else the Hub
    std::string proxy;     ///< with a name perhaps, never with a password
    std::string ca_file;
    std::string token_file;
    /// One that was begun: what its folder cannot tell.
    struct Download {
        std::string id;  ///< storage::ModelId
        std::string repo, revision, endpoint;

        bool operator==(const Download&) const = default;
    };
    std::vector<Download> downloads;

    friend bool operator==(const Settings&, const Settings&);
};

/// Reads what is there, field by field: a missing, damaged or impossible value keeps its default, so that a
/// bad file never keeps anybody from starting. `problem` receives a sentence when something was left out. A
/// proxy's password, which earlier versions kept there, is taken out of the file at once.
Settings load_settings(const std::filesystem::path& file, std::string* problem = nullptr);

/// Atomic and synced; throws storage::Error. Fields of a newer version that this one doesn't know are kept.
void save_settings(const std::filesystem::path& file, const Settings& settings);

/// For one answer: the chosen seed, or a fresh one.
inference::GenerateOptions generate_options(const Settings& settings);

}  // namespace sidewinder::app
