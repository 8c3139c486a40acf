#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>

#include "app/core/model_catalog.h"
#include "storage/model_files.h"

namespace sidewinder::cli {

/// The subcommands of `models`; each adds what it names and sets `exit` when it ran.
void add_models_show(CLI::App& models, int& exit);      ///< list, show
void add_models_check(CLI::App& models, int& exit);     ///< verify, remove
void add_models_bring(CLI::App& models, int& exit);     ///< import, export, quantize
void add_models_download(CLI::App& models, int& exit);  ///< download
void add_models_token(CLI::App& models, int& exit);     ///< token

/// sidewinder-fetch; throws storage::Error where the installation has none.
std::filesystem::path fetch_program();

/// The person's folder of models.
storage::ModelFiles installed_models();

/// One line on standard error that is written over, at most ten times a second, and only on a terminal.
class ProgressLine {
  public:
    explicit ProgressLine(std::string doing);  ///< "Verifying"
    ~ProgressLine();
    ProgressLine(const ProgressLine&) = delete;
    ProgressLine& operator=(const ProgressLine&) = delete;

    void show(const std::string& what, std::uint64_t done, std::uint64_t total);
    void show(const std::string& text);
    void clear();

  private:
    std::string doing_;
    bool terminal_;
    bool shown_ = false;
    std::chrono::steady_clock::time_point last_{};
};

/// With control characters and bytes that are no UTF-8 shown as ?, for the terminal.
std::string printable(const std::string& text);

void print_json(const nlohmann::ordered_json& value);

}  // namespace sidewinder::cli
