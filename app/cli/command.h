#pragma once

#include <CLI/CLI.hpp>

namespace sidewinder::cli {

/// Exit codes of sidewinder-cli. 20–59 are inference::Fault, one for each way that a model, checkpoint or
/// request can be bad. Stable: scripts rely on them.
namespace exit_code {
inline constexpr int kOk = 0, kUsage = 2, kOutOfMemory = 60, kDevice = 61, kUnsupported = 62, kStore = 63,
                     kDownload = 64, kInternal = 70, kInterrupted = 130;
}

/// Each adds one subcommand to `app`; when it ran, `exit` holds its exit code. Errors are thrown and become a
/// sentence and a code in main.
void add_ask(CLI::App& app, int& exit);
void add_chat(CLI::App& app, int& exit);
void add_tokenize(CLI::App& app, int& exit);
void add_logits(CLI::App& app, int& exit);
void add_random_model(CLI::App& app, int& exit);
void add_bench(CLI::App& app, int& exit);
void add_perplexity(CLI::App& app, int& exit);
void add_quality(CLI::App& app, int& exit);
void add_check(CLI::App& app, int& exit);
void add_checkpoints(CLI::App& app, int& exit);
void add_models(CLI::App& app, int& exit);
void add_projects(CLI::App& app, int& exit);
void add_recall(CLI::App& app, int& exit);

}  // namespace sidewinder::cli
