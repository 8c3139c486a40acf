#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "app/core/engine.h"
#include "app/core/model_choice.h"
#include "app/core/settings.h"

namespace sidewinder::cli {

/// The options that choose a model and how it runs; the same words in every command.
struct ModelOptions {
    std::string model;  ///< installed model's name or folder; empty: the settings' model, else the demo model
    std::string weights;  ///< empty: the settings'
    std::string backend;  ///< empty: the settings'
    std::optional<int> threads;
    bool float8_prefill = false;  ///< false: the settings'

    void add_to(CLI::App& command);
    app::ModelChoice choice() const;  ///< throws Error when there is none or it may not be used
    std::filesystem::path folder() const { return choice().folder; }
    app::EngineOptions engine_options() const;
    /// Loads with a progress line on a terminal's standard error for anything that takes a while.
    /// `checkpoints` must outlive the engine; null: none on disk.
    std::unique_ptr<app::Engine> load(std::stop_token stop = {},
                                      inference::CheckpointFiles* checkpoints = nullptr) const;
};

/// The options of sampling. What is not given comes from the settings.
struct SamplingFlags {
    std::optional<float> temperature, top_p, min_p, repetition_penalty;
    std::optional<std::int32_t> top_k;
    std::optional<std::int64_t> max_tokens;
    std::optional<std::uint64_t> seed;
    std::optional<std::string> system;

    void add_to(CLI::App& command);
    app::Settings applied() const;  ///< the person's settings with these on top
};

/// `tell`: what is wrong with the file goes to standard error.
app::Settings stored_settings(bool tell = false);

/// Everything that can be read from `file` ("-": standard input) as text; throws Error naming it.
std::string read_text(const std::string& file);

}  // namespace sidewinder::cli
