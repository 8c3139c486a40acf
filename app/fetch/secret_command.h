#pragma once

#include <CLI/CLI.hpp>
#include <functional>

#include "app/fetch/event_writer.h"

namespace sidewinder::fetch {

/// Reads the command line into `app`, does `act`, and makes what it throws the last event. The exit code.
int run_secret_command(CLI::App& app, int argc, char** argv, EventWriter& events,
                       const std::function<void()>& act);

}  // namespace sidewinder::fetch
