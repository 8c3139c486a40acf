#pragma once

#include <map>
#include <string>
#include <vector>

#include "storage/project/project_scan.h"

namespace sidewinder::app {

/// The person's ticks for a project: paths, files or folders, that are taken in or left out against the rules
/// (Projects::choices). A choice for a folder holds for what lies in it, also for what comes later.
using ProjectChoices = std::map<std::string, bool>;

/// Ticks `entries` (indices) in or out. `folder`: the folder's own box was ticked, and they are what it
/// holds; else empty. Entries whose text is known change at once; true: the others need another scan with the
/// choices to be known. What the rules say by themselves is no choice and is not kept as one.
bool tick(std::vector<project::ScannedEntry>& entries, const std::vector<std::size_t>& ticked,
          const std::string& folder, bool in, ProjectChoices& choices);

}  // namespace sidewinder::app
