#pragma once

#include <filesystem>

namespace sidewinder::app {

/// The launcher's side, in the forked process: answers what comes in on `requests` until its other end is
/// closed. Never returns.
[[noreturn]] void run_launcher(int requests, const std::filesystem::path& fetch,
                               const std::filesystem::path& browser);

}  // namespace sidewinder::app
